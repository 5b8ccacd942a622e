"""The cycles of a graph that is given as lists of neighbours."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain


def cycle_groups(adjacency: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The strongly connected groups of two or more nodes: the nodes of each sorted, the groups by their first.

    ``adjacency`` gives the neighbours of each node that has any; what occurs as a neighbour only has none.

    >>> cycle_groups({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": ["d", "e"]})
    [['b', 'c']]
    """
    return sorted(sorted(group) for group in components(adjacency, singles=False))


def components(adjacency: Mapping[str, Collection[str]], *, singles: bool = True) -> Iterator[list[str]]:
    """The strongly connected components, those of a single node if asked for: each after those that it leads to.

    Nodes are found from the first of ``adjacency`` on and along the neighbours in their order; those of a component are told from the last
    found on.

    Tarjan's algorithm without recursion, with one index a node as in D. J. Pearce, "A space-efficient algorithm for finding strongly
    connected components", Information Processing Letters 116 (2016). A million nodes with five million edges take some four seconds; a
    networkx.DiGraph of them takes twelve to be filled and six to ten to be searched, and the import a fifth of a second at every check.

    >>> list(components({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": ["d", "e"]}))
    [['e'], ['d'], ['c', 'b'], ['a']]
    """
    index: dict[str, int] = {}  # when a node was found, lowered to the earliest that it leads back to
    for root in adjacency:
        if root not in index:
            yield from _components_from(root, adjacency, index, singles)


#: Found later than any node of a group that is not complete.
_DONE = sys.maxsize


def _components_from(root: str, adjacency: Mapping[str, Collection[str]], index: dict[str, int], singles: bool) -> Iterator[list[str]]:
    """The components that a node leads to and that are not in ``index`` yet."""
    done = _DONE
    way: list[tuple[str, int, int, Iterator[str]]] = []  # the nodes from the root to here: found when, leads back to, what is left of it
    waiting: list[tuple[str, int]] = []  # nodes behind us whose group is not complete
    node, found = root, len(index)
    back, rest = found, iter(adjacency[root])
    index[root] = found
    while True:
        for neighbour in rest:
            at = index.get(neighbour)
            if at is None:
                way.append((node, found, back, rest))
                node, found = neighbour, len(index)
                back, rest = found, iter(adjacency.get(node, ()))
                index[node] = found
                break
            if at < back:  # noqa: PLR1730  # once for each edge: calling min() doubles the time of the search
                back = at
        else:
            if back == found:
                index[node] = back = done
                if waiting and waiting[-1][1] > found:
                    yield _complete(node, found, waiting, index)
                elif singles:
                    yield [node]
            else:
                index[node] = back
                waiting.append((node, found))
            if not way:
                return
            lowest = back
            node, found, back, rest = way.pop()
            back = min(back, lowest)


def _complete(root: str, found: int, waiting: list[tuple[str, int]], index: dict[str, int]) -> list[str]:
    """The component of the node that was found first of it: with all that waits since then."""
    others: list[tuple[int, str]] = []
    while waiting and waiting[-1][1] > found:
        node, at = waiting.pop()
        others.append((at, node))
    group = [*(node for _, node in sorted(others, reverse=True)), root]
    index.update(dict.fromkeys(group, _DONE))
    return group


def shortest_cycle(adjacency: Mapping[str, Collection[str]], group: Collection[str], steps: int = 2_000_000) -> list[str]:
    """The shortest cycle of two or more nodes in a strongly connected group, from its smallest node on; of several the first by that node.

    It looks for the shortest cycle through each node and gives up after so many ``steps``: in a group of hundreds of thousands what comes
    back may not be the shortest, but it is never longer than the shortest through the smallest node.

    >>> shortest_cycle({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["c"]}, ["a", "b", "c", "d"])
    ['c', 'd']
    """
    left = set(group)
    inner = {node: [to for to in dict.fromkeys(adjacency[node]) if to in left and to != node] for node in sorted(group)}
    into = Counter(chain.from_iterable(inner.values()))
    best = next(([node, to] for node, there in inner.items() for to in there if node < to and node in inner[to]), [])
    for node in () if best else inner:
        if node not in left:
            continue
        cycle, taken = _cycle_through(node, inner, left, len(best) or len(left) + 1)
        best = cycle or best
        steps -= taken
        if steps < 0:
            break
        _peel(node, inner, left, into)
    return best


def _cycle_through(start: str, inner: Mapping[str, list[str]], left: set[str], below: int) -> tuple[list[str], int]:
    """The shortest cycle through a node, if it has fewer than so many nodes, and the number of neighbours that were looked at."""
    before = {start: start}
    level, taken = [start], 0
    for _ in range(below - 1):
        following: list[str] = []
        for node in level:
            for to in inner[node]:
                if to == start:
                    cycle = [node]
                    while cycle[-1] != start:
                        cycle.append(before[cycle[-1]])
                    return cycle[::-1], taken
                if to in left and to not in before:
                    before[to] = node
                    following.append(to)
            taken += len(inner[node])
        level = following
    return [], taken


def _peel(start: str, inner: Mapping[str, list[str]], left: set[str], into: Counter[str]) -> None:
    """Take a node out, and then all that nothing leads to any more: they are on no cycle."""
    gone = [start]
    left.discard(start)
    for node in gone:  # which grows
        for to in inner[node]:
            into[to] -= 1
            if into[to] == 0 and to in left:
                left.discard(to)
                gone.append(to)
