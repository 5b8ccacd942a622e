"""Parameters of a question: the texts that a user gives -> values of the types that the question asks for, or one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kgbuild.errors import UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.model.ids import encode_id, expand
from kgbuild.query.question import Parameter

_WHOLE = re.compile(r"[0-9]{1,18}")


class NodeId(NamedTuple):
    """The id of a node, as a CURIE (KGX, SQL, Cypher) and as an IRI (SPARQL), and as the user wrote it."""

    curie: str
    iri: str
    written: str


Value = NodeId | str | int


def split(given: Iterable[str]) -> dict[str, str]:
    """``name=value`` texts as a dict. Raises UsageError for a text without `=`, and for a name that comes twice."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--param: expected NAME=VALUE, got {text!r}; write it as id=bgee")
        if name in found:
            raise UsageError(f"--param: expected each parameter once, got {name} twice; leave one of them out")
        found[name] = value
    return found


def values(name: str, parameters: Sequence[Parameter], given: Mapping[str, str], vocabulary: RegistryMapping) -> dict[str, Value]:
    """The value of each parameter of a question. Raises UsageError for one that is missing, unknown or of another type."""
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
    told = [f"{p.name} ({p.kind}{f', {p.default} if not given' if p.default is not None else ''})" for p in parameters]
    return ", ".join(told) or "no parameters"


def _value(parameter: Parameter, text: str, vocabulary: RegistryMapping) -> Value:
    if parameter.kind == "number":
        if not _WHOLE.fullmatch(text):
            raise UsageError(f"--param {parameter.name}: expected a whole number, got {text!r}; write it in digits, as {parameter.name}=10")
        return int(text)
    return text if parameter.kind == "text" else node(text, vocabulary)


def node(text: str, vocabulary: RegistryMapping) -> NodeId:
    """A node's id, which a user may write as in records (`bgee`), as a CURIE (`kgr:bgee`) or as an IRI, with or without angle brackets.

    Raises UsageError for an empty one.
    """
    prefixes, spaces = vocabulary.prefixes.prefixes, vocabulary.prefixes.spaces
    bare = text.removeprefix("<").removesuffix(">")
    if not bare:
        raise UsageError("--param: expected an id, got an empty text; write it as in the records (bgee), as a CURIE or as an IRI")
    ours = {prefixes[space]: space for space in set(spaces.values())}
    for base in sorted(ours, key=len, reverse=True):
        if bare.startswith(base):
            return _made(f"{ours[base]}:{bare.removeprefix(base)}", prefixes, text)
    if bare.partition(":")[0] in ours.values() and ":" in bare:
        return _made(bare, prefixes, text)
    return _made(f"{spaces['resource']}:{encode_id(bare)}", prefixes, text)


def _made(curie: str, prefixes: Mapping[str, str], written: str) -> NodeId:
    prefix, _, local = curie.partition(":")
    curie = f"{prefix}:{_encoded(local)}"
    return NodeId(curie, expand(curie, prefixes) or curie, written)


def _encoded(local: str) -> str:
    """An id inside a CURIE or IRI: what is encoded stays so, and what should have been is (SPEC §3)."""
    return "%".join(encode_id(part) for part in local.split("%")) if re.fullmatch(r"(?:[^%]|%[0-9A-F]{2})*", local) else encode_id(local)


def of_a_query(parameters: Sequence[Parameter], given: Mapping[str, str], vocabulary: RegistryMapping) -> dict[str, Value]:
    """The values for a user's own query. What its head does not declare is a node if it is written as an IRI in `<>` or under a prefix of ours,
    else a text."""
    if parameters:
        return values("the query", parameters, given, vocabulary)
    spaces = tuple(f"{space}:" for space in vocabulary.prefixes.spaces.values())
    return {
        name: node(text, vocabulary) if text.startswith(spaces) or (text.startswith("<") and text.endswith(">")) else text
        for name, text in given.items()
    }
