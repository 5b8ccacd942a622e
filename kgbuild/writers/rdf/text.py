r"""Format IRIs and literals for Turtle 1.1 and N-Triples 1.1, with pure functions over text.

The productions are those of https://www.w3.org/TR/turtle/#sec-grammar-grammar and https://www.w3.org/TR/n-triples/#n-triples-grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: STRING_LITERAL_QUOTE requires an escape only for `"`, `\`, LF and CR. Other control characters are escaped too, as in canonical N-Triples
#: 1.2: with ECHAR if there is one, otherwise with UCHAR. So are two characters that some readers refuse.
_ESCAPES = {chr(n): f"\\u{n:04X}" for n in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)} | {
    "\t": r"\t",
    "\b": r"\b",
    "\n": r"\n",
    "\r": r"\r",
    "\f": r"\f",
}
_CONTROL = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
#: PN_PREFIX, limited to the letters that prefixes of a mapping can have.
_PN_PREFIX = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
#: PN_LOCAL, limited to ASCII letters: (PN_CHARS_U | ':' | [0-9] | PLX) ((PN_CHARS | '.' | ':' | PLX)* (PN_CHARS | ':' | PLX))?, PLX here as PERCENT.
#: PN_LOCAL_ESC allows `\.` at the end, but rdflib does not read it, so such a name is not used as a local name.
_PLAIN = re.compile(r"[A-Za-z0-9_:](?:[A-Za-z0-9_:.-]*[A-Za-z0-9_:-])?")
_LOCAL = re.compile(
    r"(?:[A-Za-z0-9_:~!$&'()*+,;=/?#@-]|%[0-9A-Fa-f]{2})(?:(?:[A-Za-z0-9_:.~!$&'()*+,;=/?#@-]|%[0-9A-Fa-f]{2})*"
    r"(?:[A-Za-z0-9_:~!$&'()*+,;=/?#@-]|%[0-9A-Fa-f]{2}))?"
)
#: PN_LOCAL_ESC: the characters that must be escaped in a local name; `-` only in first position.
_ESCAPED = re.compile(r"[~!$&'()*+,;=/?#@]|^-")


def quoted(text: str) -> str:
    r"""Return a text as STRING_LITERAL_QUOTE.

    >>> print(quoted('a "b"\n'), quoted("\x00é"))
    "a \"b\"\n" "\u0000é"
    """
    if "\\" in text:
        text = text.replace("\\", r"\\")
    if '"' in text:
        text = text.replace('"', r"\"")
    if not text.isprintable():  # control characters are not printable
        text = _CONTROL.sub(lambda found: _ESCAPES[found[0]], text)
    return f'"{text}"'


def iriref(iri: str) -> str:
    """Return an IRI as IRIREF. IRIs of the graph contain no character that it forbids (``kgbuild.model.ids.safe_iri``).

    >>> iriref("http://x.org/a%20b")
    '<http://x.org/a%20b>'
    """
    return f"<{iri}>"


def local_name(text: str) -> str | None:
    r"""Return a text as PN_LOCAL, or None if it is not valid there, or if some readers do not accept it.

    >>> print(local_name("goa.ftp"), local_name("a%20b~c"), local_name("-a-b"))
    goa.ftp a%20b\~c \-a-b
    >>> local_name("a."), local_name(".a"), local_name("é"), local_name("a%2")
    (None, None, None, None)
    """
    if not text or _PLAIN.fullmatch(text):
        return text
    return _ESCAPED.sub(r"\\\g<0>", text) if _LOCAL.fullmatch(text) else None


def usable_prefixes(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that are valid in Turtle (PN_PREFIX), sorted.

    >>> usable_prefixes({"b": "http://b/", "a.": "http://a/", "a": "http://a/"})
    {'a': 'http://a/', 'b': 'http://b/'}
    """
    return {prefix: iri for prefix, iri in sorted(prefixes.items()) if _PN_PREFIX.fullmatch(prefix)}
