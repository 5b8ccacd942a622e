"""Run work in a separate process with limits on time and memory, since no engine stops reliably by itself."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback  # noqa: F401  # the query's process cannot open files, so this is imported before an error needs it
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import BinaryIO, NamedTuple, NoReturn

from kgbuild.errors import Crash, KgbuildError
from kgbuild.pipeline.files import no_room
from kgbuild.pipeline.interrupts import by_default, deferred, undone

_GIB = 2**30
#: The most bytes of a process's last output to show if it ended for an unknown reason.
_MAX_OUTPUT = 2000


class QueryError(KgbuildError):
    """A query that cannot be answered: its text is invalid, or it was stopped."""


class RanAway(QueryError):
    """A query that was stopped because it exceeded its time or memory."""


class Bounds(NamedTuple):
    """The limits of a query: ``seconds`` of time, ``memory`` in GiB of address space."""

    seconds: float
    memory: float


def run(work: Callable[[BinaryIO], str], bounds: Bounds) -> tuple[str, BinaryIO]:
    """Run ``work`` in a forked process, which shares the memory of this one. Return its result and the file that it wrote.

    Raises QueryError with the message of a KgbuildError from ``work``, RanAway if a limit was exceeded, and Crash with the output of the process
    if it ended otherwise.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the caller reads and closes it
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with ExitStack() as stack:
        with deferred():
            pid = os.fork()
            if pid == 0:
                os.close(reader)
                _work(work, out, writer, bounds)
            stack.enter_context(undone(partial(os.kill, pid, signal.SIGKILL)))
        os.close(writer)
        try:
            message = _read(reader, bounds.seconds)
        finally:
            os.close(reader)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
    if message is None:
        raise RanAway(f"expected an answer within {bounds.seconds:g} s, got none; simplify the query, or raise --timeout")
    kind, _, text = message.decode("utf-8", "replace").partition("\n")
    if kind == "done":
        out.seek(0)
        return text, out
    if kind == "error":
        raise QueryError(text)
    if kind == "memory" or (os.WIFSIGNALED(status) and "memory" in message.decode("utf-8", "replace")):
        raise RanAway(f"expected an answer within {bounds.memory:g} GiB of memory, got none; simplify the query, or raise --memory")
    if kind == "fault":
        raise Crash.read(text)
    raise Crash(f"the process of the query ended with status {status}", message[-_MAX_OUTPUT:].decode("utf-8", "replace"))


def _read(reader: int, seconds: float) -> bytes | None:
    """Return the output of a process until it closes the pipe; None if that takes too long."""
    end = time.monotonic() + seconds
    message = b""
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return None
        data = os.read(reader, 65536)
        if not data:
            return message
        message += data


def _work(work: Callable[[BinaryIO], str], out: BinaryIO, writer: int, bounds: Bounds) -> NoReturn:
    """Do the work, report the result, and end the process without running any cleanup of the parent."""
    message, status = "", 1
    try:
        by_default()
        for number in (signal.SIGALRM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, bounds.seconds + 1)  # in case the parent has ended and cannot stop it
        os.dup2(writer, 2)  # an engine that runs out of memory prints that and aborts
        limit = int(bounds.memory * _GIB)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
