"""The calendar: dates that stood in the diary, and may slip."""

from __future__ import annotations

from sim.agents.draft import WORLD, Draft, Phase
from sim.agents.rules import rule
from sim.agents.wording import bracketed, spread_of
from sim.errors import Text
from sim.scenario import schema


def entry(draft: Draft, name: Text, block: schema.Entry) -> None:
    """A date, its condition and what it brings; with `slips`, it comes so much later with that chance."""
    path = f"calendar.{name}"
    after: schema.Spread | None = None
    if block.slips is not None:
        unknown = [key for key in block.slips if key not in ("chance", "by")]
        chance, by = block.slips.get(Text("chance")), block.slips.get(Text("by"))
        if unknown or chance is None or by is None:
            draft.fault(name, f"{path}.slips", "a date slips with a chance and by a time",
                        "write `slips: {chance: 10 %, by: 21 days}`")  # fmt: skip
        else:
            by_time, likely = draft.says(by, WORLD), draft.says(chance, WORLD)
            drawn = f"({by_time}) if draw uniform(0, 1) < {bracketed(likely)} else 0 days"
            after = spread_of("constant", name.place, value=drawn)
    written = schema.Trigger(
        at=block.at, after=after, chance=block.chance, do=block.do, otherwise=block.otherwise, says=block.says,
        actor=block.actor, source=block.source, disabled=block.disabled,
    ).model_copy(update={"if_": block.if_})  # fmt: skip
    draft.add(Phase.CALENDAR, name, rule(draft, written, WORLD, path))
