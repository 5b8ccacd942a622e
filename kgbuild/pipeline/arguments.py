"""The checks of the values that Python callers give: the same as those of the command line, with the same sentences."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

from kgbuild.errors import UsageError

_T = TypeVar("_T")


def path(name: str, value: Any) -> str:
    """A path as text. Raises UsageError for what is none."""
    if isinstance(value, (str, os.PathLike)) and isinstance(text := os.fspath(value), str) and text:
        return text
    raise wrong(name, "a path", value)


def paths(name: str, value: Any) -> tuple[str, ...]:
    """One path or several, as texts. Raises UsageError for anything else, and for none at all."""
    given = [value] if isinstance(value, (str, os.PathLike)) else list(items(name, "a path or a list of paths", value))
    if not given:
        raise UsageError(f"{name}: expected a path or a list of paths, got none; name what to read")
    return tuple(path(name, item) for item in given)


def items(name: str, expected: str, value: Any) -> Sequence[Any]:
    """A list, tuple or other collection. Raises UsageError for a text, whose items would be its letters, and for what is no collection."""
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__"):
        raise wrong(name, expected, value)
    return tuple(value)


def texts(name: str, expected: str, value: Any) -> tuple[str, ...]:
    """A list of texts. Raises UsageError for anything else, as for one text that is no list."""
    found = items(name, expected, value)
    for item in found:
        if not isinstance(item, str):
            raise wrong(name, f"{expected}, and nothing else in it", item)
    return tuple(found)


def flag(name: str, value: Any) -> bool:
    """True or False. Raises UsageError for anything else."""
    if isinstance(value, bool):
        return value
    raise wrong(name, "True or False", value)


def number(name: str, value: Any, *, least: int) -> int:
    """A whole number. Raises UsageError for anything else, and for a smaller one."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value
    raise wrong(name, f"a whole number from {least} upwards", value)


def one_of(name: str, value: Any, choices: Sequence[_T]) -> _T:
    """One of some values. Raises UsageError for anything else."""
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    raise wrong(name, f"one of {', '.join(map(str, choices))}", value)


def instance(name: str, value: Any, type: type[_T]) -> _T:
    """A value of a class. Raises UsageError for anything else."""
    if isinstance(value, type):
        return value
    raise wrong(name, f"{type.__name__}(...)", value)


def wrong(name: str, expected: str, value: Any) -> UsageError:
    """The error of an argument, in the form that options have."""
    shown = repr(value)
    return UsageError(f"{name}: expected {expected}, got {shown if len(shown) <= 60 else type(value).__name__}; correct the argument")
