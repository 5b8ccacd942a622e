"""Claim batches: the claims of some documents as bytes, sorted by the ids they are about, so that ranges of ids can be cached, moved and merged."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

import msgspec
from msgspec import Struct

from kgbuild.errors import Problem
from kgbuild.model.graph import Claim, OrganizationStatement, PageStatement, ProductPage, ResourceStatement, Statement
from kgbuild.transform.claims import Reading
from kgbuild.transform.merge import RunIndex
from kgbuild.transform.properties import Note

_about = attrgetter("about")
#: The number of statements whose bytes a batch maker caches; some kilobytes each.
_REMEMBERED = 20_000


class EncodedClaim(Struct, frozen=True, array_like=True):
    """A claim without the record that makes it."""

    about: str
    id: str
    says: Statement


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(EncodedClaim).decode


class ClaimBatch(Struct, frozen=True, kw_only=True, array_like=True):
    """The claims of some documents.

    Claim number ``i`` is about ``keys[i]`` (``keys`` is sorted), is made by record ``by[i]``, and its statement is ``statements[said[i]]``, an
    EncodedClaim. The copies of a listing share one statement. ``contained`` are the numbers of the claims of records in containers. Claims of
    documentation pages are separate, since they require the addresses of the whole run. ``kinds`` counts documents, ``notes`` unusual values;
    ``skipped`` are (file, reason), and ``unseen`` the problems, without a path, of pages whose front matter is not seen. ``member`` is the path
    of the documents' file in its archive, if it is in one.
    """

    keys: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    said: tuple[int, ...] = ()
    statements: tuple[bytes, ...] = ()
    contained: tuple[int, ...] = ()
    pages: tuple[Claim[PageStatement], ...] = ()
    resources: tuple[str, ...] = ()
    contained_resources: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    kinds: dict[str, int] = {}
    skipped: tuple[tuple[str, str], ...] = ()
    unseen: tuple[Problem, ...] = ()
    notes: tuple[tuple[str, str, int], ...] = ()
    member: str = ""

    def claims(self, first: str, end: str | None, decoded: dict[bytes, EncodedClaim]) -> Iterator[Claim[Statement]]:
        """Return the claims about ids from ``first`` up to, not including, ``end``. Equal statements are one object, cached in ``decoded``."""
        low = bisect_left(self.keys, first)
        high = len(self.keys) if end is None else bisect_left(self.keys, end, low)
        return (self.claim(n, decoded) for n in range(low, high))

    def holds(self, first: str, end: str | None) -> bool:
        """Return whether the batch may have claims about ids from ``first`` up to, not including, ``end``."""
        return bool(self.keys) and self.keys[-1] >= first and (end is None or self.keys[0] < end)

    def cut(self, first: str, end: str | None) -> ClaimBatch:
        """Return a batch of the claims about ids from ``first`` up to, not including, ``end``, with only the statements they use."""
        low = bisect_left(self.keys, first)
        high = len(self.keys) if end is None else bisect_left(self.keys, end, low)
        numbers: dict[int, int] = {}
        said = tuple([numbers.setdefault(n, len(numbers)) for n in self.said[low:high]])
        return ClaimBatch(
            keys=self.keys[low:high],
            by=self.by[low:high],
            said=said,
            statements=tuple([self.statements[n] for n in numbers]),
            contained=tuple([n - low for n in self.contained if low <= n < high]),
        )

    def claim(self, n: int, decoded: dict[bytes, EncodedClaim]) -> Claim[Statement]:
        """Return claim number ``n``."""
        data = self.statements[self.said[n]]
        said = decoded.get(data)
        if said is None:
            said = decoded[data] = _decode(data)
        return Claim(said.about, said.id, self.by[n], said.says, bool(self.contained) and self._is_contained(n))

    def _is_contained(self, n: int) -> bool:
        """Return whether a claim is of a record in a container. A binary search is used, since a file can contain thousands of these."""
        at = bisect_left(self.contained, n)
        return at < len(self.contained) and self.contained[at] == n


class ClaimBatchMaker:
    """Make claim batches. The copies of a listing, which are one object, are encoded once."""

    def __init__(self) -> None:
        self._encoded: dict[int, tuple[Statement, bytes]] = {}

    def batch_of(self, readings: Iterable[tuple[str, Reading]], member: str) -> ClaimBatch:
        """Return the batch of some documents of one file, given with its name. ``member`` is its path in an archive."""
        claims: list[Claim[Statement]] = []
        pages: list[Claim[PageStatement]] = []
        ids: dict[type[Statement], list[str]] = {ResourceStatement: [], OrganizationStatement: []}
        contained: list[str] = []
        skipped: list[tuple[str, str]] = []
        kinds: dict[str, int] = {}
        unseen: list[Problem] = []
        notes: dict[Note, int] = {}
        for name, reading in readings:
            kinds[reading.kind] = kinds.get(reading.kind, 0) + 1
            for note in reading.notes:
                notes[note] = notes.get(note, 0) + 1
            if reading.skip is not None:
                skipped.append((name, reading.skip))
            if reading.unseen is not None:
                unseen.append(reading.unseen)
            for claim in reading.claims:
                if type(claim.says) is PageStatement:
                    pages.append(claim)  # type: ignore[arg-type]  # the condition narrows the type
                    continue
                claims.append(claim)
                if type(claim.says) in ids:
                    (contained if claim.contained else ids[type(claim.says)]).append(claim.id)
        claims.sort(key=_about)
        distinct: dict[int, tuple[int, Claim[Statement]]] = {}
        said = [distinct.setdefault(id(claim.says), (len(distinct), claim))[0] for claim in claims]
        return ClaimBatch(
            keys=tuple([claim.about for claim in claims]),
            by=tuple([claim.by for claim in claims]),
            said=tuple(said),
            statements=tuple([self._bytes(claim) for _, claim in distinct.values()]),
            contained=tuple([n for n, claim in enumerate(claims) if claim.contained]),
            pages=tuple(pages),
            resources=tuple(ids[ResourceStatement]),
            contained_resources=tuple(contained),
            organizations=tuple(ids[OrganizationStatement]),
            kinds=kinds,
            skipped=tuple(skipped),
            unseen=tuple(unseen),
            notes=tuple((what, value, count) for (what, value), count in sorted(notes.items())),
            member=member,
        )

    def _bytes(self, claim: Claim[Statement]) -> bytes:
        if type(claim.says) is ProductPage:  # each page has its own
            return _encode((claim.about, claim.id, claim.says))
        encoded = self._encoded.get(id(claim.says))
        if encoded is None:
            if len(self._encoded) >= _REMEMBERED:
                self._encoded.clear()
            # Keeping the statement prevents another object from getting its id().
            encoded = self._encoded[id(claim.says)] = claim.says, _encode((claim.about, claim.id, claim.says))
        return encoded[1]


def run_index(batches: Sequence[ClaimBatch], aliases: dict[str, str]) -> RunIndex:
    """Return the index of a run, made from all its batches."""
    pages = frozenset(id for batch in batches for id in batch.resources)
    return RunIndex(
        resources=pages.union(id for batch in batches for id in batch.contained_resources),
        organizations=frozenset(id for batch in batches for id in batch.organizations),
        pages=pages,
        aliases=aliases,
        addressed=any(batch.pages for batch in batches),
    )


def ranges(batches: Sequence[ClaimBatch], size: int) -> list[tuple[str, str | None]]:
    """Return ranges of ids (first, end) that cover all batches, each with about ``size`` claims. ``end`` is not included; it is None in the last."""
    keys = sorted(key for batch in batches for key in batch.keys)
    firsts = sorted({keys[n] for n in range(0, len(keys), size)})
    return list(zip(firsts, [*firsts[1:], None], strict=True)) if firsts else []
