"""A session as one file: its log, what was decided and foretold, what might have been, and a page to read.

session.zip
  README.txt            what is in it, and how it is replayed
  report.html           the debrief as a page that needs no other file and no network
  log.jsonl             every event, in order; with scenario.yaml it is the whole session
  scenario.yaml         what was played
  moves.csv             one order a row: who, what, why, what became of it, regret
  forecasts.csv         one forecast a row, with what came and how often it might have
  counterfactuals.csv   one share or score a row: from the start, before each turn, of each option
  whatifs.json          what teams asked before they decided, where the server kept it
  debrief.json          all numbers of the report

No secret is in it: the key that signs cookies stays where the session lies.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.game.debrief import debrief
from sim.game.log import Event
from sim.game.page import html
from sim.game.session import Session
from sim.program.listing import played_text

MOVES = (
    "turn", "date", "seat", "question", "asks", "option", "says", "by", "why", "wanted_by", "sealed_times",
    "carried_out", "had_been", "secret", "best_option", "regret", "regret_low", "regret_high", "regret_stands",
    "futures",
)  # fmt: skip
FORECASTS = (
    "turn", "asks", "who", "seat", "foretold", "came", "squared_error", "share_from_start", "share_before_orders",
    "share_with_orders_sealed", "futures",
)  # fmt: skip
COUNTERFACTUALS = (
    "turn", "moment", "seat", "question", "option", "chosen", "of", "name", "value", "low", "high", "count", "futures",
)  # fmt: skip

SPOILT = (zipfile.BadZipFile, KeyError, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What a file raises that is no archive, lacks something, or cannot be read as far as that."""

LATEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that equal sessions give equal archives."""


def export(
    session: Session, path: Path, *, whatifs: Sequence[Any] = (), want: str = "", futures: int | None = None
) -> Path:  # fmt: skip
    """Write a session as one archive; there whole or not at all.

    Parameters
    ----------
    whatifs
        What teams asked before they decided, as the server kept it: plain values.
    want, futures
        As for the debrief, whose numbers it holds.
    """
    record = debrief(session, want=want, futures=futures).record()
    files = {
        "README.txt": readme(session, path.name), "report.html": html(record),
        "log.jsonl": "".join(map(line_of, session.log.events)),
        "scenario.yaml": scenario_text(session), "moves.csv": table(MOVES, moves(session, record)),
        "forecasts.csv": table(FORECASTS, forecasts(record)),
        "counterfactuals.csv": table(COUNTERFACTUALS, counterfactuals(record)),
        "whatifs.json": json.dumps(list(whatifs), ensure_ascii=False, indent=1) + "\n",
        "debrief.json": json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, LATEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, text.encode())
    aside.replace(path)
    return path


def line_of(event: Event) -> str:
    """An event as its line of the log."""
    return json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n"


def scenario_text(session: Session) -> str:
    """What is played, as it lies beside the log, or would."""
    if session.log.folder is not None:
        return (session.log.folder / "scenario.yaml").read_text(encoding="utf-8")
    return played_text(session.game.scenario)


def readme(session: Session, name: str) -> str:
    """What is in the archive, in plain words."""
    contents = (__doc__ or "").partition("session.zip\n")[2]
    return (
        f"{session.game.title}: one session, seed {session.seed}, digest {session.digest()}.\n"
        f"Played with escalation-sim {session.opened.version}.\n\n{contents}\n"
        "To replay it, with that version of escalation-sim installed:\n\n"
        f"  sim replay {name}\n\n"
        f"This prints {session.digest()}, and that every number follows from the log, if it does. From Python:\n\n"
        f"  python -c \"from sim import api; print(api.replay_export('{name}'))\"\n"
    )


# ------------------------------------------------------------------------------------------------ tables


def table(columns: Sequence[str], rows: Iterator[Mapping[str, Any]]) -> str:
    """Rows as CSV. A text that a spreadsheet would take for a formula begins with an apostrophe instead."""
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row.get(name)) for name in columns})
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def moves(session: Session, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One order a row."""
    state = session.state
    for turn in record["turns"]:
        for move in turn["moves"]:
            found, sealed = move["regret"] or {}, state.sealed.get((turn["turn"], move["seat"]))
            wanted = sorted(
                state.people[person].handle for (when, trigger, person), option in state.votes.items()
                if (when, trigger, option) == (turn["turn"], move["trigger"], move["option"]) and person in state.people
            )  # fmt: skip
            yield {
                "turn": turn["number"], "date": turn["date"], "seat": move["seat"], "question": move["trigger"],
                "asks": move["asks"], "option": move["option"], "says": move["says"], "by": move["by"],
                "why": move["why"], "wanted_by": "; ".join(wanted), "sealed_times": sealed.times if sealed else 0,
                "carried_out": move["carried_out"], "had_been": move["had_been"], "secret": move["is_secret"],
                "best_option": found.get("best"), "regret": found.get("value"), "regret_low": found.get("low"),
                "regret_high": found.get("high"), "regret_stands": found.get("stands"), "futures": move["n"],
            }  # fmt: skip


