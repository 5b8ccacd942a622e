"""Parts: the claims of some documents as bytes, sorted by what they are about, so that they can be kept, moved and taken by ranges of ids."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from kgbuild.claims import Reading
from kgbuild.merge import RunFacts
from kgbuild.model import Claim, OrganizationStatement, PageStatement, ResourceStatement

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Claim).decode


class Part(Struct, frozen=True, kw_only=True, array_like=True):
    """The claims of some documents.

    ``keys[i]`` is what the claim at ``blob[ends[i - 1]:ends[i]]`` is about; keys are sorted. Claims of documentation pages are kept apart, since
    they wait for the addresses of the whole run. ``kinds`` counts documents, ``notes`` what was unusual; ``skipped`` are (file, reason).
    """

    keys: tuple[str, ...]
    ends: tuple[int, ...]
    blob: bytes
    pages: tuple[Claim, ...] = ()
    resources: tuple[str, ...] = ()
    contained: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    kinds: dict[str, int] = {}
    skipped: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str, int], ...] = ()

    def claims(self, first: str, end: str | None) -> Iterator[Claim]:
        """The claims about ids from ``first`` up to ``end``, which is left out."""
        low = bisect_left(self.keys, first)
        high = len(self.keys) if end is None else bisect_left(self.keys, end, low)
        start = self.ends[low - 1] if low else 0
        for stop in self.ends[low:high]:
            yield _decode(self.blob[start:stop])
            start = stop


def part_of(readings: Iterable[tuple[str, Reading]]) -> Part:
    """The part of some documents, given with the names of their files."""
    claims: list[Claim] = []
    pages, resources, contained, organizations, skipped = [], [], [], [], []
    kinds: Counter[str] = Counter()
    notes: Counter[tuple[str, str]] = Counter()
    for name, reading in readings:
        kinds[reading.kind] += 1
        notes.update(reading.notes)
        if reading.skip is not None:
            skipped.append((name, reading.skip))
        for claim in reading.claims:
            says = type(claim.says)
            if says is PageStatement:
                pages.append(claim)
                continue
            claims.append(claim)
            if says is ResourceStatement:
                (contained if claim.contained else resources).append(claim.id)
            elif says is OrganizationStatement:
                organizations.append(claim.id)
    claims.sort(key=lambda claim: claim.about)
    blobs = [_encode(claim) for claim in claims]
    ends, end = [], 0
    for blob in blobs:
        end += len(blob)
        ends.append(end)
    return Part(
        keys=tuple([claim.about for claim in claims]),
        ends=tuple(ends),
        blob=b"".join(blobs),
        pages=tuple(pages),
        resources=tuple(resources),
        contained=tuple(contained),
        organizations=tuple(organizations),
        kinds=kinds,
        skipped=tuple(skipped),
        notes=tuple((what, value, count) for (what, value), count in sorted(notes.items())),
    )


def facts_of(parts: Sequence[Part], aliases: dict[str, str]) -> RunFacts:
    """The facts of a run, gathered from all its parts."""
    pages = frozenset(id for part in parts for id in part.resources)
    return RunFacts(
        resources=pages.union(id for part in parts for id in part.contained),
        organizations=frozenset(id for part in parts for id in part.organizations),
        pages=pages,
        aliases=aliases,
        addressed=any(part.pages for part in parts),
    )


def ranges(parts: Sequence[Part], size: int) -> list[tuple[str, str | None]]:
    """Ranges of ids, each with some ``size`` claims, that cover all parts: (first, end), where the end is left out."""
    keys = sorted(key for part in parts for key in part.keys)
    firsts = sorted({keys[n] for n in range(0, len(keys), size)})
    return list(zip(firsts, [*firsts[1:], None], strict=True))
