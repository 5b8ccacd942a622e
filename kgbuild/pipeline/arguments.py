"""Check the arguments of the Python API. Errors have the same wording as those of the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

from kgbuild.errors import UsageError

_T = TypeVar("_T")


def path(name: str, value: Any) -> str:
    """Return a path as text. Raises UsageError for anything else."""
    if isinstance(value, (str, os.PathLike)) and isinstance(text := os.fspath(value), str) and text:
        return text
    raise invalid(name, "a path", value)


def paths(name: str, value: Any) -> tuple[str, ...]:
    """Return one or more paths as texts. Raises UsageError for anything else and for an empty list."""
    given = [value] if isinstance(value, (str, os.PathLike)) else list(items(name, "a path or a list of paths", value))
    if not given:
        raise UsageError(f"{name}: expected a path or a list of paths, got none; give at least one path")
    return tuple(path(name, item) for item in given)


def items(name: str, expected: str, value: Any) -> Sequence[Any]:
    """Return a list, tuple or other collection as a tuple. Raises UsageError for a text, whose items would be its letters, and for anything else."""
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__"):
        raise invalid(name, expected, value)
    return tuple(value)


def texts(name: str, expected: str, value: Any) -> tuple[str, ...]:
    """Return a list of texts as a tuple. Raises UsageError for anything else, including a single text."""
    found = items(name, expected, value)
    for item in found:
        if not isinstance(item, str):
            raise invalid(name, f"{expected} with no other items", item)
    return tuple(found)


def flag(name: str, value: Any) -> bool:
    """Return True or False. Raises UsageError for anything else."""
    if isinstance(value, bool):
        return value
    raise invalid(name, "True or False", value)


def number(name: str, value: Any, *, least: int) -> int:
    """Return a whole number. Raises UsageError for anything else and for a number below ``least``."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value
    raise invalid(name, f"a whole number of at least {least}", value)


def one_of(name: str, value: Any, choices: Sequence[_T]) -> _T:
    """Return one of the choices. Raises UsageError for anything else."""
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    raise invalid(name, f"one of {', '.join(map(str, choices))}", value)


def instance(name: str, value: Any, type: type[_T]) -> _T:
    """Return an instance of a class. Raises UsageError for anything else."""
    if isinstance(value, type):
        return value
    raise invalid(name, f"{type.__name__}(...)", value)


def invalid(name: str, expected: str, value: Any) -> UsageError:
    """Return the error for an argument, in the format of errors of options."""
    shown = repr(value)
    return UsageError(f"{name}: expected {expected}, got {shown if len(shown) <= 60 else type(value).__name__}; correct the argument")
