"""The last step of what changes files: neither a key that is typed nor a kill of the program leaves it half done."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from kgbuild.errors import Crash, OutputError

#: What a child says before a crash.
_CRASH = "\0crash\n"


@contextmanager
def uninterrupted() -> Iterator[None]:
    """From here on nothing that is typed at the terminal stops it. (Only the main thread may say so, and only it is interrupted.)"""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def in_a_child(step: Callable[[], None], *, failed: str, killed: str) -> None:
    """Do it in a process of its own session: a kill of this one, or of its group, lets it end what it began.

    Raises OutputError: that of the step, or one that says ``failed`` where the system refuses something, and ``killed`` where a kill ended it;
    and Crash for any other exception. Where the system cannot fork it is done here, and its errors are as they are.
    """
    if not hasattr(os, "fork"):
        return step()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  (a process of its own)
        said = failed
        try:
            os.setsid()
            os.close(reading)
            step()
            said = ""
        except OutputError as error:
            said = str(error)
        except OSError:
            said = failed
        except Exception as error:  # noqa: BLE001  # told by the parent
            said = _CRASH + Crash.of(error).text
        finally:
            with suppress(OSError):  # who was to be told may be gone
                os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    if said.startswith(_CRASH):
        raise Crash.read(said.removeprefix(_CRASH))
    if said or status:
        raise OutputError(said or killed)
