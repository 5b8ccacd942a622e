"""A catalogue of infores ids -> the ids, for rule ID003: a list with one a line, or the information resource catalogue of Biolink."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kgbuild.errors import InputError, UsageError
from kgbuild.readers import reader

#: The prefix of the ids, which a list may leave out.
_PREFIX = "infores:"
#: The key that holds the entries (https://w3id.org/biolink/information_resource_registry.yaml).
_ENTRIES = "information_resources"
#: A local id of a CURIE as they are used: RFC 3986 §2.3, "unreserved". What is wrong with one, the rule says.
_ID = re.compile(r"(?:infores:)?[A-Za-z0-9._~-]+")
_EXPECTED = f"a catalogue of infores ids (one a line, or YAML or JSON with `{_ENTRIES}:`)"


def read_catalogue(path: Path) -> frozenset[str]:
    """The infores ids of a catalogue, without ``infores:``.

    In a list, blank lines and those that begin with `#` are passed over. Raises UsageError where the file cannot be read, or is neither a
    list nor such a catalogue.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--infores {path}: expected {_EXPECTED}, got {error.strerror!r}; give a file that can be read") from None
    ids = frozenset(id.removeprefix(_PREFIX) for id in (_entries if _ENTRIES.encode() in data else _lines)(path, data))
    if not ids:
        raise _neither(path, "no id")
    return ids


def _lines(path: Path, data: bytes) -> Iterator[str]:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _neither(path, "bytes that are no UTF-8") from None
    for number, line in enumerate(map(str.strip, lines), 1):
        if line and not line.startswith("#"):
            if not _ID.fullmatch(line):
                raise _neither(path, f"{line[:40]!r} on line {number}")
            yield line


def _entries(path: Path, data: bytes) -> Iterator[str]:
    ending = ".json" if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")) else ".yaml"
    try:
        documents = reader(ending)(str(path), data, exact=True, containers=(_ENTRIES,))
    except InputError as error:
        raise _neither(path, f"{error.problems[0].got} on line {error.problems[0].line}") from None
    for number, document in enumerate(documents, 1):
        id = document.tree.get("id")
        if not document.contained:
            raise _neither(path, f"no list under `{_ENTRIES}:`")
        if not isinstance(id, str) or not _ID.fullmatch(id):
            raise _neither(path, f"an entry without an infores id (number {number})")
        yield id


def _neither(path: Path, got: str) -> UsageError:
    return UsageError(f"--infores {path}: expected {_EXPECTED}, got {got}; give one that is")
