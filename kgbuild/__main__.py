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
        from kgbuild.errors import traceback_of, unexpected

        _say(traceback_of(error) + unexpected(error))
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


def _say(text: str) -> None:
    with suppress(OSError):  # standard error may be closed
        if sys.stderr is not None:
            print(text, file=sys.stderr)  # noqa: T201  # Click itself may be what cannot be imported


if __name__ == "__main__":
    run()
