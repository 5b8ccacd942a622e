"""Find the claims about an id, with the file of each, in claim batches. A claim is decoded on use."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from kgbuild.checks.view import StatedClaim
from kgbuild.pipeline.engine.claim_batch import ClaimBatch, EncodedClaim


class StatedClaims:
    """All claims of a run. ``decoded`` caches statements by their bytes; equal statements are one object."""

    def __init__(self, batches: Sequence[ClaimBatch], decoded: dict[bytes, EncodedClaim]) -> None:
        self._batches, self._decoded = batches, decoded
        self._firsts = list(accumulate((len(batch.keys) for batch in batches), initial=0))
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        for first, batch in zip(self._firsts, batches, strict=False):  # the last sum is the number of all claims
            for number, key in enumerate(batch.keys, first):
                self._numbers[key].append(number)

    def ids(self) -> Iterable[str]:
        """Return the ids that claims are about, in the order of their first claims."""
        return self._numbers

    def about(self, id: str) -> list[StatedClaim]:
        """Return the claims about an id, in the order of the files. ``nth`` numbers the claims of the same record about the id."""
        found: list[StatedClaim] = []
        for number in self._numbers.get(id, ()):
            file = bisect_right(self._firsts, number) - 1
            claim = self._batches[file].claim(number - self._firsts[file], self._decoded)
            again = bool(found) and (found[-1].file, found[-1].by) == (file, claim.by)
            nth = found[-1].nth + 1 if again else 0
            found.append(StatedClaim(claim.about, claim.id, claim.by, claim.says, file, nth, claim.contained))
        return found

    def __iter__(self) -> Iterator[StatedClaim]:
        """Iterate over all claims, grouped by id."""
        return (claim for id in self._numbers for claim in self.about(id))
