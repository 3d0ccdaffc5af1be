"""What a seat reads at the terminal: its brief, the news, its questions with their options, what came of a turn.

Each function makes lines of what `api.view` shows to one seat; nothing else of a session is looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sim.cli import paper
from sim.cli.paper import Paint, painted, wrapped
from sim.counted import counted

if TYPE_CHECKING:
    from sim.api import Again

View = Mapping[str, Any]
News = Mapping[str, Any]

CHANNELS = {"private": "private: you and who is told know of it, until it leaks",
            "secret": "secret: you alone know of it, until it leaks"}  # fmt: skip
"""Who knows of an option that is not public."""


def rule(paint: Paint) -> str:
    """A line across the page."""
    return paint("quiet", "-" * paper.width())


def brief_lines(view: View, paint: Paint) -> list[str]:
    """Who one is, what one wants, what one must not do, what one knows."""
    brief = view["brief"]
    lines = [*painted(wrapped(f"{view['title']}: you are {paper.inner(view['me']['title'])}"), "title", paint)]
    for text in (view["question"], brief["brief"] or brief["says"]):
        lines += [*wrapped(text), ""] if text else []
    lines += _listed("Your aims", brief["aims"], paint, numbered=True)
    lines += _listed("What must not happen", brief["red_lines"], paint)
    lines += number_lines(brief["knows"], paint)
    lines += _listed("What everybody knows", view["facts"], paint)
    orders = counted(brief["orders"], "order")
    told = (f"In each of {view['turn']['of']} turns you give at most {orders}, and seal; answers to what may come cost "
            "none. What you leave open is not done. A turn that you hand to the model (m) it decides for you, and it "
            "plays everybody else.")  # fmt: skip
    return lines + wrapped(told)


def number_lines(knows: Sequence[Mapping[str, Any]], paint: Paint) -> list[str]:
    """The numbers that a seat knows, each with what it is."""
    told = [line for one in knows for line in figure_lines(one)]
    return [paint("head", "What you know"), *told, ""] if told else []


def figure_lines(one: Mapping[str, Any]) -> list[str]:
    """A number with what it is: `Lag, time from a proposal to the vote: 31 days`."""
    return wrapped(f"{one['says'].replace(': ', ', ', 1)}: {one['text']}", lead="  ", hang=4)


def _listed(title: str, rows: Iterable[Any], paint: Paint, *, numbered: bool = False) -> list[str]:
    told = [_aim(row) if isinstance(row, Mapping) else str(row) for row in rows]
    lines = [
        line for at, text in enumerate(told, 1) for line in wrapped(text, lead=f"  {at}. " if numbered else "  - ")
    ]
    return [paint("head", title), *lines, ""] if told else []


def _aim(row: Mapping[str, Any]) -> str:
    """What is wanted, and when it is kept."""
    marks = [f"{word}: {row[key]}" for word, key in (("Kept", "kept"), ("In part", "partly")) if row.get(key)]
    return ". ".join([row["says"], *marks])


def turn_lines(view: View, paint: Paint) -> list[str]:
    """Which turn it is, when it is, and what stands in the newspaper of the day."""
    turn = view["turn"]
    head = f"Turn {turn['number']} of {turn['of']}, {turn['date']}"
    until = f"what you order holds until {turn['until']}"
    says = wrapped(turn["says"]) if turn["says"] else []
    fits = len(head) + 3 + len(until) <= paper.width()
    heads = [paint("title", head) + paint("quiet", f"   {until}")] if fits else [
        paint("title", head), *painted(wrapped(until), "quiet", paint)]  # fmt: skip
    lines = ["", rule(paint), *heads, *says]
    for one in view.get("under_way") or ():
        expected = f", expected {one['expected']}" if one["expected"] else ""
        lines += wrapped(f"Under way since {one['ordered']}: {one['says']}{expected}", hang=2)
    return lines


BECAUSE = "because of “"


def news_lines(news: Sequence[News], paint: Paint, *, title: str) -> list[str]:
    """News: what came once, dated, then what came again and again, a line each with how often and what it said last."""
    if not news:
        return []
    from sim import api

    once, again = api.folded(news)
    lines = ["", paint("head", title), *dated_lines(once, paint)]
    if again:
        lines += [paint("head", "Again and again" if any(one.times > 1 for one in again) else "Reports")]
        lines += [line for one in again for line in _again(one, paint)]
    return lines


def dated_lines(news: Sequence[News], paint: Paint) -> list[str]:
    """News with their dates in a margin, and under each why it came, unless that is the line above it."""
    margin = max((len(one["date"]) for one in news), default=0) + 2
    lines, shown, above = [], "", ""
    for one in news:
        date = "" if one["date"] == shown else one["date"]
        shown = one["date"]
        says = one["says"] + ("  (secret)" if one.get("secret") else "")
        first, *rest = wrapped(says, lead=" " * margin)
        lines.append((paint("date", date.ljust(margin)) + first[margin:]).rstrip())
        lines += rest
        because = one.get("because") or ""
        if because and _bare(because.removeprefix(BECAUSE)) != _bare(above):
            lines += painted(wrapped(because, lead=" " * margin + "  "), "quiet", paint)
        above = one["says"]
    return lines


def _bare(said: str) -> str:
    """What is said, without the marks that differ where it is said of something else."""
    return "".join(mark for mark in said.casefold() if mark not in "“”‘’.")


def _again(one: Again, paint: Paint) -> Iterator[str]:
    """What came again and again: how often and when; under it what the last one said."""
    times = f"{one.times} times, " if one.times > 1 else ""
    yield from wrapped(f"{one.says} ({times}{one.when})", lead="  ", hang=4)
    if said := one.ended or one.latest:
        yield from painted(wrapped(f"{'the last: ' if one.times > 1 else ''}{said}", lead="    "), "quiet", paint)


def diary_lines(news: Sequence[News], paint: Paint, *, whole: bool = False) -> list[str]:
    """All that a seat was told so far, turn by turn, the newest last; `whole` folds nothing."""
    if not news:
        return ["", "Nothing has happened yet that you would know of."]
    from sim import api

    lines = ["", paint("title", "The diary so far, as you know it")]
    for turn, some in groupby(news, key=lambda one: int(one.get("turn", 0))):
        told, title = list(some), f"Turn {turn + 1}"
        lines += (
            ["", paint("head", title), *dated_lines(told, paint)] if whole else news_lines(told, paint, title=title)
        )
    if not whole and api.folded(news)[1]:
        hint = "What came again and again is one line here; `dd` tells each of them with its date."
        lines += ["", *painted(wrapped(hint), "quiet", paint)]
    return lines


def agenda_lines(
    view: View, pending: Mapping[str, str], paint: Paint, *, free: Container[str] = ()
) -> list[str]:  # fmt: skip
    """The questions of a seat, numbered, each with what was ordered; those that are `free` cost no order."""
    most, given = view["brief"]["orders"], sum(trigger not in free for trigger in pending)
    lines = ["", paint("head", f"Your questions ({given} of at most {counted(most, 'order')} given)")]
    for number, question in enumerate(view["questions"], 1):
        asks = question["asks"] + (" (costs no order)" if question["trigger"] in free else "")
        lines += wrapped(asks, lead=f"{number:3}  ")
        option = pending.get(question["trigger"])
        if option:
            says = next(one["says"] for one in question["options"] if one["name"] == option)
            lines += painted(wrapped(f"{option}: {says}", lead="     -> ", hang=8), "choice", paint)
    return lines


def question_lines(
    question: Mapping[str, Any], pending: str, paint: Paint, *, is_free: bool = False
) -> list[str]:  # fmt: skip
    """One question as a card: its options numbered, what each costs, who will know of it, whether it is open."""
    lines = ["", *painted(wrapped(question["asks"]), "title", paint)]
    if question.get("when"):
        lines += painted(wrapped(f"Asked {question['when']}"), "quiet", paint)
    if not question["idle"]:
        lines += painted(wrapped("Each option does something: without an order the model answers"), "quiet", paint)
    for number, option in enumerate(question["options"], 1):
        mark = "*" if option["name"] == pending else " "
        part = "choice" if mark == "*" else "name"
        lines += painted(wrapped(f"{option['name']}: {option['says']}", lead=f"{mark}{number:2}  "), part, paint)
        for note in _notes(question, option, is_free=is_free):
            lines += painted(wrapped(note, lead="     ", hang=7), "quiet", paint)
    return lines


def _notes(question: Mapping[str, Any], option: Mapping[str, Any], *, is_free: bool) -> list[str]:
    same = "the same as no order here" if is_free else "the same as no order here, which costs none"
    notes = [same] if option["name"] == question["idle"] else []
    notes += [f"costs: {option['costs']}"] if option["costs"] else []
    notes += [CHANNELS[option["channel"]]] if option["channel"] in CHANNELS else []
    if not option["is_open"]:
        notes.append(f"not open now: {option['closed_because']}" if option["closed_because"] else "not open now")
    return notes


Done = tuple[str, str]
"""A trigger and the option that was taken."""


def reveal_lines(
    reveal: Mapping[str, Any], turn: Mapping[str, Any], idle: Container[Done], paint: Paint, *,
    seat: str = "", title: str = "", own: str = "",
) -> list[str]:  # fmt: skip
    """All moves of a turn at once, the others' first, how likely the model had thought each, and what came.

    Parameters
    ----------
    idle
        What changes nothing: told of each seat in one line.
    seat, title
        The player's own, told last.
    own
        What is said of it, where there is no move of it to tell.
    """
    lines = [
        "",
        rule(paint),
        *painted(wrapped(f"Turn {turn['number']} of {turn['of']}: what all did, and what came"), "title", paint),
    ]
    moves, earlier = reveal["moves"], reveal.get("earlier") or ()
    titles = {one["seat"]: one["title"] for one in (*moves, *earlier)} | ({seat: title} if own else {})
    for actor, name in sorted(titles.items(), key=lambda one: one[0] == seat):
        told = [one for one in moves if one["seat"] == actor]
        ways = {one["by"] for one in told} | ({"people"} if actor == seat and own else set())
        by = BY.get(ways.pop(), "") if len(ways) == 1 else ""  # else each move says so
        lines.append(paint("choice", f"You, {paper.inner(name)}" if actor == seat else name) + by)
        lines += _moves(told, idle, paint, news=reveal["news"], is_own=actor == seat, says_by=not by)
        for one in (one for one in earlier if one["seat"] == actor):
            lines += wrapped(f"Ordered in turn {one['turn']}: {one['says']}. {one['came']}", lead="  ", hang=4)
        lines += wrapped(own, lead="  ") if actor == seat and own else []
    if titles.keys() <= {seat}:
        lines.append("Nobody else did anything." if titles else "Nobody was asked anything.")
    return lines + news_lines(_beyond(reveal["news"], moves), paint, title="What came")


def _beyond(news: Sequence[News], moves: Sequence[Mapping[str, Any]]) -> list[News]:
    """The news without what stands on the same page as a move of that day, unless it came more than once."""
    said = [one["says"] for one in news]
    return [one for one in news if said.count(one["says"]) > 1 or not any(_is_told_by(move, one) for move in moves)]


def _is_told_by(move: Mapping[str, Any], one: News) -> bool:
    """Whether a piece of news says what a move says."""
    says = f"{move['title']}: {move['says']}".rstrip(".")
    return one["kind"] == "decision" and (one["says"].rstrip("."), one["date"]) == (says, move["carried_out"])


BY = {"people": "", "model": ", by the model", "host": ", by whoever leads"}


def _moves(
    moves: Sequence[Mapping[str, Any]], idle: Container[Done], paint: Paint, *, news: Sequence[News], is_own: bool,
    says_by: bool,
) -> Iterator[str]:  # fmt: skip
    """The moves of one seat, each of one's own with what it changed; in one line what was left as it was."""
    still = []
    for move in moves:
        if (move["trigger"], move["option"]) in idle and move["carried_out"]:
            still.append(move["says"].rstrip("."))
            continue
        yield from wrapped(f"{_in_full(move, news)} ({'; '.join(_of_move(move, says_by))})", lead="  ", hang=4)
        if did := [change for one in news if is_own and _is_told_by(move, one) for change in one.get("changes") or ()]:
            yield from painted(wrapped(f"at once: {'; '.join(did)}", lead="    "), "quiet", paint)
    if still:
        yield from painted(wrapped(f"nothing new: {'; '.join(still)}", lead="  ", hang=4), "quiet", paint)


