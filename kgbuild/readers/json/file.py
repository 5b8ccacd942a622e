"""Read a JSON file that holds one record, a list of records, or a container of records."""

from __future__ import annotations

from kgbuild.model.document import Document
from kgbuild.readers import text
from kgbuild.readers.json import parse
from kgbuild.readers.records import AS_JSON, split


def read(path: str, data: bytes, *, exact: bool, containers: tuple[str, ...]) -> list[Document]:
    """Return the records of a JSON file. Raises InputError (see kgbuild.readers.json.parse and kgbuild.readers.records)."""
    text.decode(path, data)
    data = text.without_bom(data)
    if not data.strip():
        return []
    tree, doubled = parse.parse(path, data, 1, exact)
    return split(path, Document(tree=tree, raw=data, exact=exact, literal=True, find=parse.find, doubled=doubled), containers, AS_JSON)
