"""Read a catalogue of infores ids for rule ID003: a list with one id on each line, or the information resource catalogue of Biolink."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kgbuild.errors import InputError, KgbuildError, UsageError
from kgbuild.mapping import user_file
from kgbuild.mapping.syntax import YAML
from kgbuild.mapping.user_file import UserFile
from kgbuild.readers import reader

#: The prefix of the ids, which is optional in a list.
_PREFIX = "infores:"
#: The key of the entries (https://w3id.org/biolink/information_resource_registry.yaml).
_ENTRIES = "information_resources"
#: An infores id with the characters that RFC 3986 §2.3 calls "unreserved". The rule checks the exact form.
_ID = re.compile(r"(?:infores:)?[A-Za-z0-9._~-]+")
_WHAT = f"a catalogue of infores ids (one id on each line, or YAML or JSON with `{_ENTRIES}:`)"


def read_catalogue(path: Path) -> frozenset[str]:
    """Return the infores ids of a catalogue, without the prefix ``infores:``.

    In a list, empty lines and lines that start with `#` are ignored. Raises UsageError if the file cannot be read, or is neither a list nor a
    catalogue.
    """
    file = user_file.read(path, YAML, UsageError, what=_WHAT, otherwise="give another --infores")
    ids = frozenset(id.removeprefix(_PREFIX) for id in (_entries if _ENTRIES.encode() in file.data else _lines)(file))
    if not ids:
        raise _neither(file, "no id", at="1")
    return ids


def _lines(file: UserFile) -> Iterator[str]:
    for number, line in enumerate(map(str.strip, file.text().splitlines()), 1):
        if line and not line.startswith("#"):
            if not _ID.fullmatch(line):
                raise _neither(file, repr(line[:40]), at=str(number))
            yield line


def _entries(file: UserFile) -> Iterator[str]:
    ending = ".json" if file.text().lstrip().startswith(("{", "[")) else ".yaml"
    try:
        documents = reader(ending)(str(file.path), file.data, exact=True, containers=(_ENTRIES,))
    except InputError as error:
        first = error.problems[0]
        raise _neither(file, first.got, at=f"{first.line}:{first.column}") from None
    for number, document in enumerate(documents):
        id = document.tree.get("id")
        if not document.contained:
            raise _neither(file, f"no list under `{_ENTRIES}:`", at="1")
        if not isinstance(id, str) or not _ID.fullmatch(id):
            got = "none" if id is None else repr(id)
            raise file.error([_ENTRIES, str(number), "id"], f"expected an infores id, got {got}; correct the entry")
        yield id


def _neither(file: UserFile, got: str, *, at: str) -> KgbuildError:
    return file.error((), f"expected {_WHAT}, got {got}; give a file in one of these formats", at=at)
