"""The command `sim`: finds the command, says what went wrong in a sentence, and ends with an exit code.

Exit codes: 0 ok, 1 failed, 2 wrong usage or invalid scenario, 3 finished with failed runs, 130 interrupted.
Modules of commands import click and nothing heavy; `sim.api` is imported when a command runs.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from sim.cli import interrupt
from sim.errors import ScenarioError, UsageError

COMMANDS = {
    "list": "look", "new": "look", "validate": "look", "schema": "look", "show": "look",
    "trace": "play", "run": "play", "replay": "play", "explain": "play", "diff": "diff", "compare": "compare",
    "sweep": "sweep", "sensitivity": "sensitivity", "ablate": "ablate", "branch": "branch", "discover": "discover",
    "rare": "rare", "play": "seat", "seminar": "seminar",
    "plot": "keep", "report": "keep", "export": "keep", "status": "keep", "doctor": "keep", "verify": "keep",
}  # fmt: skip
"""Each command and the module of `sim.cli` that it stands in, in the order of `sim --help`."""

FAILED, WRONG = 1, 2

EPILOG = """\b
A FILE is a path or the name of a shipped scenario. To begin:
  sim list                      what is shipped
  sim trace first-lesson        one run, told like a diary
  sim run first-lesson          a thousand runs: outcomes with intervals
  sim new mine.yaml             a scenario of your own to start from"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order in which one would learn them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now; a near name is proposed by `resolve_command`."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sim.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with a suggestion when there is no such command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from sim.errors import did_you_mean

            hint = did_you_mean(args[0], COMMANDS) or "`sim --help` lists the commands"
            raise UsageError(f"there is no command `{args[0]}`; {hint}")
        return super().resolve_command(ctx, args)


@click.command(
    "sim",
    cls=LazyGroup,
    epilog=EPILOG,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="escalation-sim", message="sim %(version)s")
def cli() -> None:
    """Play crises of sanctions and escalation: one file, thousands of runs, outcomes with honest intervals."""


def code_of(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    try:
        return _code_of(arguments)
    except (KeyboardInterrupt, click.Abort):
        return interrupt.tell()


def _code_of(arguments: Sequence[str]) -> int:
    try:
        code = cli.main(list(arguments), prog_name="sim", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (BrokenPipeError, SystemExit):  # the latter is what click makes of the former
        # Whoever read us has gone (`sim ... | head`); Python must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.exceptions.NoArgsIsHelpError as fault:
        click.echo(fault.format_message(), err=True)
        return WRONG
    except click.ClickException as fault:
        hint = (
            f"; `{fault.ctx.command_path} --help` says more"
            if isinstance(fault, click.UsageError) and fault.ctx
            else ""
        )
        return _say(f"{_sentence(fault.format_message())}{hint}", WRONG)
    except ScenarioError as error:
        return _say_faults(error)
    except UsageError as error:
        return interrupt.tell() if interrupt.has_come() else _say(str(error), WRONG)
    except OSError as error:
        return _say(_os_sentence(error), WRONG)
    except Exception:
        if interrupt.has_come():  # a library took Ctrl-C for an error of its own
            return interrupt.tell()
        import traceback

        traceback.print_exc()
        return _say("this is a fault of the simulator, not yours: please report it with the lines above", FAILED)


def _say(sentence: str, code: int) -> int:
    click.echo(f"sim: {sentence}", err=True)
    return code


def _say_faults(error: ScenarioError) -> int:
    """All faults, in file order, and how many there are."""
    for fault in error.faults:
        click.echo(f"{fault}\n", err=True)
    errors = sum(fault.level == "error" for fault in error.faults)
    return _say(f"{errors} fault{'' if errors == 1 else 's'}; nothing was played", WRONG)


def _sentence(text: str) -> str:
    """Click's message as the middle of a sentence of ours."""
    text = text.strip().removesuffix(".")
    if text.startswith("Got unexpected extra argument"):
        more = text.partition("(")[2].removesuffix(")")
        return f"one thing at a time, and there is also `{more}`; a `*` may stand for several studies: name one"
    return text[:1].lower() + text[1:]


def _os_sentence(error: OSError) -> str:
    what = (error.strerror or str(error)).lower()
    return f"`{error.filename}`: {what}" if error.filename else what
