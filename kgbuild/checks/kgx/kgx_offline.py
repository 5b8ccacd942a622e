"""Run kgx's reader and validator on two files without network access, output or logs. A callback receives its messages.

The import of kgx creates a bmt Toolkit, which downloads the Biolink Model and a predicate mapping. Each Validator and each Source downloads a
JSON-LD context of Biolink 2.2.5. This module takes the model and the context from the ``biolink_model`` package, on which kgx depends. After a
session everything is restored, except the toolkit that kgx keeps for the process.
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kgbuild.checks.kgx.pairs import Pair
from kgbuild.checks.kgx.records import label
from kgbuild.errors import MissingExtra

OnMessage = Callable[[str, str, str, str], None]
"""A callback with kgx's level, kind, message, and the node or edge of the message."""

ADVICE = (
    "validation requires kgx, which is not installed; install it with: pip install 'kgbuild[kgx]'"
    "  (pip before 24 may fail; use pip >= 24 or uv)"
)
NOISY = ("bmt", "linkml", "linkml_runtime", "rdflib")
VALUE_IN_MESSAGE = re.compile(r" has a value '.*' ?(?=with a CURIE prefix|which is not)", re.DOTALL)
"""The id in some messages of kgx. It is removed, so that messages about different ids are counted together."""


def require_kgx() -> None:
    """Raise MissingExtra if kgx is not installed. This does not import kgx."""
    if find_spec("kgx") is None:
        raise MissingExtra(ADVICE)


@contextmanager
def kgx_session() -> Iterator[Any]:
    """Import kgx and yield its bmt toolkit. Within the session kgx reads only local files and prints nothing."""
    require_kgx()
    with ExitStack() as stack:
        _silence(stack)
        toolkit = _local_toolkit()
        import kgx.config
        import kgx.source.tsv_source

        prefix_map = json.loads(_model_file("prefixmaps", "biolink*prefix*map.json").read_text())
        stack.callback(_restore, kgx.config.jsonld_context_map, dict(kgx.config.jsonld_context_map))
        kgx.config.jsonld_context_map["biolink"] = prefix_map
        # kgx gives an edge without an id a random one, so the report would differ between runs.
        _replace(stack, kgx.source.tsv_source, "generate_uuid", str)
        yield toolkit


def run_validator(pair: Pair, prefixes: Collection[str], on_message: OnMessage) -> None:
    """Validate a pair like ``kgx validate``, with ``prefixes`` declared. This must be called within a session.

    ``Validator.log_error`` keeps only one entity for each message, so it is replaced. Streaming keeps parallel edges separate, but kgx's graph
    store would merge them.
    """
    from kgx.transformer import Transformer
    from kgx.validator import Validator

    validator = Validator()
    validator.prefixes |= set(prefixes)
    entity = ""

    def log_error(_entity: str, error_type: Enum, message: str, message_level: Enum) -> None:
        on_message(message_level.name.lower(), kind_of(error_type.name), VALUE_IN_MESSAGE.sub(" has a value ", message), entity)

    def inspect(entity_type: Enum, record: tuple[Any, ...]) -> None:
        nonlocal entity
        entity = label(record[-1])
        validator(entity_type, record)

    validator.log_error = log_error
    source = {"filename": [str(pair.nodes), str(pair.edges)], "format": pair.nodes.suffix.lstrip(".")}
    Transformer(stream=True).transform(source, {"format": "null"}, inspector=inspect)


def kind_of(error_type: str) -> str:
    """Return the kind of finding for an error type of kgx.

    >>> kind_of("INVALID_CATEGORY")
    'kgx:invalid-category'
    """
    return f"kgx:{error_type.lower().replace('_', '-')}"


def kgx_version() -> str:
    """Return the installed version of kgx."""
    return version("kgx")


def _local_toolkit() -> Any:
    """Return kgx's default toolkit. If there is none yet, create it from the schema in the ``biolink_model`` package."""
    import bmt.toolkit

    schema = str(_model_file("schema", "biolink?model.yaml"))
    empty_mapping = SimpleNamespace(text=json.dumps({"predicate mappings": []}))
    with ExitStack() as stack:
        _replace(stack, bmt.toolkit.Toolkit.__init__, "__defaults__", (schema, {"predicate mappings": []}))
        # bmt 1.4.8 always downloads the mapping, even if it is given.
        _replace(stack, bmt.toolkit, "requests", SimpleNamespace(get=lambda _url: empty_mapping))
        from kgx.utils import kgx_utils

        if kgx_utils._default_toolkit is None:
            kgx_utils._default_toolkit = kgx_utils.tk
        import kgx.transformer
        import kgx.validator  # noqa: F401  (both look for the default toolkit at import)

    return kgx_utils.get_toolkit()


def _model_file(folder: str, pattern: str) -> Path:
    """Return a file of the ``biolink_model`` package. Its names have ``-`` in newer versions and ``_`` in older ones."""
    spec = find_spec("biolink_model")
    places = spec.submodule_search_locations if spec else None
    found = sorted(file for place in places or () for file in Path(place, folder).glob(pattern))
    if not found:
        raise MissingExtra(
            f"expected {folder}/{pattern} in the package biolink_model, got none; install it with: pip install 'kgbuild[kgx]'"
        )
    return found[0]


def _silence(stack: ExitStack) -> None:
    """Suppress the warnings and logs of kgx and its dependencies. kgx's logger writes to standard output."""
    stack.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")
    _replace(stack, logging.getLogger("KGX"), "disabled", True)
    for name in NOISY:
        logger = logging.getLogger(name)
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.CRITICAL + 1)


def _replace(stack: ExitStack, owner: object, name: str, value: object) -> None:
    """Set an attribute until the stack is closed."""
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


def _restore(mapping: dict[str, Any], content: dict[str, Any]) -> None:
    mapping.clear()
    mapping.update(content)
