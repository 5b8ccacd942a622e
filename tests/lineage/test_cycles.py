"""Components and cycles are those that networkx finds in the whole graph, which is trimmed before networkx gets it."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import pairwise

import networkx
import pytest

from kgbuild.lineage.cycles import components, cycle_groups, shortest_cycle


def made(seed: int) -> dict[str, list[str]]:
    """Neighbours of up to a dozen nodes, in no order, some of them twice, some of them the node itself."""
    chosen = random.Random(seed)
    nodes = [f"n{n:02}" for n in range(chosen.randint(1, 12))]
    adjacency: dict[str, list[str]] = {}
    for _ in range(chosen.randint(0, 3 * len(nodes))):
        adjacency.setdefault(chosen.choice(nodes), []).append(chosen.choice(nodes))
    return adjacency


@pytest.mark.parametrize("seed", range(300))
def test_groups_and_shortest_cycles(seed: int) -> None:
    adjacency = made(seed)
    graph = networkx.DiGraph(adjacency)
    groups = cycle_groups(adjacency)
    assert groups == sorted(sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1)
    for group in groups:
        every = [cycle for cycle in networkx.simple_cycles(graph.subgraph(group)) if len(cycle) > 1]
        least = min(map(len, every))
        found = shortest_cycle(adjacency, group)
        assert (len(found), found[0]) == (least, min(min(cycle) for cycle in every if len(cycle) == least))
        assert all(there in adjacency[here] for here, there in pairwise([*found, found[0]]))


@pytest.mark.parametrize("seed", range(300))
def test_components_come_after_those_that_they_lead_to(seed: int) -> None:
    adjacency = made(seed)
    graph = networkx.DiGraph(adjacency)
    found = list(components(adjacency))
    assert sorted(map(sorted, found)) == sorted(map(sorted, networkx.strongly_connected_components(graph)))
    place = {node: n for n, group in enumerate(found) for node in group}
    assert all(place[there] <= place[here] for here, there in graph.edges)


def test_components_of_a_long_chain_between_two_rings() -> None:
    chain = {f"c{n:05}": [f"c{n + 1:05}"] for n in range(20_000)}
    adjacency = {"a": ["b"], "b": ["a", "c00000"], **chain, "c20000": ["y"], "y": ["z"], "z": ["y", "leaf"], "root": ["a"]}
    found = list(components(adjacency))
    assert (found[0], found[-1], len(found)) == (["leaf"], ["root"], 20_005)
    assert (found[1], found[2], found[-3], found[-2]) == (["y", "z"], ["c20000"], ["c00000"], ["a", "b"])


def test_networkx_is_not_imported_where_no_cycle_is_left() -> None:
    code = (
        "import sys; from kgbuild.lineage.cycles import components, cycle_groups; "
        "graph = {'a': ['b', 'c', 'a'], 'b': ['d'], 'c': ['d', 'd']}; "
        "print(cycle_groups(graph), list(components(graph)), 'networkx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] [['d'], ['c'], ['b'], ['a']] False\n"


def ring(size: int, *chords: tuple[int, int]) -> dict[str, list[str]]:
    """Each of so many nodes with the next, and some with others."""
    names = [f"n{n:06}" for n in range(size)]
    adjacency = {name: [names[(n + 1) % size]] for n, name in enumerate(names)}
    for here, there in chords:
        adjacency[names[here]].append(names[there])
    return adjacency


def test_a_large_ring_is_walked_once() -> None:
    adjacency = ring(100_000)
    (group,) = cycle_groups(adjacency)
    assert shortest_cycle(adjacency, group) == group


def test_the_shortest_is_looked_for_until_the_steps_are_used_up() -> None:
    adjacency = ring(1000, (999, 500), (400, 100))
    (group,) = cycle_groups(adjacency)
    assert shortest_cycle(adjacency, group) == group[100:401]
    assert shortest_cycle(adjacency, group, steps=1) == group
