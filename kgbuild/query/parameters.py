"""Convert the texts of parameters into values of the types that a question requires."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kgbuild.errors import UsageError, as_text, quoted
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.ids import encode_id, expand
from kgbuild.query.question import Parameter

_WHOLE = re.compile(r"[0-9]{1,18}")


class NodeId(NamedTuple):
    """The id of a node as a CURIE (KGX, SQL, Cypher), as an IRI (SPARQL), and as written by the user."""

    curie: str
    iri: str
    written: str


Value = NodeId | str | int


def split(given: Iterable[str]) -> dict[str, str]:
    """Return ``name=value`` texts as a dict. Raises UsageError for a text without `=` and for a repeated name."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--param: expected NAME=VALUE, got {quoted(text)}; write it as id=bgee")
        if as_text(text) != text:
            raise UsageError(f"--param: expected text in UTF-8, got {quoted(text)}; correct the bytes that are shown as \\x and two digits")
        if name in found:
            raise UsageError(f"--param: expected each parameter once, got {name} twice; leave out one of the two")
        found[name] = value
    return found


def values(name: str, parameters: Sequence[Parameter], given: Mapping[str, str], vocabulary: RegistryMapping) -> dict[str, Value]:
    """Return the value of each parameter of a question. Raises UsageError for a missing or unknown parameter and for a value of another type."""
    known = {parameter.name for parameter in parameters}
    takes = f"{name} takes {_listed(parameters)}"
    for extra in given:
        if extra not in known:
            raise UsageError(f"--param {extra}: expected a parameter of the question, got another name; {takes}")
    found: dict[str, Value] = {}
    for parameter in parameters:
        text = given.get(parameter.name, parameter.default)
        if text is None:
            raise UsageError(f"--param {parameter.name}: expected {parameter.about}, got none; {takes}")
        found[parameter.name] = _value(parameter, text, vocabulary)
    return found


def _listed(parameters: Sequence[Parameter]) -> str:
    listed = [f"{p.name} ({p.kind}{f', {p.default} if not given' if p.default is not None else ''})" for p in parameters]
    return ", ".join(listed) or "no parameters"


def _value(parameter: Parameter, text: str, vocabulary: RegistryMapping) -> Value:
    if parameter.kind == "number":
        if not _WHOLE.fullmatch(text):
            raise UsageError(
                f"--param {parameter.name}: expected a whole number, got {quoted(text)}; write digits, for example {parameter.name}=10"
            )
        return int(text)
    return text if parameter.kind == "text" else node(text, vocabulary)


def node(text: str, vocabulary: RegistryMapping) -> NodeId:
    """Return a node id from an id as in records (`bgee`), a CURIE (`kgr:bgee`) or an IRI, with or without angle brackets.

    Raises UsageError for an empty text.
    """
    prefixes, spaces = vocabulary.prefixes.prefixes, vocabulary.prefixes.spaces
    bare = text.removeprefix("<").removesuffix(">")
    if not bare:
        raise UsageError("--param: expected an id, got an empty text; write it as in the records (bgee), as a CURIE or as an IRI")
    by_base = {prefixes[space]: space for space in set(spaces.values())}
    for base in sorted(by_base, key=len, reverse=True):
        if bare.startswith(base):
            return _node_id(f"{by_base[base]}:{bare.removeprefix(base)}", prefixes, text)
    if bare.partition(":")[0] in by_base.values() and ":" in bare:
        return _node_id(bare, prefixes, text)
    return _node_id(f"{spaces['resource']}:{encode_id(bare)}", prefixes, text)


def _node_id(curie: str, prefixes: Mapping[str, str], written: str) -> NodeId:
    prefix, _, local = curie.partition(":")
    curie = f"{prefix}:{_encoded(local)}"
    return NodeId(curie, expand(curie, prefixes) or curie, written)


def _encoded(local: str) -> str:
    """Encode an id for a CURIE or IRI (SPEC §3). Characters that are already encoded stay so."""
    return "%".join(encode_id(part) for part in local.split("%")) if re.fullmatch(r"(?:[^%]|%[0-9A-F]{2})*", local) else encode_id(local)


def of_a_query(parameters: Sequence[Parameter], given: Mapping[str, str], vocabulary: RegistryMapping) -> dict[str, Value]:
    """Return the parameter values for a user's own query.

    If its head declares no parameters, a value is a node if it is an IRI in `<>` or has a prefix of the registry, otherwise a text.
    """
    if parameters:
        return values("the query", parameters, given, vocabulary)
    spaces = tuple(f"{space}:" for space in vocabulary.prefixes.spaces.values())
    return {
        name: node(text, vocabulary) if text.startswith(spaces) or (text.startswith("<") and text.endswith(">")) else text
        for name, text in given.items()
    }
