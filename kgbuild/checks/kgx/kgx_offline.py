"""kgx's own reader and validator on two files, without network, output or log; what it reports goes to a callback.

Importing kgx makes a bmt Toolkit, which fetches the Biolink Model and a predicate mapping; each Validator and each Source then fetches
a JSON-LD context of Biolink 2.2.5. Here all three come from the ``biolink_model`` package that kgx depends on. What stays behind is the
toolkit that kgx keeps for the process, made from that file; everything else is put back as it was.
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

Heard = Callable[[str, str, str, str], None]
"""Called with kgx's level, kind, message, and the node or edge it speaks of."""

ADVICE = (
    "validation needs kgx, which is not installed; install it with: pip install 'kgbuild[kgx]'"
    "  (an older pip may fail: use pip >= 24 or uv)"
)
NOISY = ("bmt", "linkml", "linkml_runtime", "rdflib")
VALUE_IN_MESSAGE = re.compile(r" has a value '.*' ?(?=with a CURIE prefix|which is not)", re.DOTALL)
"""kgx writes the id into some messages, which would make a kind of error of each id."""


def require_kgx() -> None:
    """Raise MissingExtra unless kgx can be imported; does not import it."""
    if find_spec("kgx") is None:
        raise MissingExtra(ADVICE)


@contextmanager
def kgx_session() -> Iterator[Any]:
    """Import kgx and yield its bmt toolkit; inside, kgx reads local files only and says nothing."""
    require_kgx()
    with ExitStack() as stack:
        _silence(stack)
        toolkit = _local_toolkit()
        import kgx.config
        import kgx.source.tsv_source

        prefix_map = json.loads(_model_file("prefixmaps", "biolink*prefix*map.json").read_text())
        stack.callback(_restore, kgx.config.jsonld_context_map, dict(kgx.config.jsonld_context_map))
        kgx.config.jsonld_context_map["biolink"] = prefix_map
        # An edge without an id is given a random one, and the report would differ from run to run.
        _replace(stack, kgx.source.tsv_source, "generate_uuid", str)
        yield toolkit


def run_validator(pair: Pair, prefixes: Collection[str], heard: Heard) -> None:
    """Validate a pair as ``kgx validate`` does, with ``prefixes`` declared; to be called inside a session.

    ``Validator.log_error`` keeps one entity of each message, so it is replaced. The stream keeps parallel edges apart, which kgx's
    graph store would merge.
    """
    from kgx.transformer import Transformer
    from kgx.validator import Validator

    validator = Validator()
    validator.prefixes |= set(prefixes)
    speaking_of = ""

    def log_error(_entity: str, error_type: Enum, message: str, message_level: Enum) -> None:
        heard(message_level.name.lower(), kind_of(error_type.name), VALUE_IN_MESSAGE.sub(" has a value ", message), speaking_of)

    def inspect(entity_type: Enum, record: tuple[Any, ...]) -> None:
        nonlocal speaking_of
        speaking_of = label(record[-1])
        validator(entity_type, record)

    validator.log_error = log_error
    source = {"filename": [str(pair.nodes), str(pair.edges)], "format": pair.nodes.suffix.lstrip(".")}
    Transformer(stream=True).transform(source, {"format": "null"}, inspector=inspect)


def kind_of(error_type: str) -> str:
    """The kind of finding that one of kgx's error types becomes.

    >>> kind_of("INVALID_CATEGORY")
    'kgx:invalid-category'
    """
    return f"kgx:{error_type.lower().replace('_', '-')}"


def kgx_version() -> str:
    """The version of kgx that is installed."""
    return version("kgx")


def _local_toolkit() -> Any:
    """The toolkit that kgx uses by default, made from the schema in the ``biolink_model`` package where there is none yet."""
    import bmt.toolkit

    schema = str(_model_file("schema", "biolink?model.yaml"))
    nothing_mapped = SimpleNamespace(text=json.dumps({"predicate mappings": []}))
    with ExitStack() as stack:
        _replace(stack, bmt.toolkit.Toolkit.__init__, "__defaults__", (schema, {"predicate mappings": []}))
        # bmt 1.4.8 fetches the mapping whatever it is given.
        _replace(stack, bmt.toolkit, "requests", SimpleNamespace(get=lambda _url: nothing_mapped))
        from kgx.utils import kgx_utils

        if kgx_utils._default_toolkit is None:
            kgx_utils._default_toolkit = kgx_utils.tk
        import kgx.transformer
        import kgx.validator  # noqa: F401  (both look for the default toolkit at import)

    return kgx_utils.get_toolkit()


def _model_file(folder: str, pattern: str) -> Path:
    """A file of the ``biolink_model`` package, whose names differ between versions by ``-`` and ``_``; the newer is the ``-``."""
    spec = find_spec("biolink_model")
    places = spec.submodule_search_locations if spec else None
    found = sorted(file for place in places or () for file in Path(place, folder).glob(pattern))
    if not found:
        raise MissingExtra(f"expected {folder}/{pattern} in the package biolink_model, got none; install: pip install 'kgbuild[kgx]'")
    return found[0]


def _silence(stack: ExitStack) -> None:
    """No warning and no log line of kgx and what it stands on; kgx's logger would write to standard output."""
    stack.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")
    _replace(stack, logging.getLogger("KGX"), "disabled", True)
    for name in NOISY:
        logger = logging.getLogger(name)
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.CRITICAL + 1)


def _replace(stack: ExitStack, owner: object, name: str, value: object) -> None:
    """Set an attribute until the stack is left."""
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


def _restore(mapping: dict[str, Any], content: dict[str, Any]) -> None:
    mapping.clear()
    mapping.update(content)
