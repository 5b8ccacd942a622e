"""The entry point of ``python -m kgbuild`` and of the console script."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_FAILED = 2
_INTERRUPTED = "\ninterrupted; the output is either unchanged or complete"


def run() -> None:
    """Run a command and end the process at once: freeing a graph object by object would take longer than `kgbuild --help`.

    Every exception, also one from an import of kgbuild itself, ends with a message and status 2. Status 1 is for findings. An interrupt ends
    the process by its signal.
    """
    try:
        from kgbuild.cli import streams

        streams.settle()
        from kgbuild.cli.main import main

        main(obj=_handle_signals)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else _FAILED
    except KeyboardInterrupt:  # before the handlers are set
        _print_error(_INTERRUPTED)
        _end_by_interrupt()
    except Exception as error:  # noqa: BLE001  # the last place that can report an error
        from kgbuild.errors import traceback_of, unexpected

        _print_error(traceback_of(error) + unexpected(error))
        status = _FAILED
    os._exit(_flushed(status))


def _handle_signals() -> None:
    from kgbuild.pipeline import interrupts

    interrupts.handle()


def _end_by_interrupt() -> None:
    import signal

    from kgbuild.pipeline.interrupts import end_by

    end_by(signal.SIGINT)


def _flushed(status: int) -> int:
    """Return the status, or 2 if standard output cannot be written. A closed pipe is not reported: nobody reads its other end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        return _FAILED
    except OSError as error:
        if status != _FAILED:  # otherwise an error was reported, perhaps this one
            from kgbuild.cli.streams import sentence

            _print_error(f"error: {sentence(error)}")
        return _FAILED
    finally:
        with suppress(OSError):
            if sys.stderr is not None:
                sys.stderr.flush()
    return status


def _print_error(text: str) -> None:
    with suppress(OSError):  # standard error may be closed
        if sys.stderr is not None:
            print(text, file=sys.stderr)  # noqa: T201  # Click itself may have failed to import


if __name__ == "__main__":
    run()
