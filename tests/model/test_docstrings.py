"""Docstrings are there for users, also where Python dropped them."""

from __future__ import annotations

from kgbuild.model.docstrings import docstring_of


def documented() -> None:
    """Say one thing.

    And another.
    """


def test_a_docstring() -> None:
    assert docstring_of(documented) == "Say one thing.\n\nAnd another."


def test_one_that_was_dropped() -> None:
    text, documented.__doc__ = documented.__doc__, None
    try:
        assert docstring_of(documented) == "Say one thing.\n\nAnd another."
    finally:
        documented.__doc__ = text


def test_none() -> None:
    made: dict[str, object] = {}
    exec("def bare(): pass", made)  # a function without a file
    assert docstring_of(made["bare"]) is None  # type: ignore[arg-type]
