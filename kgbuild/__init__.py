"""Build a provenance knowledge graph from resource records.

>>> import kgbuild
>>> graph = kgbuild.build("input")
>>> graph.write("output", formats=["kgx", "turtle"])  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgbuild.version import __version__

__all__ = ["Graph", "__version__", "build"]

if TYPE_CHECKING:
    from kgbuild.pipeline.export import Graph, build


def __getattr__(name: str) -> Any:
    """Import the API on use, since ``kgbuild --help`` does not need it (PEP 562)."""
    if name in ("Graph", "build"):
        from kgbuild.pipeline import export

        return getattr(export, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the names of the API, imported or not."""
    return sorted({*globals(), *__all__})