def forecasts(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One forecast a row."""
    asked = {one["turn"]: one for one in record["forecasts"]["questions"]}
    for turn, who, seat, foretold in record["forecasts"]["forecasts"]:
        one = asked[turn]
        yield {
            "turn": turn + 1, "asks": one["says"], "who": who, "seat": seat, "foretold": foretold, "came": one["came"],
            "squared_error": round((foretold - float(one["came"])) ** 2, 6), "share_from_start": one["base"]["share"],
            "share_before_orders": one["before"]["share"], "share_with_orders_sealed": one["sealed"]["share"],
            "futures": one["sealed"]["n"],
        }  # fmt: skip


def counterfactuals(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One share or score a row."""
    yield from ({"moment": "start", **one} for one in _shares(record["outcomes"]))
    for turn in record["turns"]:
        for moment in ("before", "sealed"):
            yield from ({"turn": turn["number"], "moment": moment, **one} for one in _shares(turn[moment]))
        for move in turn["moves"]:
            for option in move["options"]:
                row = {"turn": turn["number"], "moment": "option", "seat": move["seat"], "question": move["trigger"],
                       "option": option["name"], "chosen": option["is_chosen"]}  # fmt: skip
                yield from ({**row, **one} for one in _shares(option["outcomes"]))
                if option["score"]:
                    score = option["score"]
                    yield {**row, "of": "score", "name": move["score"], "value": score["mean"], "low": score["low"],
                           "high": score["high"], "futures": score["n"]}  # fmt: skip


def _shares(outcomes: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in outcomes:
        yield {"of": "outcome", "name": one["name"], "value": one["share"], "low": one["low"], "high": one["high"],
               "count": one["count"], "futures": one["n"]}  # fmt: skip


# ------------------------------------------------------------------------------------------------ replayed


def unpacked(path: Path, folder: Path) -> Path:
    """The log and the scenario of an archive, laid into a folder as a session lies there.

    Raises
    ------
    UsageError
        If the file is no export of a session.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(path) as archive:
            for name in ("scenario.yaml", "log.jsonl"):
                (folder / name).write_bytes(archive.read(name))
    except FileNotFoundError:
        raise UsageError(f"there is no file `{path}`") from None
    except SPOILT:
        raise UsageError(f"`{path}` is no export of a session: it holds no log.jsonl and scenario.yaml, or is damaged: "
                         "take it from a copy, or export it anew") from None  # fmt: skip
    return folder


def digest_of(path: Path) -> str:
    """The digest that stands in the debrief of an archive; "" if there is none.

    Raises
    ------
    UsageError
        If the file is no export of a session.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            facts = json.loads(archive.read("debrief.json")).get("facts", {})
    except FileNotFoundError:
        raise UsageError(f"there is no file `{path}`") from None
    except (*SPOILT, ValueError):
        raise UsageError(f"`{path}` is no export of a session: it holds no debrief.json to be read, or is damaged: "
                         "take it from a copy, or export it anew") from None  # fmt: skip
    return str(facts.get("digest", ""))


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone when nobody needs it any more."""
    return tempfile.TemporaryDirectory(prefix="sim-session-")
