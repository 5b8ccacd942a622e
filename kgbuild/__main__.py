"""``python -m kgbuild``, and the console script."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_FAILED = 2
_INTERRUPTED = "interrupted: the output is as it was, or complete"


def run() -> None:
    """Run a command and end at once: to free a graph object by object before the end would take longer than `kgbuild --help`.

    Whatever is raised, in an import of our own modules too, ends with a sentence and status 2: status 1 means findings.
    """
    try:
        from kgbuild.cli.main import main

        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else _FAILED
    except KeyboardInterrupt:
        _say(_INTERRUPTED)
        status = _FAILED
    except Exception as error:  # noqa: BLE001  # the last place where one can be told
        _say(_sentence(error))
        status = _FAILED
    os._exit(_flushed(status))


def _flushed(status: int) -> int:
    """The status, or 2 where what was printed cannot be written. Whoever reads it may have gone: then there is nobody to tell."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        return _FAILED
    except OSError as error:
        _say(f"error: standard output: expected room for what is printed, got {error.strerror!r}; send it elsewhere")
        return _FAILED
    finally:
        with suppress(OSError):
            if sys.stderr is not None:
                sys.stderr.flush()
    return status


def _sentence(error: Exception) -> str:
    """What is said of an exception that nothing expected; after its traceback where KGBUILD_TRACEBACK asks for it."""
    from kgbuild.errors import Crash, summary

    if os.environ.get("KGBUILD_TRACEBACK", "0") not in ("", "0"):
        from traceback import format_exception

        _say(f"{error.traceback if isinstance(error, Crash) else ''}{''.join(format_exception(error))}".rstrip())
    if isinstance(error, MemoryError):
        return "error: expected memory for what is read, got none; use fewer processes (--jobs 1), or a machine with more memory"
    if isinstance(error, OSError) and error.filename is not None:
        path = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else error.filename
        return f"error: {path}: expected a path that can be used, got {error.strerror!r}; see that it exists, and that you may use it"
    todo = "please report it with the traceback, which KGBUILD_TRACEBACK=1 shows"
    return f"error: kgbuild stopped at an error that it does not expect ({summary(error)}); this is a fault of kgbuild: {todo}"


def _say(text: str) -> None:
    with suppress(OSError):  # standard error may be closed
        if sys.stderr is not None:
            print(text, file=sys.stderr)  # noqa: T201  # Click itself may be what cannot be imported


if __name__ == "__main__":
    run()
