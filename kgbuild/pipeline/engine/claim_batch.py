"""Parts: the claims of some documents as bytes, sorted by what they are about, so that they can be kept, moved and taken by ranges of ids."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

import msgspec
from msgspec import Struct

from kgbuild.model.graph import Claim, OrganizationStatement, PageStatement, ProductPage, ResourceStatement, Statement
from kgbuild.transform.claims import Reading
from kgbuild.transform.merge import RunIndex
from kgbuild.transform.properties import Note

_about = attrgetter("about")
#: Statements of which a part maker remembers the bytes; some kilobytes each.
_REMEMBERED = 20_000


class EncodedClaim(Struct, frozen=True, array_like=True):
    """A claim without who makes it."""

    about: str
    id: str
    says: Statement


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(EncodedClaim).decode


class ClaimBatch(Struct, frozen=True, kw_only=True, array_like=True):
    """The claims of some documents.

    Claim number ``i`` is about ``keys[i]``, which are sorted, is made by record ``by[i]``, and says ``statements[said[i]]``, an encoded Said: the
    many copies of a listing share one. ``contained`` are the numbers of the claims of records in containers. Claims of documentation pages are kept
    apart, since they wait for the addresses of the whole run. ``kinds`` counts documents, ``notes`` what was unusual; ``skipped`` are (file, reason).
    ``member`` is the path of the documents' file in its archive, if it is in one.
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
    notes: tuple[tuple[str, str, int], ...] = ()
    member: str = ""

    def claims(self, first: str, end: str | None, decoded: dict[bytes, EncodedClaim]) -> Iterator[Claim[Statement]]:
        """The claims about ids from ``first`` up to ``end``, which is left out. Equal statements are one object, which ``decoded`` holds."""
        low = bisect_left(self.keys, first)
        high = len(self.keys) if end is None else bisect_left(self.keys, end, low)
        return (self.claim(n, decoded) for n in range(low, high))

    def holds(self, first: str, end: str | None) -> bool:
        """Whether the part may have claims about ids from ``first`` up to ``end``, which is left out."""
        return bool(self.keys) and self.keys[-1] >= first and (end is None or self.keys[0] < end)

    def cut(self, first: str, end: str | None) -> ClaimBatch:
        """The claims about ids from ``first`` up to ``end``, with no more of the statements than they need."""
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
        """Claim number ``n``."""
        data = self.statements[self.said[n]]
        said = decoded.get(data)
        if said is None:
            said = decoded[data] = _decode(data)
        return Claim(said.about, said.id, self.by[n], said.says, bool(self.contained) and self._is_contained(n))

    def _is_contained(self, n: int) -> bool:
        """Whether a claim's number is among those of records in containers, which are sorted: a file may hold thousands of these."""
        at = bisect_left(self.contained, n)
        return at < len(self.contained) and self.contained[at] == n


class ClaimBatchMaker:
    """Makes parts. The copies of a listing, which are one object, are encoded once."""

    def __init__(self) -> None:
        self._encoded: dict[int, tuple[Statement, bytes]] = {}

    def batch_of(self, readings: Iterable[tuple[str, Reading]], member: str) -> ClaimBatch:
        """The part of some documents of one file, given with its name; ``member`` is its path in an archive."""
        claims: list[Claim[Statement]] = []
        pages: list[Claim[PageStatement]] = []
        ids: dict[type[Statement], list[str]] = {ResourceStatement: [], OrganizationStatement: []}
        contained: list[str] = []
        skipped: list[tuple[str, str]] = []
        kinds: dict[str, int] = {}
        notes: dict[Note, int] = {}
        for name, reading in readings:
            kinds[reading.kind] = kinds.get(reading.kind, 0) + 1
            for note in reading.notes:
                notes[note] = notes.get(note, 0) + 1
            if reading.skip is not None:
                skipped.append((name, reading.skip))
            for claim in reading.claims:
                if type(claim.says) is PageStatement:
                    pages.append(claim)  # type: ignore[arg-type]  # the condition is what narrows it
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
            notes=tuple((what, value, count) for (what, value), count in sorted(notes.items())),
            member=member,
        )

    def _bytes(self, claim: Claim[Statement]) -> bytes:
        if type(claim.says) is ProductPage:  # which is its page's own
            return _encode((claim.about, claim.id, claim.says))
        known = self._encoded.get(id(claim.says))
        if known is None:
            if len(self._encoded) >= _REMEMBERED:
                self._encoded.clear()
            # The statement is kept beside them, so that no other can come to have its id.
            known = self._encoded[id(claim.says)] = claim.says, _encode((claim.about, claim.id, claim.says))
        return known[1]


def run_index(parts: Sequence[ClaimBatch], aliases: dict[str, str]) -> RunIndex:
    """The facts of a run, gathered from all its parts."""
    pages = frozenset(id for part in parts for id in part.resources)
    return RunIndex(
        resources=pages.union(id for part in parts for id in part.contained_resources),
        organizations=frozenset(id for part in parts for id in part.organizations),
        pages=pages,
        aliases=aliases,
        addressed=any(part.pages for part in parts),
    )


def ranges(parts: Sequence[ClaimBatch], size: int) -> list[tuple[str, str | None]]:
    """Ranges of ids, each with some ``size`` claims, that cover all parts: (first, end), where the end is left out."""
    keys = sorted(key for part in parts for key in part.keys)
    firsts = sorted({keys[n] for n in range(0, len(keys), size)})
    return list(zip(firsts, [*firsts[1:], None], strict=True)) if firsts else []
