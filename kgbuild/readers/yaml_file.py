"""A YAML file: one record, a list of records, or a container of records."""

from __future__ import annotations

from kgbuild.readers import yaml_text
from kgbuild.readers.document import Document
from kgbuild.readers.records import split


def read(path: str, data: bytes, *, exact: bool, containers: tuple[str, ...]) -> list[Document]:
    """The records of a YAML file. Raises InputError (see yaml_text.parse, records.split)."""
    data = yaml_text.documents_text(path, data)
    trees = yaml_text.parse(path, data, 1, exact)
    if len(trees) == 1:
        return split(path, Document(tree=trees[0], raw=data, exact=exact, find=yaml_text.find), containers)
    documents = [Document(tree=tree, raw=data, exact=True, find=lambda raw, place: (1, 1)) for tree in trees if tree is not None]
    return [record for document in documents for record in split(path, document, containers)]
