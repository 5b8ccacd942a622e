"""Work in several processes: results in the order of the tasks, whatever the number of processes; and what fails is said."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from kgbuild.errors import InputError, KgbuildError, Problem
from kgbuild.pipeline.engine.local import run, start_method

PROBLEM = Problem("a.md", 1, 1, "", "a record", "none", "write one")


def add(state: int, task: int) -> tuple[int, bool]:
    """The sum, and whether it was made by another process than the test's."""
    time.sleep(0.02 if task % 3 == 0 else 0)
    return state + task, os.getpid() != PARENT


PARENT = os.getpid()


def adder(state: int) -> Callable[[int], tuple[int, bool]]:
    return partial(add, state)


def failing(state: object) -> Callable[[int], int]:
    return partial(fail, state)


def dying(state: object) -> Callable[[int], int]:
    return partial(die, state)


def fail(state: object, task: int) -> int:
    if task == 3:
        raise InputError([PROBLEM])
    return task


def die(state: object, task: int) -> int:
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(jobs: int) -> None:
    found = list(run(adder, 100, iter(range(20)), jobs))
    assert [total for total, _ in found] == list(range(100, 120))
    assert {elsewhere for _, elsewhere in found} == {jobs > 1}
    assert start_method() in ("fork", "forkserver", "spawn")


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_the_work_is_raised_as_it_is(jobs: int) -> None:
    with pytest.raises(InputError) as error:
        list(run(failing, None, range(5), jobs))
    assert error.value.problems == (PROBLEM,)


def test_a_worker_that_is_killed_is_an_error() -> None:
    with pytest.raises(KgbuildError, match="worker process"):
        list(run(dying, None, range(5), 2))


def test_few_tasks_are_taken_ahead_of_the_results() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    results = run(adder, 0, tasks(), 2)
    assert next(results)[0] == 0
    assert len(taken) <= 8
    results.close()  # type: ignore[attr-defined]  # a generator
    assert len(taken) <= 8
