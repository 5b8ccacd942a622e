r"""IRIs and literals as Turtle 1.1 and N-Triples 1.1 write them: pure functions over text.

The productions are those of https://www.w3.org/TR/turtle/#sec-grammar-grammar and https://www.w3.org/TR/n-triples/#n-triples-grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: STRING_LITERAL_QUOTE takes all but `"`, `\`, LF and CR as they are. Other control characters are escaped too, as canonical N-Triples 1.2 does,
#: with ECHAR where there is one and UCHAR where there is none, and so are the two that some readers refuse.
_ESCAPES = {chr(n): f"\\u{n:04X}" for n in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)} | {
    "\t": r"\t",
    "\b": r"\b",
    "\n": r"\n",
    "\r": r"\r",
    "\f": r"\f",
}
_CONTROL = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
#: PN_PREFIX, of the letters that a mapping's prefixes can have.
_PN_PREFIX = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
#: PN_LOCAL of ASCII letters: (PN_CHARS_U | ':' | [0-9] | PLX) ((PN_CHARS | '.' | ':' | PLX)* (PN_CHARS | ':' | PLX))?, PLX here as PERCENT.
#: `\.` at an end is right by PN_LOCAL_ESC, but rdflib does not read it; such a name is no local name here.
_PLAIN = re.compile(r"[A-Za-z0-9_:](?:[A-Za-z0-9_:.-]*[A-Za-z0-9_:-])?")
_LOCAL = re.compile(
    r"(?:[A-Za-z0-9_:~!$&'()*+,;=/?#@-]|%[0-9A-Fa-f]{2})(?:(?:[A-Za-z0-9_:.~!$&'()*+,;=/?#@-]|%[0-9A-Fa-f]{2})*"
    r"(?:[A-Za-z0-9_:~!$&'()*+,;=/?#@-]|%[0-9A-Fa-f]{2}))?"
)
#: PN_LOCAL_ESC: what stands in a local name behind a backslash only; `-` only where it comes first.
_ESCAPED = re.compile(r"[~!$&'()*+,;=/?#@]|^-")


def quoted(text: str) -> str:
    r"""STRING_LITERAL_QUOTE.

    >>> print(quoted('a "b"\n'), quoted("\x00é"))
    "a \"b\"\n" "\u0000é"
    """
    if "\\" in text:
        text = text.replace("\\", r"\\")
    if '"' in text:
        text = text.replace('"', r"\"")
    if not text.isprintable():  # which no control character is
        text = _CONTROL.sub(lambda found: _ESCAPES[found[0]], text)
    return f'"{text}"'


def iriref(iri: str) -> str:
    """IRIREF. What it does not take, no IRI of ours holds (``kgbuild.model.ids.safe_iri``).

    >>> iriref("http://x.org/a%20b")
    '<http://x.org/a%20b>'
    """
    return f"<{iri}>"


def local_name(text: str) -> str | None:
    r"""PN_LOCAL, or None where the text has none, or one that not every reader takes.

    >>> print(local_name("goa.ftp"), local_name("a%20b~c"), local_name("-a-b"))
    goa.ftp a%20b\~c \-a-b
    >>> local_name("a."), local_name(".a"), local_name("é"), local_name("a%2")
    (None, None, None, None)
    """
    if not text or _PLAIN.fullmatch(text):
        return text
    return _ESCAPED.sub(r"\\\g<0>", text) if _LOCAL.fullmatch(text) else None


def usable_prefixes(prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that Turtle can have (PN_PREFIX), sorted.

    >>> usable_prefixes({"b": "http://b/", "a.": "http://a/", "a": "http://a/"})
    {'a': 'http://a/', 'b': 'http://b/'}
    """
    return {prefix: iri for prefix, iri in sorted(prefixes.items()) if _PN_PREFIX.fullmatch(prefix)}
