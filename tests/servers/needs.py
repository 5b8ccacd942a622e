"""What the tests of servers need of a machine, and what happens where it is not there."""

from __future__ import annotations

import os
import socket
from typing import NoReturn

import pytest


def lacking(reason: str) -> NoReturn:
    """Skip the test and say why; where KGBUILD_SERVERS=required is set, as in `.ci/run`, fail."""
    if os.environ.get("KGBUILD_SERVERS") == "required":
        pytest.fail(f"KGBUILD_SERVERS=required, and {reason}")
    pytest.skip(reason)


def free_port() -> int:
    """A port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
