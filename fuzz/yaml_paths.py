"""Compare the fast and the exact path of the YAML reader on made texts: `python fuzz/yaml_paths.py --texts 200000`.

A text is read as a page's front matter and as a YAML file. Both paths must give the same trees or the same errors. Where the fast path has
a boolean or a number, the text that it gives for it must be the one that stands in the file. The claims of the records must be the same too.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from yaml_grammar import Grammar

from kgbuild.errors import InputError
from kgbuild.mapping.load import load_mapping
from kgbuild.model.document import Document, NotText
from kgbuild.readers import reader
from kgbuild.transform.claims import ClaimMaker, Reading

_ROOT = Path(__file__).parents[1]
_SEEDS = ("input", "tests/examples", "tests/rules", "tests/invalid")
_CORPORA = _ROOT.parent / "shared" / "corpus"
_PAGES = 300


@cache
def _maker() -> ClaimMaker:
    return ClaimMaker(load_mapping())


class Difference(NamedTuple):
    """A text that the two paths read differently: as which kind of file, and what each path gave."""

    ending: str
    text: str
    fast: str
    exact: str


def outcome(ending: str, data: bytes, *, exact: bool) -> list[Document] | str:
    """Return the documents of a file, or its errors."""
    try:
        return reader(ending)(f"a{ending}", data, exact=exact, containers=("resources",))
    except InputError as error:
        return str(error)


def difference(text: str) -> Difference | None:
    """Return the first way in which the paths read a text differently."""
    for ending, data in ((".md", f"---\n{text}\n---\n"), (".yaml", text)):
        encoded = data.encode("utf-8", "surrogatepass")
        fast, exact = outcome(ending, encoded, exact=False), outcome(ending, encoded, exact=True)
        if isinstance(fast, str) or isinstance(exact, str):
            same = fast == exact
        else:
            same = len(fast) == len(exact) and all(map(_same_documents, fast, exact))
        if not same:
            return Difference(ending, data, _shown(fast), _shown(exact))
        if not isinstance(fast, str) and (said := _claims(ending, encoded, exact=False)) != (other := _claims(ending, encoded, exact=True)):
            return Difference(ending, data, repr(said), repr(other))
    return None


def _claims(ending: str, data: bytes, *, exact: bool) -> list[Reading] | str:
    """Return the claims of a file, or its errors. As in an export, a file is read exactly if the fast path lost a text."""
    maker = _maker()
    documents = outcome(ending, data, exact=exact)
    if isinstance(documents, str):
        return documents
    try:
        return [maker.claims(f"a{ending}", f"a{ending}", document) for document in documents]
    except InputError as error:
        return str(error)
    except NotText:
        return _claims(ending, data, exact=True)


def _shown(found: list[Document] | str) -> str:
    return found if isinstance(found, str) else repr([(document.tree, document.doubled) for document in found])


def _same_documents(fast: Document, exact: Document) -> bool:
    return list(fast.doubled) == list(exact.doubled) and _same(fast, fast.tree, exact.tree)


def _same(document: Document, fast: Any, exact: Any) -> bool:
    """Return whether two trees are the same. A boolean or a number of the fast path gives its text, or says that it cannot."""
    if isinstance(fast, (bool, int, float)):
        try:
            return document.text(fast) == exact
        except NotText:
            return isinstance(exact, str)
    if type(fast) is not type(exact):
        return False
    if isinstance(fast, list):
        return len(fast) == len(exact) and all(_same(document, *pair) for pair in zip(fast, exact, strict=True))
    if isinstance(fast, dict):
        pairs = zip(fast.items(), exact.items(), strict=False)
        return len(fast) == len(exact) and all(
            _same_keys(*keys) and _same(document, *values) for keys, values in (zip(*pair, strict=True) for pair in pairs)
        )
    return bool(fast == exact)


def _same_keys(fast: Any, exact: str) -> bool:
    """Return whether two keys are the same. Callers read a record again exactly if it has a key that is not text."""
    return not isinstance(fast, str) or fast == exact


def seeds() -> list[str]:
    """Return the front matter of records of this repository, and of real registries where they are beside it."""
    paths = [path for folder in _SEEDS for ending in ("md", "yaml") for path in sorted((_ROOT / folder).rglob(f"*.{ending}"))]
    data = [path.read_bytes() for path in paths]
    for archive in sorted(_CORPORA.glob("*.tar.gz")):
        data += _pages(archive)
    return [text for found in data if len(found) < 20_000 and (text := _front(found))]


def _pages(archive: Path) -> Iterator[bytes]:
    with tarfile.open(archive) as tar:
        members = [member for member in tar.getmembers() if member.name.endswith(".md")]
        for member in members[:: max(1, len(members) // _PAGES)]:
            file = tar.extractfile(member)
            if file:
                yield file.read()


def _front(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    parts = text.split("---\n", 2)
    return parts[1] if len(parts) == 3 and not parts[0].strip() else text


def differences(count: int, seed: int, real: Sequence[str]) -> Iterator[Difference]:
    """Yield what the paths read differently among ``count`` texts."""
    grammar = Grammar(Random(seed), real)
    for _ in range(count):
        found = difference(grammar.text())
        if found:
            yield found


def main() -> int:
    """Compare, and print the differences. The exit status is 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200_000, metavar="N", help="number of texts (200000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which texts are made (0)")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="differences that are printed (20)")
    arguments = parser.parse_args()
    found = Counter[bool]()
    for case in differences(arguments.texts, arguments.seed, seeds()):
        found[True] += 1
        if found[True] <= arguments.show:
            print(f"{case.ending} {case.text!r}\n  fast  {case.fast}\n  exact {case.exact}")
    print(f"{arguments.texts:,} texts, {found[True]:,} differences")
    return 1 if found[True] else 0


if __name__ == "__main__":
    sys.exit(main())
