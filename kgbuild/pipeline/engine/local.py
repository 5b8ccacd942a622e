"""Work in several processes: tasks in, results in the order of the tasks, with few of either in memory at a time."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from kgbuild.errors import KgbuildError

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Tasks given out ahead of the result that is waited for, per worker: enough to keep all busy.
_AHEAD = 2
_state: Any = None


def run(work: Callable[[Any, _T], _R], state: Any, tasks: Iterable[_T], jobs: int) -> Iterator[_R]:
    """``work(state, task)`` for each task, in this process with one job. ``state`` reaches the workers once, by fork where the system has it.

    Raises KgbuildError where a worker is killed, and whatever ``work`` raises.
    """
    if jobs <= 1:
        return (work(state, task) for task in tasks)
    return _spread(work, state, tasks, jobs)


def _spread(work: Callable[[Any, _T], _R], state: Any, tasks: Iterable[_T], jobs: int) -> Iterator[_R]:
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    method = "fork" if "fork" in multiprocessing.get_all_start_methods() and os.name == "posix" else "spawn"
    executor = ProcessPoolExecutor(jobs, multiprocessing.get_context(method), _begin, (state, os.getpid()))
    ahead: deque[Future[_R]] = deque()
    try:
        for task in tasks:
            ahead.append(executor.submit(_do, work, task))
            if len(ahead) > jobs * _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    except BrokenProcessPool:
        raise KgbuildError("a worker process was ended from outside, perhaps for want of memory; try again with --jobs 1") from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin(state: Any, parent: int) -> None:
    global _state  # noqa: PLW0603  # a process pool has no other place for what every task needs
    _state = state
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt reaches the whole group; the parent is the one to deal with it
    gc.disable()  # what is made here is trees, of which reference counts free all
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _do(work: Callable[[Any, _T], _R], task: _T) -> _R:
    return work(_state, task)


def _end_with(parent: int) -> None:
    """A worker whose parent was killed would wait for tasks for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
