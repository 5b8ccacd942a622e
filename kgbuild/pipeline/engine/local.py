"""Run tasks in several processes. Results come in the order of the tasks, and only a few tasks and results are in memory at a time."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Literal, NamedTuple, TypeVar, cast

from kgbuild.errors import Crash, KgbuildError, UsageError
from kgbuild.pipeline.interrupts import by_default

_S = TypeVar("_S")
_T = TypeVar("_T")
_R = TypeVar("_R")

#: How a worker process is started (multiprocessing, "Contexts and start methods").
StartMethod = Literal["fork", "forkserver", "spawn"]
#: The environment variable that overrides ``start_method``.
START_METHOD = "KGBUILD_START_METHOD"
#: The number of tasks per worker to submit ahead of the next result, enough to keep all workers busy.
_AHEAD = 2
_worker: Any = None


def start_method() -> StartMethod:
    """Return how to start workers on this system.

    A fork has a copy of all memory and takes a hundredth of a second. It is not safe if there are other threads, whose locks stay locked in the
    child, nor on macOS, whose libraries start threads. Raises UsageError if the environment names a method that the system does not have.
    """
    import multiprocessing

    known = multiprocessing.get_all_start_methods()
    chosen = os.environ.get(START_METHOD)
    if chosen:
        if chosen not in known:
            raise UsageError(f"{START_METHOD}: expected one of {', '.join(known)}, got {chosen!r}; correct or unset it")
        return cast("StartMethod", chosen)
    if "fork" in known and sys.platform != "darwin" and threading.active_count() == 1:
        return "fork"
    return "forkserver" if "forkserver" in known else "spawn"


def run(worker: Callable[[_S], Callable[[_T], _R]], state: _S, tasks: Iterable[_T], jobs: int) -> Iterator[_R]:
    """Yield ``worker(state)(task)`` for each task. With one job it runs in this process, otherwise ``worker(state)`` is created once per process.

    ``worker`` is a module-level function. ``state`` is passed by fork or pickled. Raises KgbuildError if a worker is killed, Crash for an unexpected
    exception in a worker, and any KgbuildError that a worker raises.
    """
    if jobs <= 1:
        return map(worker(state), tasks)
    return _spread(worker, state, tasks, jobs)


def _spread(worker: Callable[[_S], Callable[[_T], _R]], state: _S, tasks: Iterable[_T], jobs: int) -> Iterator[_R]:
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    method = start_method()
    begin = _WorkerSetup(worker, state if method == "fork" else pickle.dumps(state), method != "fork")
    executor = ProcessPoolExecutor(jobs, multiprocessing.get_context(method), _set_up, (begin,))
    ahead: deque[Future[_R]] = deque()
    try:
        for task in tasks:
            ahead.append(executor.submit(_do, task))
            if len(ahead) > jobs * _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    except BrokenProcessPool:
        raise KgbuildError(_broken(method)) from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _broken(method: StartMethod) -> str:
    if method == "fork":
        return "a worker process was killed, perhaps for lack of memory; try again with --jobs 1"
    script = "in a script, put the code that calls kgbuild under `if __name__ == '__main__':`"
    return f"a worker process did not start, or was killed, perhaps for lack of memory; try again with --jobs 1 ({script})"


class _WorkerSetup(NamedTuple, Generic[_S, _T, _R]):
    """What a process requires to create its worker when its first task arrives."""

    worker: Callable[[_S], Callable[[_T], _R]]
    state: Any
    pickled: bool

    def make(self) -> Callable[[_T], _R]:
        return self.worker(pickle.loads(self.state) if self.pickled else self.state)  # noqa: S301  # pickled by the parent


def _set_up(begin: _WorkerSetup[Any, Any, Any]) -> None:
    global _worker  # noqa: PLW0603  # a process pool has no other place for the worker
    _worker = begin
    by_default()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt reaches the whole process group; only the parent handles it
    gc.disable()  # workers create trees, which reference counting frees
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _do(task: Any) -> Any:
    """Run a task. Every exception must reach the parent, where an arbitrary class might not be unpicklable, so it is converted into a Crash."""
    global _worker  # noqa: PLW0603
    try:
        if isinstance(_worker, _WorkerSetup):
            _worker = _worker.make()
        return _worker(task)
    except (KgbuildError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # the parent reports it
        raise Crash.of(error) from None


def _end_with_the_parent() -> None:
    """End this worker if its parent is killed: it would otherwise wait for tasks forever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
