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


#: The ids without digits and hyphens, in lower case. A word that is none of them is not passed to the library, which takes 0.05 s to start.
_WORDS = frozenset(
    """
    aal abstyles adsl afmparse aladdin amdplpa aml ampas apafml baekmuk bahyph barr beerware blessing borceux caldera catharon
    cfitsio checkmk clartistic clips cronyx crossword cryptoswift crystalstacker cube curl diffmark doc dotseqn dsdp dtoa dvipdfm
    egenix entessa epics eudatagrid eurosym fair fbm freeimage fsfap fsful fsfullr fsfullrsd fsfullrwd ftl furuseth fwlw gd
    giftware glide glulxe glwtpl gnuplot gtkbook gutmann haskellreport hdparm hidapi hpnd htmltidy icu ijg imagemagick imatix
    innosetup intel ipa isc jam jove jpnic json kastrup kazlib leptonica lgpllr libpng libtiff loop lsof magaz mailprio makeindex
    metamail minpack mips miros mit mitnfa mmixware motosoto mplus mtll multics mup naumen ncl ncsa netcdf newsletr ngpl ngrep
    nlpl nokia nosl noweb nrl ntp oar offis ogtsl oml openssl openvision padl pixar pkgconf plexus pnmstitch postgresql ppl psfrag
    psutils qhull radvd rdisc rscpl ruby saxpath scea schemereport sendmail sissl sl sleepycat smlnj smppl snia snprintf sofa
    softsurfer soundex sunpro swl swrule symlinks tcl termreadkey thirdeye threeparttable tmate tosl tpdl trustedqsl ttwl ucar
    ulem unixcrypt unlicense vim vostrom wsuipa wtfpl wwl wxwindows xerox xfig xinetd xlock xnet xpp xskat xzoom zed zeeff zlib
    """.split()  # noqa: SIM905  # 190 quoted words are hard to read
)


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def spdx_id(text: str) -> str | None:
    """Return the id of the SPDX License List for a text; None if it is none, or an expression.

    >>> spdx_id("zlib"), spdx_id("GPL-2.0+"), spdx_id("Terms"), spdx_id("MIT OR Zlib")
    ('Zlib', 'GPL-2.0-or-later', None, None)
    """
    if not _IDS.fullmatch(text) or _OPERATOR.search(text) or (text.isalpha() and text.lower() not in _WORDS):
        return None
    key = getattr(_parse(text), "key", None)
    another = key is not None and text.isalpha() and text.isupper() and not key.isupper()  # FAIR data are not under the license Fair
    return key if key is not None and _listed(key) and not another else None


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
