"""Read a YAML file whose documents hold one record, a list of records, or a container of records each."""

from __future__ import annotations

from functools import partial

from kgbuild.errors import InputError, Problem
from kgbuild.model.document import Document
from kgbuild.readers.records import split
from kgbuild.readers.yaml import parse, positions


def read(path: str, data: bytes, *, exact: bool, containers: tuple[str, ...]) -> list[Document]:
    """Return the records of all documents of a YAML file. Raises InputError (see kgbuild.readers.yaml.parse and kgbuild.readers.records)."""
    data = parse.documents_text(path, data)
    parsed = parse.parse(path, data, 1, exact)
    exact |= len(parsed) > 1
    records: list[Document] = []
    problems: list[Problem] = []
    for number, (tree, doubled) in enumerate(parsed):
        document = Document(tree=tree, raw=data, exact=exact, find=partial(positions.find, document=number), doubled=doubled)
        try:
            records += split(path, document, containers)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return records
