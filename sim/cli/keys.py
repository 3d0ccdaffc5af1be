"""Where a player's words come from: a terminal, a pipe, or nowhere because all was written down beforehand."""

from __future__ import annotations

import sys
from typing import Protocol

import click

from sim.cli.paper import Paint, painted, wrapped


class AtEnd(Exception):
    """There is nothing more to read: Ctrl-D, or the end of a pipe."""


def place_of(answer: str, count: int) -> int | None:
    """The place, from 0, of a number from 1 to `count`; None if it is none of them, be it thousands of digits long."""
    numbers = [str(number) for number in range(1, count + 1)]
    return numbers.index(answer) if answer in numbers else None


class Keys(Protocol):
    """Somebody who answers."""

    is_person: bool
    is_there: bool  # else nothing is asked

    def ask(self, prompt: str) -> str:
        """One line, without blanks around it.

        Raises
        ------
        AtEnd
            If there is none.
        """
        ...


class Terminal:
    """A person at a keyboard: the prompt stands before the cursor."""

    is_person, is_there = True, True

    def __init__(self, paint: Paint) -> None:
        self.paint = paint

    def ask(self, prompt: str) -> str:
        """One line, typed."""
        click.echo("\n".join(painted(wrapped(prompt), "command", self.paint)) + " ", nl=False)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            return "\ufffd"  # no key of ours, and told so
        if not line:
            click.echo()
            raise AtEnd
        return line.strip()


class Pipe:
    """Lines that were written before: no prompt is shown, but the line, so that the page can be read afterwards."""

    is_person, is_there = False, True

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown

    def ask(self, prompt: str) -> str:
        """The next line of standard input."""
        try:
            line = sys.stdin.readline() if sys.stdin is not None else ""  # none where the shell has closed it
        except (UnicodeDecodeError, ValueError):  # bytes that are no text; a stream that is closed
            line = ""
        if not line:
            raise AtEnd
        if self.shown:
            click.echo(f"> {line.strip()}")
        return line.strip()


class Nobody:
    """All is written down, and of what is not nothing is done."""

    is_person, is_there = False, False

    def ask(self, prompt: str) -> str:
        """Nothing, as if Enter had been pressed."""
        return ""