def _in_full(move: Mapping[str, Any], news: Sequence[News]) -> str:
    """What a move says, and of an answer to what: as the news of that day have it."""
    says = move["says"].rstrip(".")
    told = f"{move['title']}: {says} ("
    full = next(
        (one["says"] for one in news if one["date"] == move["carried_out"] and one["says"].startswith(told)), ""
    )
    return str(full).removeprefix(f"{move['title']}: ") or says


def _of_move(move: Mapping[str, Any], says_by: bool) -> Iterator[str]:
    if says_by and BY.get(move["by"]):
        yield BY[move["by"]].removeprefix(", ")
    date = f"ordered on {move['carried_out']}" if move.get("under_way") else f"on {move['carried_out']}"
    yield date if move["carried_out"] else f"not done: {move['undone']}"
    if move.get("under_way"):
        yield move["under_way"]
    if move["had_been"] is not None:
        yield f"the model had given it {paper.odds(move['had_been'])}"
    if move.get("is_secret"):
        yield "secret"


def foretold_lines(foretold: Mapping[str, Any] | None, said: float | None, paint: Paint) -> list[str]:
    """What the player had foretold, and whether it came."""
    if foretold is None or said is None:
        return []
    came = {True: "it came", False: "it did not come", None: "that is known at the end"}[foretold["came"]]
    told = f"{foretold['asks'].rstrip('.')}: you said {100 * said:.0f} %; {came}."
    return ["", paint("head", "What you foretold"), *wrapped(told, lead="  ", hang=2)]


def talk_lines(turn: Mapping[str, Any], paint: Paint) -> list[str]:
    """What the turn teaches, and what to ask oneself after it."""
    teaches = painted(wrapped(f"{turn['teaches'].rstrip('.')}."), "choice", paint) if turn.get("teaches") else []
    asks = [line for one in turn.get("asks") or () for line in wrapped(one, lead="  - ")]
    lines = [*teaches, *([paint("head", "To ask yourself")] if asks else []), *asks]
    return ["", *lines] if lines else []
