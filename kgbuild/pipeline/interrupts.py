"""End by SIGINT, SIGTERM or SIGHUP: remove what the run would leave behind, stop its processes, and end by that signal.

What must be undone is registered before it is made. So there is no moment at which a signal leaves something behind, as there would be if an
exception unwound the stack. The handlers are set by the command only; programs that use the API keep their own.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

#: The signals that end a run, where the system has them.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_INTERRUPTED = b"\ninterrupted; the output is either unchanged or complete\n"
_undo: dict[object, Callable[[], object]] = {}
_owner = 0


def handle() -> None:
    """Handle the signals in this process. One that is ignored, as SIGHUP with `nohup`, stays ignored."""
    global _owner  # noqa: PLW0603  # the process, of which there is one
    _owner = os.getpid()
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def by_default() -> None:
    """Let the signals end this process at once: that of a worker or a query, which has nothing to undo. Ignored signals stay ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


@contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """Call ``undo`` if a signal ends the process within the block. It is called at any moment of the block, also at its beginning."""
    key = object()
    _undo[key] = undo
    try:
        yield
    finally:
        del _undo[key]


@contextmanager
def deferred() -> Iterator[None]:
    """Let the signals wait until the end of the block. Where they cannot wait, interrupts from the terminal are ignored."""
    if hasattr(signal, "pthread_sigmask"):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def end_by(number: int) -> NoReturn:
    """End this process by a signal, so that a shell sees which one it was."""
    signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (number,))
    signal.raise_signal(number)
    os._exit(128 + number)  # where the signal does not end a process


def _end(number: int, _: FrameType | None) -> None:
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    if os.getpid() == _owner:  # a process that was just forked has nothing to undo
        _stop_workers()
        for undo in reversed(list(_undo.values())):
            with suppress(Exception):
                undo()
        with suppress(OSError):
            os.write(2, _INTERRUPTED)
    end_by(number)


def _stop_workers() -> None:
    """Kill the worker processes: they would end by themselves, but perhaps after this process."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        with suppress(Exception):  # the list may change while it is read
            for child in multiprocessing.active_children():
                child.kill()
