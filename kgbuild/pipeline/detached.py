"""Protect the last step of a change to files, so that neither an interrupt nor a kill leaves it half done."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from kgbuild.errors import Crash, OutputError

#: The start of a message that reports a crash.
_CRASH = "\0crash\n"


def in_a_child(step: Callable[[], None], *, failed: str, killed: str) -> None:
    """Run a step in a process with its own session, so that a kill of this process or its group does not stop it.

    Raises the OutputError of the step, an OutputError with ``failed`` for an OSError or with ``killed`` if the process was killed, and Crash for any
    other exception. If the system cannot fork, the step runs in this process and its errors are not changed.
    """
    if not hasattr(os, "fork"):
        return step()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  (a process of its own)
        message = failed
        try:
            os.setsid()
            os.close(reading)
            step()
            message = ""
        except OutputError as error:
            message = str(error)
        except OSError:
            message = failed
        except Exception as error:  # noqa: BLE001  # the parent reports it
            message = _CRASH + Crash.of(error).text
        finally:
            with suppress(OSError):  # the parent may have ended
                os.write(writing, message.encode())
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        message = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    if message.startswith(_CRASH):
        raise Crash.read(message.removeprefix(_CRASH))
    if message or status:
        raise OutputError(message or killed)


def close_all_but(kept: set[int]) -> None:
    """Close the files of a forked process, so that each is closed as soon as its parent closes it."""
    for name in os.listdir("/dev/fd"):
        if int(name) not in kept:
            with suppress(OSError):  # the one that listed the names is closed already
                os.close(int(name))
