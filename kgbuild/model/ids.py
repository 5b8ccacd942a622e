"""CURIEs, IRIs and edge ids, as pure functions of text and prefixes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

#: RFC 3986 §2.3, "unreserved": characters that an id keeps without encoding (SPEC §3).
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*\Z").match
#: Characters that cannot be in an IRI: those that RFC 3987 §2.2 (ucschar) allows at most in the query, those that Turtle's IRIREF (§6.5)
#: forbids, a `%` without two hexadecimal digits, and white space beyond ASCII, which readers such as rdflib reject.
_NOT_IN_IRI = re.compile(
    r'[\x00-\x20\s<>"{}|^`\\\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000efffe-\U0010ffff'
    + "".join(f"\\U000{plane:x}fffe-\\U000{plane:x}ffff" for plane in range(1, 14))
    + "]|%(?![0-9A-Fa-f]{2})"
)
#: The fast path, which most IRIs take: only characters of RFC 3986 §2, no `%`, no brackets, and at most one `#`.
_PLAIN = r"[A-Za-z0-9._~:/?@!$&'()*+,;=-]*(?:#[A-Za-z0-9._~:/?@!$&'()*+,;=-]*)?\Z"
_is_plain = re.compile(_PLAIN).match
_is_ordinary = re.compile(f"https?://[A-Za-z0-9.-]+/{_PLAIN}").match
#: RFC 3986 §3: the scheme, and the authority with its user, host and port.
_BEGINNING = re.compile(r"(?:[^:/?#\[\]]*:)?(?://(?P<authority>[^/?#]*))?")
_AUTHORITY = re.compile(r"(?:[^@\[\]]*@)?(?:\[(?P<ip>[^\]]*)\]|[^@:\[\]]*)(?::[0-9]*)?")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]")
#: Cypher Manual, "Naming rules": characters that a name without backticks cannot have. Letters beyond ASCII are excluded too.
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_]")
#: Records write a CURIE also with a space after the colon (`doi: 10.1093/x`), which is no part of the reference.
_CURIE = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*):\s*(.+)", re.DOTALL)
#: Prefixes of the public vocabularies that RDF output uses.
PUBLIC = ("dcat", "dcterms", "foaf", "prov", "rdf", "rdfs", "skos", "spdx", "xsd")
_encode_json = msgspec.json.Encoder().encode

#: UUIDv5(URL, "https://w3id.org/kg-registry/"), the namespace of edge ids (SPEC §3, RFC 9562 §5.5).
_NAMESPACE = hashlib.sha1(bytes.fromhex("60a020692cd25f3a931eb6d672b09d46"), usedforsecurity=False)


def encode_id(text: str) -> str:
    """Percent-encode every character of an id outside `A-Z a-z 0-9 . _ - ~`, as UTF-8.

    >>> encode_id("spoke.graph"), encode_id("gene info/é")
    ('spoke.graph', 'gene%20info%2F%C3%A9')
    """
    if _UNRESERVED(text):
        return text
    return "".join(c if _UNRESERVED(c) else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


def expand(curie: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a CURIE, or None if its prefix is unknown. Characters that an IRI cannot have are percent-encoded.

    >>> expand("kgr:a", {"kgr": "https://w3id.org/kg-registry/"}), expand("doi: 10.1/x", {"doi": "https://doi.org/"})
    ('https://w3id.org/kg-registry/a', 'https://doi.org/10.1/x')
    """
    match = _CURIE.match(curie)
    base = prefixes.get(match[1]) if match else None
    return safe_iri(base + match[2]) if match and base else None


def safe_iri(text: str) -> str:
    """Percent-encode every character of a text that an IRI cannot have at that position.

    Brackets are valid only in the authority, and the first `#` begins the fragment (RFC 3986 §3).

    >>> safe_iri("http://x.org/a b|c%zz"), safe_iri("http://[::1]/?a[]=b#c#d")
    ('http://x.org/a%20b%7Cc%25zz', 'http://[::1]/?a%5B%5D=b#c%23d')
    """
    if _is_plain(text):
        return text
    text = _NOT_IN_IRI.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "replace")), text)
    if "[" not in text and "]" not in text and text.count("#") < 2:
        return text
    found = _BEGINNING.match(text)
    end = found.end() if found else 0
    rest, hash, fragment = text[end:].replace("[", "%5B").replace("]", "%5D").partition("#")
    return text[:end] + rest + hash + fragment.replace("#", "%23")


def as_iri(text: str) -> str | None:
    """Return the text as an absolute http(s), ftp or mailto IRI, or None if it is not one.

    >>> as_iri("https://x.org/a b"), as_iri("see the site"), as_iri("http://x.org:http/")
    ('https://x.org/a%20b', None, None)
    """
    text = text.strip()
    if _is_ordinary(text):
        return text
    if text.lower().startswith(("http://", "https://", "ftp://", "mailto:")) and _ABSOLUTE.match(text):
        iri = safe_iri(text)
        return iri if _has_authority(iri) else None
    return None


def _has_authority(iri: str) -> bool:
    """Return whether host and port are valid, if there are any (RFC 3986 §3.2)."""
    beginning = _BEGINNING.match(iri)
    authority = beginning["authority"] if beginning else None
    found = _AUTHORITY.fullmatch(authority or "")
    if not found or found["ip"] is None:
        return bool(found)
    import ipaddress

    try:
        ipaddress.IPv6Address(found["ip"])
    except ValueError:
        return False
    return "%" not in found["ip"]


def edge_id(subject: str, predicate: str, object: str, role: str | None, relation: str | None) -> str:
    """Return ``urn:uuid:`` and the UUIDv5 of the JSON array of the five arguments (compact, as in RFC 8785).

    >>> edge_id("kgr:go", "kgrs:has_product", "kgr:go.owl", None, None)
    'urn:uuid:fc6f1a63-4922-56b7-9004-e31cdb9fe8f7'
    """
    name = _NAMESPACE.copy()  # copying a hash is faster than creating one in OpenSSL
    name.update(_encode_json((subject, predicate, object, role, relation)))
    text = name.hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]  # RFC 9562 §4.1; the digit 5 before it is the version (§4.2)
    return f"urn:uuid:{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def plain_name(curie: str, own: str) -> str:
    """Return a term as a name that Cypher does not quote (letters, digits and `_`), without the prefix if it is ``own``.

    >>> plain_name("kgrs:DataSource", "kgrs"), plain_name("biolink:has_part", "kgrs"), plain_name("kgrs:3%20D", "kgrs")
    ('DataSource', 'biolink_has_part', '_3_20D')
    """
    name = _NOT_IN_NAME.sub("_", curie.removeprefix(f"{own}:"))
    return f"_{name}" if name[:1].isdigit() else name
