"""Run work in a separate process with limits on time and memory, since no engine stops reliably by itself."""

from __future__ import annotations

import fcntl
import os
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import BinaryIO, NamedTuple, NoReturn

from kgbuild.errors import Crash, KgbuildError
from kgbuild.pipeline.detached import close_all_but
from kgbuild.pipeline.files import no_room
from kgbuild.pipeline.interrupts import SIGNALS, deferred, undone

_GIB = 2**30
#: The most bytes of a process's last output to show if it ended for an unknown reason.
_MAX_OUTPUT = 2000
#: Work writes its answer to a file and returns a text.
Work = Callable[[BinaryIO], str]


class QueryError(KgbuildError):
    """A query that cannot be answered: its text is invalid, or it was stopped."""


class RanAway(QueryError):
    """A query that was stopped because it exceeded its time or memory."""


class Bounds(NamedTuple):
    """The limits of a query: ``seconds`` of time, ``memory`` in GiB of address space.

    With ``added``, the memory is what the query may add to the memory that its process shares with this one.
    """

    seconds: float
    memory: float
    added: bool = False


class Sandbox:
    """A forked process that does some work. It shares the memory of this process, and ends with it.

    ``prepare`` is called in the new process. It imports everything that the work requires and returns the work. Only then are the limits set,
    since under them an import can fail.
    """

    def __init__(self, prepare: Callable[[], Work], bounds: Bounds) -> None:
        self._bounds, self._message = bounds, b""
        self.deadline = time.monotonic() + bounds.seconds
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  # the caller of `result` closes it
        self._reader, writer = os.pipe()
        alive, self._alive = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._undo = ExitStack()
        with deferred():
            self._pid = os.fork()
            if self._pid == 0:
                _work(prepare, self._out, writer, alive, bounds)
            self._undo.enter_context(undone(partial(os.kill, self._pid, signal.SIGKILL)))
        os.close(writer)
        os.close(alive)

    def fileno(self) -> int:
        """Return the file descriptor that can be read when ``receive`` has something to do."""
        return self._reader

    def receive(self) -> bool:
        """Read what the process has reported. Return whether it has ended."""
        data = os.read(self._reader, 65536)
        self._message += data
        return not data

    def stop(self) -> None:
        """End the process and forget its answer."""
        self._end()
        self._out.close()

    def late(self) -> RanAway:
        """Return the error for a process that has not ended in time."""
        return RanAway(f"expected an answer within {self._bounds.seconds:g} s, got none; simplify the query, or raise --timeout")

    def result(self) -> tuple[str, BinaryIO]:
        """Return the result of the work and the file that it wrote, once ``receive`` has returned True.

        Raises QueryError with the message of a KgbuildError from the work, RanAway if it required too much memory, and Crash with the output of
        the process if it ended otherwise.
        """
        status = self._end()
        kind, _, text = self._message.decode("utf-8", "replace").partition("\n")
        if kind == "done":
            self._out.seek(0)
            return text, self._out
        self._out.close()
        if kind == "error":
            raise QueryError(text)
        if kind == "memory" or (os.WIFSIGNALED(status) and "memory" in f"{kind}{text}"):
            raise RanAway(
                f"expected an answer within {self._bounds.memory:g} GiB of memory, got none; simplify the query, or raise --memory"
            )
        if kind == "fault":
            raise Crash.read(text)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            raise RanAway("expected an answer, got the end of its process by SIGKILL, perhaps for lack of memory; simplify the query")
        raise Crash(f"the process of the query ended with status {status}", self._message[-_MAX_OUTPUT:].decode("utf-8", "replace"))

    def _end(self) -> int:
        os.close(self._reader)
        os.close(self._alive)
        with self._undo, suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        return os.waitpid(self._pid, 0)[1]


def run(prepare: Callable[[], Work], bounds: Bounds) -> tuple[str, BinaryIO]:
    """Do work in a ``Sandbox`` and return its result. Raises the errors of ``Sandbox.result``, and RanAway if it took too long."""
    sandbox = Sandbox(prepare, bounds)
    try:
        while select.select([sandbox], [], [], max(0, sandbox.deadline - time.monotonic()))[0]:
            if sandbox.receive():
                break
        else:
            raise sandbox.late()
    except BaseException:
        sandbox.stop()
        raise
    return sandbox.result()


@contextmanager
def without_files() -> Iterator[None]:
    """Forbid this process to open files and connections: a query has everything that it requires in memory."""
    with _limit(resource.RLIMIT_NOFILE, 0):
        yield


@contextmanager
def _limit(kind: int, value: int) -> Iterator[None]:
    """Set a limit of this process while the block runs. Afterwards there is room to report an error."""
    before, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, most))
    try:
        yield
    finally:
        resource.setrlimit(kind, (before, most))


def _work(
    prepare: Callable[[], Work],
    out: BinaryIO,
    writer: int,
    alive: int,
    bounds: Bounds,
) -> NoReturn:
    """Do the work, report the result, and end the process without running any cleanup of the parent."""
    message, status = "", 1
    try:
        _behave(bounds.seconds)
        close_all_but({0, 1, 2, out.fileno(), writer, alive})
        _end_with_parent(alive)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        work = prepare()
        os.dup2(writer, 2)  # an engine that runs out of memory prints that and aborts
        with _limit(resource.RLIMIT_AS, int(bounds.memory * _GIB) + (_address_space() if bounds.added else 0)):
            text = work(out)
            out.flush()
        message, status = f"done\n{text}", 0
    except KgbuildError as error:
        message = f"error\n{error}"
    except MemoryError:
        message = "memory\n"
    except Exception as error:  # noqa: BLE001  # the parent reports it
        message = f"fault\n{Crash.of(error).text}"
        if isinstance(error, OSError) and (room := no_room(error)):
            where = f"expected room for the answer in {tempfile.gettempdir()}, got {room}"
            message = f"error\n{where}; make room, or set TMPDIR to another folder"
    finally:  # no exception may reach the frames of the parent
        data = message.encode("utf-8", "replace")
        while data:
            data = data[os.write(writer, data) :]
        os._exit(status)


def _behave(seconds: float) -> None:
    """Handle signals as a process that its parent controls. If the parent cannot stop it any more, it ends by itself."""
    signal.set_wakeup_fd(-1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGALRM, signal.SIGCHLD, signal.SIGIO):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)


def _end_with_parent(alive: int) -> None:
    """End this process as soon as the parent, which holds the other end of a pipe, has ended, even if it was killed.

    Linux sends SIGIO when a pipe is closed, and SIGIO ends a process. Elsewhere the timer of ``_behave`` must do.
    """
    fcntl.fcntl(alive, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(alive, fcntl.F_SETFL, os.O_RDONLY | os.O_NONBLOCK | os.O_ASYNC)
    if select.select([alive], [], [], 0)[0]:
        os._exit(1)


def _address_space() -> int:
    """Return the size of this process's address space in bytes."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:  # not on Linux, where the resident memory must do
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
