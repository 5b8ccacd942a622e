"""Markdown pages of a registry as text that can be changed at one place, read by PyYAML and not by the reader that is tested."""

from __future__ import annotations

import tarfile
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Node = Any
Place = tuple[str | int, ...]


class Page:
    """One page: its text, and the nodes of its front matter."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_bytes().decode()

    @cached_property
    def root(self) -> Node:
        """The front matter as nodes that know where they stand in it."""
        return yaml.compose(self._front, Loader=yaml.CSafeLoader)

    @property
    def _top(self) -> int:
        return self.text.index("\n") + 1

    @property
    def _front(self) -> str:
        return self.text[self._top : self.text.index("\n---", self._top - 1) + 1]

    def node(self, *place: str | int) -> Node:
        """The value at a place. Raises KeyError where there is none."""
        return self._pair(*place)[1]

    def key(self, *place: str | int) -> Node:
        """The key of the value at a place that ends in one."""
        return self._pair(*place)[0]

    def _pair(self, *place: str | int) -> tuple[Node, Node]:
        key, node = None, self.root
        for part in place:
            if isinstance(part, int):
                if node.id != "sequence" or not -len(node.value) <= part < len(node.value):
                    raise KeyError(place)
                key, node = None, node.value[part]
            else:
                found = [pair for pair in node.value if pair[0].value == part] if node.id == "mapping" else []
                if not found:
                    raise KeyError(place)
                key, node = found[-1]
        return key, node

    def has(self, *place: str | int) -> bool:
        """Whether there is a value at a place."""
        try:
            self.node(*place)
        except KeyError:
            return False
        return True

    def is_block(self, *place: str | int) -> bool:
        """Whether there is a list at a place that has its entries on lines of their own."""
        return (
            self.has(*place) and self.node(*place).id == "sequence" and bool(self.node(*place).value) and not self.node(*place).flow_style
        )

    def is_first(self, *place: str | int) -> bool:
        """Whether a key is the first of its mapping."""
        return bool(self.node(*place[:-1]).value[0][0].value == place[-1])

    def value(self, *place: str | int) -> str:
        """The scalar at a place, "" where there is none."""
        return str(self.node(*place).value) if self.has(*place) and self.node(*place).id == "scalar" else ""

    def line(self, *place: str | int) -> int:
        """The line of the file, from one, on which a place stands: that of its key, if it has one."""
        key, node = self._pair(*place)
        return self.text.count("\n", 0, self._top + (key or node).start_mark.index) + 1

    def column(self, *place: str | int) -> str:
        """The white space before the key of a place, or what stands for it after a dash."""
        return " " * self.key(*place).start_mark.column

    def indent(self, *place: str | int) -> str:
        """The white space before the items of a block sequence."""
        front = self._front
        start = front.rindex("\n", 0, self.node(*place, 0).start_mark.index) + 1
        return front[start : front.index("-", start)]

    def replace(self, text: str, *place: str | int) -> None:
        """Put another scalar in the place of one."""
        node = self.node(*place)
        self._write(node.start_mark.index, node.end_mark.index, text)

    def insert(self, line: int, text: str) -> int:
        """Put lines before a line of the file; gives that line, where the first of them now stands."""
        lines = self.text.splitlines(keepends=True)
        self._save("".join([*lines[: line - 1], text, *lines[line - 1 :]]))
        return line

    def remove(self, *place: str | int) -> None:
        """Take a key and its value away, with their lines."""
        key, node = self._pair(*place)
        front, end = self._front, node.end_mark.index
        first, last = front.rfind("\n", 0, key.start_mark.index) + 1, front.rfind("\n", 0, end) + 1
        if front[last:end].strip():  # a block ends where the next thing begins, anything else at its last character
            last = front.find("\n", end) + 1
        self._write(first, last, "")

    def _write(self, start: int, end: int, text: str) -> None:
        top = self._top
        self._save(self.text[: top + start] + text + self.text[top + end :])

    def _save(self, text: str) -> None:
        self.text = text
        self.path.write_bytes(text.encode())
        self.__dict__.pop("root", None)


class Used(Exception):
    """A page that already has a fault."""


class Listed(NamedTuple):
    """A product in a record, by the number of the listing there."""

    product: str
    record: str
    n: int


class Corpus:
    """A registry unpacked into a folder of its own, which can be made whole again after it was changed.

    ``records`` and ``pages`` are the files by id, ``trees`` what the records say, ``listings`` who lists each product, ``cited`` the resources
    that products of others cite, by their own ids or by those of their products, and ``named`` those that are by their own ids.
    ``touched`` are the files that the fault which is being put in has to do with, ``used`` those of all others before it.
    """

    def __init__(self, archive: Path, folder: Path) -> None:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        self.folder = folder
        self.records: dict[str, Path] = {}
        self.pages: dict[str, Path] = {}
        self.trees: dict[str, dict[str, Any]] = {}
        self.listings: defaultdict[str, list[Listed]] = defaultdict(list)
        self.cited: set[str] = set()
        self.named: set[str] = set()
        self.used: set[Path] = set()
        self.touched: set[Path] = set()
        self._kept: dict[Path, bytes] = {}
        for path in sorted(folder.rglob("*.md")):
            text = path.read_bytes().decode()
            if "\nlayout: product_detail\n" in text:
                self.pages[path.stem] = path  # pages are called by their ids
            elif "\nlayout: resource_detail\n" in text:
                tree = _front_matter(text)
                self.records[tree["id"]], self.trees[tree["id"]] = path, tree
        for id, tree in self.trees.items():
            for n, product in enumerate(tree.get("products") or ()):
                self.listings[product["id"]].append(Listed(product["id"], id, n))
                foreign = {source for source in sources(product) if owner(source) != owner(product["id"])}
                self.named |= foreign & {owner(source) for source in foreign}
                self.cited |= {owner(source) for source in foreign}

    def tree(self, listed: Listed) -> dict[str, Any]:
        """What a listing says."""
        found: dict[str, Any] = self.trees[listed.record]["products"][listed.n]
        return found

    def own(self, product: str) -> Listed | None:
        """The listing of a product by its owner, if that lists it just once."""
        found = [listed for listed in self.listings[product] if listed.record == owner(product)]
        return found[0] if len(found) == 1 else None

    def page(self, record: str) -> Page:
        """The page of a record. Raises Used."""
        return self.open(self.records[record])

    def open(self, path: Path) -> Page:
        """A page that has no fault yet. Raises Used where it has one, or something that a fault needs to stay as it is."""
        if path in self.used:
            raise Used(path)
        self.touched.add(path)
        self._kept.setdefault(path, path.read_bytes())
        return Page(path)

    def make(self, path: Path, text: str) -> Page:
        """A new page."""
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        self.touched.add(path)
        self._kept[path] = b""
        return Page(path)

    def restore(self) -> None:
        """Make the folder what it was."""
        for path, data in self._kept.items():
            if not data:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            elif not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)
        self._kept.clear()
        self.used.clear()


def owner(id: str) -> str:
    """The resource that an id belongs to."""
    return id.partition(".")[0]


def sources(product: dict[str, Any]) -> list[str]:
    """The ids that a listing cites, in whatever shape."""
    entries = [entry for field in ("original_source", "secondary_source") for entry in product.get(field) or ()]
    return [entry["source"] if isinstance(entry, dict) else entry for entry in entries]


def _front_matter(text: str) -> dict[str, Any]:
    """The mapping at the top of a page; every scalar is text."""
    found = yaml.load(text[3 : text.index("\n---", 3)], Loader=_Texts)
    assert isinstance(found, dict)
    return found


class _Texts(yaml.CSafeLoader):
    """PyYAML without types."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own name and shape
