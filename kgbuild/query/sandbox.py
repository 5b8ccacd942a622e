"""Work in a process of its own, which is ended when it takes too long or too much memory: no engine can be relied on to stop by itself."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback  # noqa: F401  # where a query runs no file can be opened, so none can be imported to tell what went wrong
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, NamedTuple, NoReturn

from kgbuild.errors import Crash, KgbuildError
from kgbuild.pipeline.files import no_room

_GIB = 2**30
#: Bytes of what a process says before it ends, which is told when it ended for no reason that is known.
_SAID = 2000


class QueryError(KgbuildError):
    """A query that cannot be answered: its text is wrong, or it was ended."""


class RanAway(QueryError):
    """A query that was ended because it took too long or too much memory."""


class Bounds(NamedTuple):
    """What a query may take: ``seconds`` of time, ``memory`` in GiB of address space."""

    seconds: float
    memory: float


def run(work: Callable[[BinaryIO], str], bounds: Bounds) -> tuple[str, BinaryIO]:
    """What ``work`` returns, and the file that it wrote, from its beginning. It runs in a fork, so it finds everything in memory as it is here.

    Raises QueryError with the text of the KgbuildError that ``work`` raised, RanAway where the process was ended, and Crash with
    what the process said where it ended otherwise.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the caller reads and closes it
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work(work, out, writer, bounds)
    os.close(writer)
    try:
        said = _read(reader, bounds.seconds)
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    if said is None:
        raise RanAway(f"expected an answer within {bounds.seconds:g} s, got none; ask for less, or give it longer with --timeout")
    kind, _, text = said.decode("utf-8", "replace").partition("\n")
    if kind == "done":
        out.seek(0)
        return text, out
    if kind == "error":
        raise QueryError(text)
    if kind == "memory" or (os.WIFSIGNALED(status) and "memory" in said.decode("utf-8", "replace")):
        raise RanAway(f"expected an answer within {bounds.memory:g} GiB of memory, got none; ask for less, or give it more with --memory")
    if kind == "fault":
        raise Crash.read(text)
    raise Crash(f"the process of the query ended with status {status}", said[-_SAID:].decode("utf-8", "replace"))


def _read(reader: int, seconds: float) -> bytes | None:
    """All that a process says until it closes its end, or None where that takes too long."""
    end = time.monotonic() + seconds
    said = b""
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return None
        data = os.read(reader, 65536)
        if not data:
            return said
        said += data


def _work(work: Callable[[BinaryIO], str], out: BinaryIO, writer: int, bounds: Bounds) -> NoReturn:
    """Do the work, say how it went, and end the process, in which nothing that the parent has left to do is done."""
    said, status = "", 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, bounds.seconds + 1)  # where the parent is no longer there to end it
        os.dup2(writer, 2)  # an engine that runs out of memory says so there, and aborts
        limit = int(bounds.memory * _GIB)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        text = work(out)
        out.flush()
        said, status = f"done\n{text}", 0
    except KgbuildError as error:
        said = f"error\n{error}"
    except MemoryError:
        said = "memory\n"
    except Exception as error:  # noqa: BLE001  # told by the parent
        said = f"fault\n{Crash.of(error).text}"
        if isinstance(error, OSError) and (room := no_room(error)):
            where = f"expected room for the answer in {tempfile.gettempdir()}, got {room}"
            said = f"error\n{where}; make room, or name another folder in TMPDIR"
    finally:  # nothing that is raised comes to the frames of the parent
        data = said.encode("utf-8", "replace")
        while data:
            data = data[os.write(writer, data) :]
        os._exit(status)
