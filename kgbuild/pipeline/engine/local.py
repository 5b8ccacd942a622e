"""Work in several processes: tasks in, results in the order of the tasks, with few of either in memory at a time."""

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

_S = TypeVar("_S")
_T = TypeVar("_T")
_R = TypeVar("_R")

#: How a worker process is started (multiprocessing, "Contexts and start methods").
StartMethod = Literal["fork", "forkserver", "spawn"]
#: The environment variable that chooses another one than ``start_method`` would.
START_METHOD = "KGBUILD_START_METHOD"
#: Tasks given out ahead of the result that is waited for, per worker: enough to keep all busy.
_AHEAD = 2
_worker: Any = None


def start_method() -> StartMethod:
    """The way in which workers are started here.

    A fork has all that is in memory, and takes a hundredth of a second; it is not safe beside other threads, whose locks stay locked in
    it, nor on macOS, whose libraries have such threads. Raises UsageError where the environment names none that the system has.
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
    """``worker(state)(task)`` for each task, in this process with one job; else ``worker(state)`` is made once in each process.

    ``worker`` is a function of a module. ``state`` reaches the others by fork, or pickled. Raises KgbuildError where a worker is killed, Crash
    for what no worker expects, and whatever KgbuildError a worker raises.
    """
    if jobs <= 1:
        return map(worker(state), tasks)
    return _spread(worker, state, tasks, jobs)


def _spread(worker: Callable[[_S], Callable[[_T], _R]], state: _S, tasks: Iterable[_T], jobs: int) -> Iterator[_R]:
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    method = start_method()
    begin = _Begin(worker, state if method == "fork" else pickle.dumps(state), method != "fork")
    executor = ProcessPoolExecutor(jobs, multiprocessing.get_context(method), _begin, (begin,))
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
        return "a worker process was ended from outside, perhaps for want of memory; try again with --jobs 1"
    script = "a script that uses kgbuild needs `if __name__ == '__main__':` around what it does"
    return f"a worker process did not start, or was ended from outside, perhaps for want of memory; try again with --jobs 1 ({script})"


class _Begin(NamedTuple, Generic[_S, _T, _R]):
    """What a process needs to make its worker, when its first task comes."""

    worker: Callable[[_S], Callable[[_T], _R]]
    state: Any
    pickled: bool

    def make(self) -> Callable[[_T], _R]:
        return self.worker(pickle.loads(self.state) if self.pickled else self.state)  # noqa: S301  # our own, from the parent


def _begin(begin: _Begin[Any, Any, Any]) -> None:
    global _worker  # noqa: PLW0603  # a process pool has no other place for what every task needs
    _worker = begin
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt reaches the whole group; the parent is the one to deal with it
    gc.disable()  # what is made here is trees, of which reference counts free all
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _do(task: Any) -> Any:
    """The result of a task. What is raised must reach the parent whole, where an exception of any class may not be unpickled."""
    global _worker  # noqa: PLW0603
    try:
        if isinstance(_worker, _Begin):
            _worker = _worker.make()
        return _worker(task)
    except (KgbuildError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # told by the parent
        raise Crash.of(error) from None


def _end_with_the_parent() -> None:
    """A worker whose parent was killed would wait for tasks for ever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
