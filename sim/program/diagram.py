"""Which trigger sets off which: the graph behind a program, as DOT or Mermaid text.

An arrow `on` is certain: one firing is the other's cause. An arrow `when` says that a firing changes what the other's
condition reads, and may so set it off; `rate` says that it changes the other's hazard, and `if` that it changes what
the other asks before it fires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sim.language.tree import Count, Read, ReadDerived, Tree, walk
from sim.program.ir import Every, On, Program, Rate, Trigger, When


@dataclass(frozen=True, slots=True)
class Arrow:
    """One trigger sets off, or may set off, another trigger or an outcome. `through` names what it changes for it."""

    source: str
    target: str
    how: Literal["on", "when", "rate", "if"]
    through: tuple[str, ...] = ()
    to_outcome: bool = False  # an outcome may bear the name of a trigger


def slots_read(program: Program, trees: Iterable[Tree | None]) -> frozenset[int]:
    """The quantities that these expressions read, through derived names too."""
    return frozenset(slot for tree in trees if tree is not None for slot in _slots(program, tree))


def _slots(program: Program, tree: Tree) -> Iterator[int]:
    for node in walk(tree):
        if isinstance(node, Read):
            yield node.slot
        elif isinstance(node, ReadDerived):
            yield from _slots(program, program.derived[node.slot].tree)


def triggers_counted(program: Program, trees: Iterable[Tree | None]) -> frozenset[int]:
    """The triggers whose firings these expressions count."""
    return frozenset(
        node.trigger for tree in trees if tree is not None for node in walk(tree) if isinstance(node, Count)
    )


def slots_written(trigger: Trigger) -> frozenset[int]:
    """The quantities that some branch of a trigger assigns."""
    return frozenset(effect.slot for branch in trigger.branches for effect in branch.effects)


def asked(trigger: Trigger) -> tuple[Tree | None, ...]:
    """What a trigger looks at before it fires: its condition, its chance and the values of its options."""
    options = trigger.choice.options if trigger.choice else ()
    inner = [tree for option in options for tree in (option.condition, option.usual, option.value)]
    return (trigger.condition, trigger.chance, *inner)


def arrows(program: Program) -> tuple[Arrow, ...]:
    """All arrows of a program, by place of the target and then of the source; outcomes come last.

    A trigger that changes what it reads itself gets an arrow to itself; a disabled one, as injects are, gets none.
    """
    found: list[Arrow] = []
    for target in program.triggers:
        if target.enabled:
            found.extend(_into(program, target))
    for outcome in program.outcomes:
        into = _through(program, outcome.name, "when", (outcome.condition,))
        found.extend(replace(arrow, to_outcome=True) for arrow in into)
    return tuple(found)


def _into(program: Program, target: Trigger) -> Iterator[Arrow]:
    """The arrows that end in one trigger."""
    match target.cause:
        case On(leaders):
            for leader, branch in leaders:
                source = program.triggers[leader]
                if not source.enabled:
                    continue
                yield Arrow(source.name, target.name, "on", () if branch < 0 else (source.branches[branch].name,))
        case When(condition):
            yield from _through(program, target.name, "when", (condition,))
        case Rate(hazard):
            yield from _through(program, target.name, "rate", (hazard,))
        case Every(interval):
            yield from _through(program, target.name, "rate", (interval,))
        case _:
            pass
    yield from _through(program, target.name, "if", asked(target))


def _through(
    program: Program, target: str, how: Literal["when", "rate", "if"], trees: tuple[Tree | None, ...]
) -> Iterator[Arrow]:
    """Arrows from every trigger that writes, or is counted by, what these expressions read."""
    reads, counted = slots_read(program, trees), triggers_counted(program, trees)
    for place, source in enumerate(program.triggers):
        if not source.enabled:
            continue
        shared = sorted(reads & slots_written(source))
        names = tuple(program.quantities[slot].name for slot in shared)
        if place in counted:
            names = (*names, f"count({source.name})")
        if names:
            yield Arrow(source.name, target, how, names)


def diagram(program: Program, form: Literal["dot", "mermaid"] = "dot", *, conditions: bool = False) -> str:
    """The graph as text for Graphviz or Mermaid; with `conditions`, `if` arrows too.

    Triggers of one agent stand together; outcomes are round.
    """
    drawn = [arrow for arrow in arrows(program) if conditions or arrow.how != "if"]
    return _dot(program, drawn) if form == "dot" else _mermaid(program, drawn)


def _groups(program: Program) -> dict[str, list[str]]:
    """Names of triggers that may fire, by the agent that they belong to; "" for those of nobody."""
    groups: dict[str, list[str]] = {}
    for trigger in program.triggers:
        if trigger.enabled:
            groups.setdefault(trigger.agent, []).append(trigger.name)
    return groups


_DOT_STYLES = {"on": "solid", "when": "dashed", "rate": "dotted", "if": "dotted"}


def _dot(program: Program, drawn: list[Arrow]) -> str:
    lines = [f"digraph {_quoted(program.name)} {{", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    for number, (agent, names) in enumerate(_groups(program).items()):
        if agent:
            lines.append(f"  subgraph cluster_{number} {{ label={_quoted(agent)};")
        lines.extend(f"  {_quoted(name)};" for name in names)
        if agent:
            lines.append("  }")
    for outcome in program.outcomes:
        lines.append(f"  {_quoted(f'outcome {outcome.name}')} [shape=doublecircle, label={_quoted(outcome.name)}];")
    for arrow in drawn:
        label = ", ".join(arrow.through)
        target = f"outcome {arrow.target}" if arrow.to_outcome else arrow.target
        lines.append(
            f"  {_quoted(arrow.source)} -> {_quoted(target)}"
            f" [style={_DOT_STYLES[arrow.how]}, label={_quoted(label)}, tooltip={_quoted(arrow.how)}];"
        )
    return "\n".join([*lines, "}"]) + "\n"


def _mermaid(program: Program, drawn: list[Arrow]) -> str:
    """Mermaid takes no dots in identifiers, so nodes are numbered and carry their names as labels."""
    numbers = {name: f"t{place}" for place, name in enumerate(trigger.name for trigger in program.triggers)}
    ends = {outcome.name: f"o{place}" for place, outcome in enumerate(program.outcomes)}
    lines = ["flowchart LR"]
    for number, (agent, names) in enumerate(_groups(program).items()):
        if agent:
            lines.append(f"  subgraph a{number} [{_quoted(agent)}]")
        lines.extend(f"    {numbers[name]}[{_quoted(name)}]" for name in names)
        if agent:
            lines.append("  end")
    lines.extend(f"    {node}(({_quoted(name)}))" for name, node in ends.items())
    for arrow in drawn:
        line = "-->" if arrow.how == "on" else "-.->"
        label = f"|{_quoted(', '.join(arrow.through))}|" if arrow.through else ""
        target = (ends if arrow.to_outcome else numbers)[arrow.target]
        lines.append(f"  {numbers[arrow.source]} {line}{label} {target}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'
