"""A small layout for directed graphs: layers from left to right, few crossings, long arrows led around boxes.

Source: the four steps of Sugiyama, Tagawa and Toda (1981), IEEE Trans. Syst. Man Cybern. 11, 109-125; crossings are
lessened by barycentres, swept forth and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand: the layer of each node and its place there, and the points that each arrow goes through.

    `columns[c]` counts the places of a layer, those of passing arrows among them. Points of an arrow are (layer,
    place), its ends included, from source to target.
    """

    layer: tuple[int, ...]
    place: tuple[int, ...]
    columns: tuple[int, ...]
    routes: tuple[tuple[tuple[int, int], ...], ...]  # in the order of the arrows


def lay_out(nodes: int, arrows: Sequence[tuple[int, int]], *, last: frozenset[int] = frozenset()) -> Layout:
    """Lay a graph out in layers.

    Parameters
    ----------
    nodes
        How many there are; they are numbered from 0.
    arrows
        (source, target), no arrow from a node to itself.
    last
        Nodes that stand in the last layer; no arrow leaves them.
    """
    forward = [(b, a) if (a, b) in _backward(nodes, arrows) else (a, b) for a, b in arrows]
    layer = _layers(nodes, forward, last)
    columns: list[list[int]] = [[] for _ in range(max(layer, default=0) + 1)]
    for node in range(nodes):
        columns[layer[node]].append(node)
    chains: list[list[int]] = []
    where = list(layer)
    for a, b in forward:
        chain = [a]
        for between in range(layer[a] + 1, layer[b]):
            chain.append(len(where))
            columns[between].append(len(where))
            where.append(between)
        chains.append([*chain, b])
    columns = _ordered(columns, chains)
    place = {node: at for column in columns for at, node in enumerate(column)}
    routes = []
    for (a, b), (start, _), chain in zip(arrows, forward, chains, strict=True):
        points = [(where[node], place[node]) for node in chain]
        routes.append(tuple(points if start == a else reversed(points)))
        assert b in (chain[0], chain[-1])
    return Layout(tuple(layer), tuple(place[node] for node in range(nodes)), tuple(map(len, columns)), tuple(routes))


def _backward(nodes: int, arrows: Sequence[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Arrows that close a circle when nodes are visited in their order; turned round, they leave none."""
    leaving: list[list[int]] = [[] for _ in range(nodes)]
    for a, b in arrows:
        leaving[a].append(b)
    entered = {b for _, b in arrows}
    found: set[tuple[int, int]] = set()
    state = [0] * nodes  # 0 not seen, 1 on the way, 2 done
    for root in sorted(range(nodes), key=lambda node: (node in entered, node)):
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(leaving[root]))]
        while stack:
            node, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                state[node] = 2
                stack.pop()
            elif state[target] == 1:
                found.add((node, target))
            elif state[target] == 0:
                state[target] = 1
                stack.append((target, iter(leaving[target])))
    return frozenset(found)


def _layers(nodes: int, forward: Sequence[tuple[int, int]], last: frozenset[int]) -> list[int]:
    """Each node one layer right of the rightmost that leads to it, then as near to what it leads to as it can be."""
    layer = [0] * nodes
    for _ in range(nodes):
        moved = False
        for a, b in forward:
            if layer[b] <= layer[a]:
                layer[b], moved = layer[a] + 1, True
        if not moved:
            break
    final = max(layer, default=0)
    for node in last:
        layer[node] = final
    entered = {b for _, b in forward}
    for node in range(nodes):
        after = [layer[b] for a, b in forward if a == node]
        if node not in entered and after:
            layer[node] = min(after) - 1
    return layer


def _ordered(columns: list[list[int]], chains: Sequence[Sequence[int]]) -> list[list[int]]:
    """The columns in the order with the fewest crossings that sweeping by barycentres finds."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            after.setdefault(a, []).append(b)
            before.setdefault(b, []).append(a)
    best, fewest = [list(column) for column in columns], _crossings(columns, after)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        near = before if forth else after
        steps = range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1)
        for step in steps:
            beside = columns[step - 1 if forth else step + 1]
            at = {node: place / max(1, len(beside) - 1) for place, node in enumerate(beside)}
            own = {node: place / max(1, len(columns[step]) - 1) for place, node in enumerate(columns[step])}
            weight = {
                node: sum(at[other] for other in near[node]) / len(near[node]) if near.get(node) else own[node]
                for node in columns[step]
            }
            columns[step] = sorted(columns[step], key=lambda node: (weight[node], own[node]))
        count = _crossings(columns, after)
        if count < fewest:
            best, fewest = [list(column) for column in columns], count
    return best


def _crossings(columns: Sequence[Sequence[int]], after: dict[int, list[int]]) -> int:
    """How many pairs of arrows cross between neighbouring columns."""
    total = 0
    for left, right in pairwise(columns):
        at = {node: place for place, node in enumerate(right)}
        ends = [at[b] for a in left for b in sorted(after.get(a, ()), key=lambda node: at[node])]
        total += sum(ends[i] > ends[j] for i in range(len(ends)) for j in range(i + 1, len(ends)))
    return total
