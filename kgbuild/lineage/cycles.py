"""Find the cycles and strongly connected components of a graph given as adjacency lists.

networkx computes the components. Nodes that are on no cycle are trimmed first, so networkx is imported only if a core remains: on the
KG-Registry of 2026-08-17 the core has 46 of 1,026 resources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import networkx


def cycle_groups(adjacency: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return the strongly connected components of two or more nodes. Nodes are sorted; components are sorted by their first node.

    ``adjacency`` contains the successors of each node that has any.

    >>> cycle_groups({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": ["d", "e"]})
    [['b', 'c']]
    """
    core = _trimmed(adjacency).core
    return sorted(sorted(group) for group in _strong(core) if len(group) > 1) if core else []


def components(adjacency: Mapping[str, Collection[str]]) -> Iterator[list[str]]:
    """Yield all strongly connected components, each after those that it can reach.

    >>> list(components({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": ["d", "e"]}))
    [['e'], ['d'], ['b', 'c'], ['a']]
    """
    trimmed = _trimmed(adjacency)
    yield from ([node] for node in trimmed.without_successors)
    yield from _condensed(trimmed.core) if trimmed.core else ()
    yield from ([node] for node in reversed(trimmed.without_predecessors))


class _Trimmed(NamedTuple):
    """A graph split into a core, and the nodes that are removed because they reach no cycle, or then lose their last predecessor.

    In the ``core`` each node has a predecessor and a successor other than itself. Nodes of the first list have earlier nodes of that list as
    successors; nodes of the core have successors in the core and in the first list; nodes of the second list can have any successors.
    """

    without_successors: list[str]
    without_predecessors: list[str]
    core: dict[str, list[str]]


def _trimmed(adjacency: Mapping[str, Collection[str]]) -> _Trimmed:
    ends = _without_successors(adjacency)
    rest = {node: [to for to in there if to not in ends and to != node] for node, there in adjacency.items() if node not in ends}
    starts = _without_predecessors(rest)
    gone = set(starts)
    return _Trimmed([*ends], starts, {node: there for node, there in rest.items() if node not in gone})


def _without_successors(adjacency: Mapping[str, Collection[str]]) -> dict[str, None]:
    """Return the nodes that reach no cycle, ignoring loops, each after its successors. It is a depth-first search."""
    ends: dict[str, None] = {}
    opened: set[str] = set()
    others: set[str] = set()
    for root in adjacency:
        stack = [root]
        while stack:
            node = stack[-1]
            if node in ends or node in others:
                stack.pop()
                continue
            left = [to for to in adjacency.get(node, ()) if to not in ends]
            if not left or left.count(node) == len(left):
                ends[node] = None
            elif node in opened:
                others.add(node)  # what is left is on a cycle, or leads to one
            else:
                opened.add(node)
                stack += [to for to in left if to not in opened]
    return ends


def _without_predecessors(adjacency: Mapping[str, Collection[str]]) -> list[str]:
    """Return the nodes without predecessors, ignoring the predecessors that come before them in the list. The graph has no loops."""
    into = Counter(chain.from_iterable(adjacency.values()))
    found = [node for node in adjacency if not into[node]]
    for node in found:  # the list grows in the loop
        for to in adjacency.get(node, ()):
            into[to] -= 1
            if not into[to]:
                found.append(to)
    return found


def _strong(core: Mapping[str, Iterable[str]]) -> Iterator[set[str]]:
    """Return the strongly connected components of the core, unordered."""
    import networkx

    found: Iterator[set[str]] = networkx.strongly_connected_components(_graph(core))
    return found


def _condensed(core: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Return the strongly connected components of the core, each after those that it can reach, with sorted nodes."""
    import networkx

    condensed = networkx.condensation(_graph(core))
    for number in reversed(list(networkx.topological_sort(condensed))):
        yield sorted(condensed.nodes[number]["members"])


def _graph(core: Mapping[str, Iterable[str]]) -> networkx.DiGraph[str]:
    """Return the core as a networkx graph. Edges share one attribute dict, since separate dicts for millions of edges would take a gigabyte."""
    import networkx

    nothing: dict[str, object] = {}
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.edge_attr_dict_factory = lambda: nothing  # type: ignore[misc, method-assign]  # an attribute, which the stubs have as a method
    graph.add_edges_from((node, to) for node, there in core.items() for to in there)
    return graph


def shortest_cycle(adjacency: Mapping[str, Collection[str]], group: Collection[str], steps: int = 2_000_000) -> list[str]:
    """Return the shortest cycle of two or more nodes in a strongly connected group, starting at its smallest node; of several, the first one.

    It searches for the shortest cycle through each node and stops after ``steps``. In a group of hundreds of thousands of nodes, the result may not
    be the shortest cycle, but it is never longer than the shortest one through the smallest node.

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
    """Return the shortest cycle through a node, if it has fewer nodes than the limit, and the number of neighbours visited."""
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
    """Remove a node, and then all nodes that lose their last predecessor, since they are on no cycle."""
    gone = [start]
    left.discard(start)
    for node in gone:  # the list grows in the loop
        for to in inner[node]:
            into[to] -= 1
            if into[to] == 0 and to in left:
                left.discard(to)
                gone.append(to)
