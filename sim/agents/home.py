"""The audience at home: how many stand behind an actor, and what a word that is not kept costs it there."""

from __future__ import annotations

from sim.agents.actors import quantities
from sim.agents.draft import Draft, Speaker
from sim.errors import Text
from sim.scenario import schema


def homes(draft: Draft) -> None:
    """The home of each actor that has one."""
    for name, actor in draft.scenario.actors.items():
        if actor.home is not None:
            _home(draft, name, actor.home)


def _home(draft: Draft, name: Text, block: schema.Home) -> None:
    """Support at home, and the numbers by which it moves."""
    speaker, whole = Speaker((str(name),), by=(str(name),)), f"{name}.home"
    support = block.support or schema.Quantity(start=Text("0.5", name.place))
    if block.support is None:
        draft.default(f"{whole}.support", "50 %", "author", "how many stand behind the government", name.place)
    if support.within is None:
        support = support.model_copy(update={"within": (Text("0"), Text("1"))})
    quantities(draft, {Text("support", name.place): support}, speaker, f"{whole}.")
    for word, said in (("audience", block.audience), ("pain", block.pain)):
        if said is None:
            draft.default(f"{whole}.{word}", "0.1", "author", "of those who say nothing of their home", name.place)
        draft.quantity(f"{whole}.{word}", name.place, is_=draft.says(said, speaker) if said is not None else "0.1")
