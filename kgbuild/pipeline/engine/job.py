"""The input of workers that merge and render ranges of ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kgbuild.mapping.load import RegistryMapping
from kgbuild.pipeline.engine.claim_batch import ClaimBatch
from kgbuild.transform.merge import RunIndex


class Job(NamedTuple):
    """The input of workers. ``formats`` are keys of WRITERS."""

    batches: Sequence[ClaimBatch]
    mapping: RegistryMapping
    run_index: RunIndex
    formats: tuple[str, ...] = ()
    qualified: bool = False
    rollup: bool = False
    audited: bool = False
