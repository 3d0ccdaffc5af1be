"""The experiments of an ablation: the whole, each thing taken out in turn, and the coalitions of a named group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sim.program.ir import Program
from sim.program.removing import Thing
from sim.streams import digest_of, uniform
from sim.study.design import Design, Experiment

PART_SIZES = ((0, 500), (1_000, 1_000), (2_000, 2_500))
"""Larger parts than those of other studies: there are many experiments, and each is a file of its own."""

MOST_EXACT = 10
"""Members of a group of which every coalition is played, 2^k of them; of more, orders are sampled."""

COALITIONS = 1_000
"""About so many coalitions are played of a sampled group when nobody says how many orders."""

FEWEST_ORDERS = 20


def ablation_design(
    whole: Experiment, things: Sequence[Thing], *, seed: int, group: Sequence[int] = (), orders: int | None = None
) -> Design:
    """The design: experiment 0 is the whole, experiment 1 + t is without thing t, and then the coalitions follow.

    Parameters
    ----------
    group
        Places of the members of a group among the things; of their coalitions Shapley values are made.
    orders
        In so many orders the members come in, instead of in all; None for all, or of a large group for so many as
        about a thousand coalitions need.
    """
    taken: list[tuple[int, ...]] = [(), *((place,) for place in range(len(things)))]
    settings: dict[str, object] = {"things": [thing.record() for thing in things]}
    if group:
        sampled = sampled_orders(group, orders, seed)
        settings |= {"group": list(group), "orders": sampled}
        taken += removals(group, sampled)
    taken = list(dict.fromkeys(taken))
    settings["taken"] = [list(places) for places in taken]
    programs: dict[tuple[str, ...], Program] = {}  # by the truths that never come: the others are these without more
    experiments = [_experiment(whole, [things[place] for place in places], programs) for places in taken]
    return Design(tuple(experiments), seed, PART_SIZES, kind="ablate", settings=settings, counts=True)


def _experiment(whole: Experiment, gone: Sequence[Thing], programs: dict[tuple[str, ...], Program]) -> Experiment:
    """The whole without these things."""
    never = tuple(dict.fromkeys(name for thing in gone for name in thing.never))
    disabled = tuple(dict.fromkeys(name for thing in gone for name in thing.triggers))
    if never not in programs:
        programs[never] = whole.program.never(never)
    label = f"without {' and '.join(thing.name for thing in gone)}" if gone else "the whole"
    return replace(whole, program=programs[never].without(disabled), label=label, disabled=disabled, never=never)


def removals(group: Sequence[int], orders: Sequence[Sequence[int]]) -> Iterable[tuple[int, ...]]:
    """What is taken out for each coalition: all subsets of the group, or those that the orders come by."""
    if not orders:
        for mask in range(2 ** len(group)):
            yield tuple(sorted(member for at, member in enumerate(group) if mask >> at & 1))
        return
    for order in orders:
        for at in range(len(order) + 1):
            yield tuple(sorted(order[at:]))


def sampled_orders(group: Sequence[int], orders: int | None, seed: int) -> list[list[int]]:
    """Orders in which the members come in, each as likely as any other; none if all coalitions are to be played."""
    if orders is None:
        if len(group) <= MOST_EXACT:
            return []
        orders = max(FEWEST_ORDERS, COALITIONS // (len(group) - 1))
    sites = {member: digest_of(f"ablation/orders/{at}") for at, member in enumerate(group)}
    return [sorted(group, key=lambda member: uniform(seed, number, sites[member], 0)) for number in range(orders)]
