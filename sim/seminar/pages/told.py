"""News for where there is little room: what moved most first on a wall, turn by turn and without repeats on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import Any

from sim import api

News = Mapping[str, Any]

ROOM, WIDTH, LINES = 15, 42, 3
"""Lines of news that the wall has room for, characters in one, and the most that one piece takes there."""

LONGEST = LINES * WIDTH - 14
"""Characters of one piece that the wall has room for beside its date."""

WEIGHTS = {"end": 9, "agreement": 9, "threat": 8, "move": 7, "sanctions": 7, "inject": 6, "leak": 6, "event": 4,
           "talks": 3, "decision": 2}  # fmt: skip
"""What changed postures, threats, measures and talks goes before what was merely decided, which stands on the cards.
Reports and beliefs come last. Source: chosen for teaching."""

REPEATED = 2.5
"""What comes again and again weighs no more than this: it goes after what came once. Source: chosen for teaching."""


def weightiest(news: Sequence[News], room: int = ROOM) -> dict[str, Any]:
    """The news that weigh most, as many as there is room for, in their own order; and how many are `left`.

    What repeats is one line. What is routine is counted alone, where there is anything else.

    >>> move, report = {"kind": "move", "date": "day 1", "says": "A march"}, {"kind": "report", "says": "Heard"}
    >>> some = [{**report, "date": "day 1"}, move, {**report, "date": "day 2"}]
    >>> weightiest(some, room=2)["left"], weightiest(some[:2], room=1)["told"][0]["kind"]
    (2, 'move')
    """
    lines = [{**one, "says": in_short(one)} for one in in_lines(news)]
    taken: set[int] = set()
    worth = [at for at, one in enumerate(lines) if one["kind"] not in api.ROUTINE] or list(range(len(lines)))
    for at in sorted(worth, key=lambda at: (-_weight(lines[at]), at)):
        height = min(LINES, ceil((len(lines[at]["says"]) + 14) / WIDTH))
        if height > room:
            break
        taken.add(at)
        room -= height
    told = [one for at, one in enumerate(lines) if at in taken]
    return {"told": told, "left": len(news) - sum(int(one["times"]) for one in told)}


def in_short(one: News) -> str:
    """What is said, in the room of one piece; of talks only what they are about and who answered how.

    Where that is too long, whole answers are left out, the last ones never.

    >>> in_short({"kind": "talks", "says": "A plan is put on the table: Withdrawal; East: Accept; West: Refuse"})
    'A plan is put on the table. East: accept; West: refuse'
    >>> in_short({"kind": "talks", "says": "Upland: Accept (plan); the parties on talks sign", "title": "Upland"})
    'Upland: accept (plan); the parties on talks sign'
    """
    if one["kind"] != "talks":
        whole, what = str(one["says"]), str(one["says"]).partition(": ")[0]
        return what if len(whole) > LONGEST and what != one.get("title") else whole
    subject, *answers = str(one.get("whole", one["says"])).split("; ")
    is_answer = bool(one.get("title")) and subject.startswith(f"{one['title']}: ")
    subject = _capital(_answer(subject)) if is_answer or not answers else subject.partition(": ")[0]
    subject += _times(int(one.get("times", 1)))
    last, said = bool(one.get("ended")), [_answer(answer) for answer in answers]
    while len(said) > 1 and len(_put(subject, said, is_answer, last=last)) > LONGEST:
        said = said[1:]
    return _put(subject, said, is_answer, last=last)


def _put(subject: str, answers: Sequence[str], is_answer: bool, *, last: bool) -> str:
    """What talks are about, and the answers after it; of what repeats those that were given the last time."""
    told = "; ".join(answers)
    if not told or is_answer:
        return f"{subject}; {told}" if told else subject
    return f"{subject}. {f'The last time: {told}' if last else _capital(told)}"


def _times(times: int) -> str:
    return f" ({times} times)" if times > 1 else ""


def _answer(said: str) -> str:
    """Who answers what, as it goes on inside a sentence.

    >>> _answer("The United States: Turn it down"), _answer("the plan is submitted to Ukraine")
    ('the United States: turn it down', 'the plan is submitted to Ukraine')
    """
    who, mark, what = said.partition(": ")
    who = f"the {who[4:]}" if who.startswith("The ") else who
    return f"{who}{mark}{what[:1].lower()}{what[1:]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def in_lines(news: Sequence[News]) -> list[dict[str, Any]]:
    """News in their order, what repeats in one line where it came last, routine at the end; `times` in each."""
    once, again = api.folded(news)
    places = {id(one): at for at, one in enumerate(news)}
    told = [(False, places[id(one)], {**one, "times": 1}) for one in once]
    told += [(one.last["kind"] in api.ROUTINE, places[id(one.last)], _counted(one)) for one in again]
    return [line for _, _, line in sorted(told, key=lambda one: one[:2])]


def _counted(one: api.Again) -> dict[str, Any]:
    """What came several times as one line: how often, what came of the last, and what the last changed."""
    ended = f"; the last time: {one.ended}" if one.ended else ""
    return {**one.last, "date": one.when, "says": f"{one.says}{_times(one.times)}{ended}", "because": one.latest,
            "times": one.times, "whole": one.last["says"], "ended": one.ended}  # fmt: skip


def _weight(one: News) -> float:
    """What it weighs; an event that moves something from one name to another counts as a move."""
    if one["times"] > 1:
        return min(REPEATED, WEIGHTS.get(str(one["kind"]), 0))
    if one["kind"] == "event" and any(_is_step(change) for change in one.get("changes") or ()):
        return WEIGHTS["move"]
    return WEIGHTS.get(str(one["kind"]), 0)


def _is_step(change: str) -> bool:
    """Whether a change is from one word to another, as of a ladder, and not of a number.

    >>> _is_step("office of Ukraine interim → reformer"), _is_step("listed 1 → 2")
    (True, False)
    """
    new = change.partition("→")[2].strip()
    return bool(new) and not new[0].isdigit() and new[0] not in "-+."


def by_turn(news: Sequence[News]) -> list[dict[str, Any]]:
    """News by turns, the newest turn first: `number`, `count`, and `lines`, in which what repeats is one line."""
    turns = [(turn, list(some)) for turn, some in groupby(news, key=lambda one: int(one.get("turn", 0)))]
    return [{"number": turn + 1, "count": len(some), "lines": list(_folded(some))} for turn, some in reversed(turns)]


def _folded(news: Sequence[News]) -> Iterator[dict[str, Any]]:
    """What came once as it is, the newest first; then what came again and again, one line each, counted."""
    once, again = api.folded(news)
    yield from ({**one} for one in reversed(once))
    yield from map(_counted, again)
