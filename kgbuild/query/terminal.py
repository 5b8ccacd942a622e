"""Show an answer in a format for programs on a terminal, which would obey the control characters in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO

from kgbuild.errors import replaced, visible


def _visible(char: str) -> str:
    return char if char == "\t" else visible(char)


def _json(char: str) -> str:
    """Return the escape of a character in JSON (RFC 8259 §7)."""
    data = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[n : n + 2].hex()}" for n in range(0, len(data), 2))


def _turtle(char: str) -> str:
    """Return the escape of a character in Turtle and N-Triples (RDF 1.1 Turtle §6.4)."""
    return f"\\u{ord(char):04X}" if ord(char) < 2**16 else f"\\U{ord(char):08X}"


#: The escape of a character in each format. CSV and TSV have none, so the escape there is for people. A table is without such characters
#: already, unless triples are asked for: these are in Turtle.
_ESCAPES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"csv": _visible, "tsv": _visible, "json": _json, "jsonl": _json, "ntriples": _turtle, "turtle": _turtle, "table": _turtle}
)


def shown(file: BinaryIO, form: str) -> Iterator[bytes]:
    """Yield an answer with its control characters escaped as its format allows."""
    escape = _ESCAPES[form]
    text = io.TextIOWrapper(file, "utf-8", newline="", errors="replace")
    for line in text:
        body = line.removesuffix("\n")
        end = line[len(body) :]
        if end and body.endswith("\r"):
            body, end = body[:-1], "\r\n"
        yield f"{replaced(body, escape)}{end}".encode()
    text.detach()
