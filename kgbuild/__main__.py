"""``python -m kgbuild``, and the console script."""

import os
import sys

from kgbuild.cli.main import main


def run() -> None:
    """Run a command and end at once: to free a graph object by object before the end would take longer than `kgbuild --help`."""
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        if isinstance(end.code, int):
            os._exit(end.code)
        raise


if __name__ == "__main__":
    run()
