"""What workers are told, and what comes of a range of ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.transform.merge import RunIndex


class Job(NamedTuple):
    """All that workers need to know. ``formats`` are names of WRITERS."""

    parts: Sequence[ClaimBatch]
    mapping: RegistryMapping
    facts: RunIndex
    formats: tuple[str, ...] = ()
    qualified: bool = False
    rollup: bool = False
    audited: bool = False
