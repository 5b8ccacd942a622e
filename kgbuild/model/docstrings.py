"""The docstrings of functions, which are shown to users, also if Python dropped them (-OO, PYTHONOPTIMIZE=2)."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def docstring_of(function: Callable[..., Any]) -> str | None:
    """Return the docstring of a function, from its source if need be; None if the package has no source files, or the function no docstring."""
    if text := inspect.getdoc(function):
        return text
    import ast

    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except OSError:  # a package without source files
        return None
    defined = tree.body[0]
    return ast.get_docstring(defined) if isinstance(defined, ast.FunctionDef) else None
