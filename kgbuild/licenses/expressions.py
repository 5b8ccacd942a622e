"""Read SPDX license ids and expressions (SPDX 2.3, annex D) with `license-expression`, which is imported on the first use."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from kgbuild.licenses.terms import UNKNOWN, Terms, all_of, any_of

#: One id, or ids with operators between them. Other texts are not passed to the library.
_IDS = re.compile(r"\(* *[\w.+:-]+ *\)*(?: +(?:AND|OR|WITH) +\(* *[\w.+:-]+ *\)*)*", re.IGNORECASE)
_OPERATOR = re.compile(r" (?:AND|OR|WITH) ", re.IGNORECASE)


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def spdx_id(text: str) -> str | None:
    """Return the id of the SPDX License List for a text; None if it is none, or an expression.

    >>> spdx_id("zlib"), spdx_id("GPL-2.0+"), spdx_id("Terms"), spdx_id("MIT OR Zlib")
    ('Zlib', 'GPL-2.0-or-later', None, None)
    """
    if not _IDS.fullmatch(text) or _OPERATOR.search(text):
        return None
    key = getattr(_parse(text), "key", None)
    return key if key is not None and _listed(key) else None


def terms_of_expression(text: str, terms: Callable[[str], Terms]) -> Terms | None:
    """Return the terms of an expression with operators; None if the text is none, or no id of it is known. ``terms`` gives those of an id."""
    if not _IDS.fullmatch(text) or not _OPERATOR.search(text):
        return None
    tree = _parse(text)
    if tree is None or not any(_listed(symbol.key) or terms(symbol.key) != UNKNOWN for symbol in _licensing().license_symbols(tree)):
        return None
    return _terms(tree, terms)


def _parse(text: str) -> Any:
    from license_expression import ExpressionError

    try:
        return _licensing().parse(text)
    except ExpressionError:
        return None


def _listed(key: str) -> bool:
    symbol = _licensing().known_symbols.get(key)
    return symbol is not None and not symbol.is_exception and not key.startswith("LicenseRef-")


def _terms(tree: Any, terms: Callable[[str], Terms]) -> Terms:
    key = getattr(getattr(tree, "license_symbol", tree), "key", None)
    if key is not None:
        found: Terms = terms(key)
        return found
    sides = [_terms(side, terms) for side in tree.args]
    return any_of(sides) if tree.operator.strip() == "OR" else all_of(sides)
