"""The debrief at the terminal: your history among those that might have been, and each of your decisions weighed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sim.cli import bars, fan, paper
from sim.cli.paper import Paint, painted, wrapped
from sim.counted import counted
from sim.digits import halves_up

Record = Mapping[str, Any]

LADDERS = 3
"""Ladders that are drawn: those on which your history moved, the first of them."""

INNER = (".ordered", ".peak", ".agreed")
"""Parts of ladders that say what is to become of them, or was: they would be drawn twice."""

MARKS = {1.0: "kept", 0.5: "partly kept", 0.0: "lost"}
"""How far an aim was kept, in words."""

RARE, RARITIES = 0.1, 6
"""What the model did although it had given it less than this, and how much of that is told."""


def debrief_pages(record: Record, seat: str, paint: Paint) -> list[list[str]]:
    """All of the debrief that concerns one seat, in the order in which one would ask, page by page."""
    titles = _Titles({one["seat"]: paper.inner(one["title"]) for one in record["seats"]})
    head = ["", paint("quiet", "=" * paper.width()), paint("title", "Debrief"), *wrapped(record["says"])]
    pages = (
        (("Your aims", _aims(record, seat, paint)), ("How it might have ended", _outcomes(record, paint)),
         ("Your path", _fans(record, paint))),
        (("Your decisions", _decisions(record, seat, paint)),),
        (("What was hidden", _secrets(record, titles)), ("What nobody would have bet on", _rare(record, titles)),
         ("Words that were given", _threats(record, titles))),
        (("Your forecasts", _forecasts(record, paint)), ("What really happened", _history(record)),
         ("What this does not mean", _cautions(record, paint))),
    )  # fmt: skip
    told = [[line for title, part in page for line in _part(title, list(part), paint)] for page in pages]
    return [head + told[0], *filter(None, told[1:])]


def _part(title: str, lines: Sequence[str], paint: Paint) -> list[str]:
    return ["", paint("head", title), *lines] if lines else []


class _Titles(dict[str, str]):
    """What actors are called in the middle of a sentence; who has no seat goes by its name."""

    def __missing__(self, actor: str) -> str:
        return actor.replace("_", " ")

    def those(self, actors: Iterable[str]) -> str:
        """Several, with commas."""
        return ", ".join(self[actor] for actor in actors)


def _outcomes(record: Record, paint: Paint) -> Iterator[str]:
    for one in record["outcomes"]:
        yield from wrapped(f"{one['says']}{' (yours)' if one['is_own'] else ''}")
        yield from bars.share_lines([("", one["share"], one["low"], one["high"])], paint)
    yield from painted(
        wrapped(f"Shares of {record['n']:,} runs from the start with their 95 % interval."), "quiet", paint
    )
    for one in record["outcomes"]:
        if one["base_rate"]:
            yield from painted(wrapped(f"Beside “{one['says']}”: {one['base_rate']}.", hang=2), "quiet", paint)


def _fans(record: Record, paint: Paint) -> Iterator[str]:
    ladders = [one for one in record["fans"] if not one["name"].endswith(INNER)]
    drawn = [one for one in ladders if len(one["path"]) > 1][:LADDERS] or ladders[:1]
    for one in drawn:
        yield from fan.fan_lines(one, paint)
    if drawn:
        yield from fan.legend_lines(drawn[0]["n"], paint)


# ------------------------------------------------------------------------------------------- decisions


def _decisions(record: Record, seat: str, paint: Paint) -> Iterator[str]:
    found = [move for turn in record["turns"] for move in turn["moves"] if move["seat"] == seat]
    for move in found:
        yield from _decision(move, paint)
    if any(move["regret"] is not None for move in found):
        is_aims = found[0]["score"] == "aims"
        what = "how far your aims are kept" if is_aims else f"how often it ends as {found[0]['score']}"
        told = (
            f"Bars: {what}, over {found[0]['n']:,} futures of that moment, with the orders that the others had sealed "
            "(* what you ordered), and a 95 % interval. Regret: by how much the option that looks best would have done "
            "better, in points of 100. It is not how it turned out."
        )
        yield from painted(wrapped(told), "quiet", paint)
    elif found:
        told = ("No regret can be told, for your seat has no aims that are counted: `--want OUTCOME`, with `--resume` "
                "too, says what you are after.")  # fmt: skip
        yield from painted(wrapped(told), "quiet", paint)


def _decision(move: Record, paint: Paint) -> Iterator[str]:
    asks = move["asks"] if move["asks"].endswith(("?", ".", "!")) else f"{move['asks']}."
    yield paint("choice", "\n".join(wrapped(f"Turn {move['turn'] + 1}: {asks} {move['option']}: {move['says']}",
                                            hang=2)))  # fmt: skip
    yield from painted(wrapped("; ".join(_became(move)), lead="  "), "quiet", paint)
    scored = [one for one in move["options"] if one["score"] is not None]
    rows = [(f"{one['name']}{' *' if one['is_chosen'] else ''}", one["score"]["mean"], one["score"]["low"],
             one["score"]["high"]) for one in scored]  # fmt: skip
    if rows:
        yield from bars.share_lines(rows, paint)
    if move["regret"] is not None:
        yield from wrapped(_regret(move["regret"]), lead="  ", hang=2)
    for one in move["history"]:
        yield from wrapped(f"In truth, {one['date'][:10]}: {one['says']} (`{one['option']}`).", lead="  ", hang=4)


def _became(move: Record) -> Iterator[str]:
    yield f"carried out on {move['carried_out'][:10]}" if move["carried_out"] else f"not done: {move['undone']}"
    if move["had_been"] is not None:
        yield f"the model would have done so with {paper.odds(move['had_been'])}"
    if move["is_secret"]:
        yield "secret"


def _regret(found: Record) -> str:
    if found["is_best"] or found["value"] is None or found["value"] <= 0:
        return "No regret: nothing looked better."
    points = counted(round(100 * found["value"]), "point")
    if found["low"] is not None:
        points += f" [{_points(found['low'])} to {_points(found['high'])}]"
    if not found["stands"]:
        return f"No regret that stands: `{found['best']}` looked better by {points}, no more than luck."
    return f"Regret {points}: `{found['best']}` looked best."


def _points(share: float) -> str:
    """A difference of shares in whole points, never -0."""
    return f"{round(100 * share)}"


# ------------------------------------------------------------------------------------------- aims, secrets, words


def _aims(record: Record, seat: str, paint: Paint) -> Iterator[str]:
    own = next((one for one in record["seats"] if one["seat"] == seat), None)
    for aim in own["aims"] if own is not None else ():
        mark = MARKS.get(aim["mark"], "for you to say")
        yield from wrapped(f"{mark}: {aim['says']}", lead="  ", hang=4)
        usual = aim["usual"]
        if usual is not None and usual.get("kept") is not None:
            told = f"kept in {100 * usual['kept']:.0f} % of the futures of the first turn, all seats the model's"
            yield from painted(wrapped(told, lead="    "), "quiet", paint)


def _secrets(record: Record, titles: _Titles) -> Iterator[str]:
    for one in record["secrets"]:
        out = f"came out on {one['public'][:10]}" if one["public"] else "never came out"
        learned = "".join(f"; {titles[who]} learned of it on {date[:10]}" for who, date in one["learned"].items())
        who = ", ".join(titles[name] for name in one["who"].split(", "))
        told = f"{one['date'][:10]} {who}: {one['says']} (known to {titles.those(one['knew'])}; {out}{learned})"
        yield from wrapped(told, lead="  ", hang=4)


def _rare(record: Record, titles: _Titles) -> Iterator[str]:
    """What the model did against its own odds."""
    found = sorted((one for turn in record["turns"] for one in turn["drawn"] if one["had_been"] < RARE),
                   key=lambda one: one["had_been"])[:RARITIES]  # fmt: skip
    for one in sorted(found, key=lambda one: one["tick"]):
        odds = f"which it had given {paper.odds(one['had_been'])}"
        yield from wrapped(f"{one['date'][:10]} {titles[one['actor']]}: {one['says']}, {odds}", lead="  ", hang=4)


def _threats(record: Record, titles: _Titles) -> Iterator[str]:
    for one in record["threats"]:
        if one["made"] is None:
            continue
        by = titles.those(one["by"])
        yield from wrapped(f"{by[:1].upper()}{by[1:]} to {titles[one['to']]}: {one['says']}", lead="  ", hang=4)
        yield from wrapped("; ".join(_card(one, titles)), lead="    ")


def _card(one: Record, titles: _Titles) -> Iterator[str]:
    """Believed, called, kept, cost."""
    beliefs = [row["believed"] for row in one["believed"] if row["believed"] is not None]
    if beliefs:
        yield f"believed with {100 * beliefs[0]:.0f} %, in the end with {100 * beliefs[-1]:.0f} %"
    yield f"called {', '.join(date[:10] for date in one['called'])}" if one["called"] else "never called"
    for word in ("kept", "broken"):
        if one[word]:
            yield f"{word} by {titles.those(one[word])}"
    for actor, followed in one.get("followed", {}).items():
        yield (
            f"{titles[actor]} kept it {followed}" if followed.startswith("in word") else f"{titles[actor]}: {followed}"
        )
    for actor, cost in one["cost"].items():
        if cost:
            yield f"it cost {titles[actor]} {100 * abs(cost):.0f} points of support"


# ------------------------------------------------------------------------------------------- forecasts, history


def _forecasts(record: Record, paint: Paint) -> Iterator[str]:
    found = record["forecasts"]
    mine = {row[0]: row[-1] for row in found["forecasts"]}
    for one in found["questions"]:
        if one["turn"] not in mine:
            continue
        said, came = mine[one["turn"]], "it came" if one["came"] else "it did not come"
        score = (said - one["came"]) ** 2
        yield from wrapped(f"Turn {one['turn'] + 1}: {one['says']}", lead="  ", hang=4)
        elsewhere = f"{one['told'][:1].upper()}{one['told'][1:]}"
        told = f"you said {halves_up(100 * said)} %; {came}: squared distance {score:.2f}. {elsewhere}"
        yield from wrapped(told, lead="    ")
    whole = found["all"]
    if whole is not None and mine:
        told = " ".join(found["says"])
        yield from painted(wrapped(told), "quiet", paint)


def _history(record: Record) -> Iterator[str]:
    for turn in record["turns"]:
        for one in turn["history"]:
            yield from wrapped(f"{one['date'][:10]}  {one['says']}", lead="  ", hang=14)


def _cautions(record: Record, paint: Paint) -> Iterator[str]:
    for caution in record["cautions"]:
        yield from painted(wrapped(caution, lead="  ", hang=4), "quiet", paint)
