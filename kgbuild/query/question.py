"""The named questions: files ``NAME.rq``, ``NAME.sql`` and ``NAME.cypher``. Their first comment contains the question in words and its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple, cast

from kgbuild.errors import UsageError
from kgbuild.mapping.load import RegistryMapping
from kgbuild.query.lineage import QUESTIONS

Language = Literal["sparql", "sql", "cypher"]
#: The engines that answer a query without a server: kgbuild.lineage, Oxigraph, DuckDB.
Engine = Literal["lineage", "sparql", "sql"]
#: The types of parameters: the id of a node, a text, a whole number.
Kind = Literal["node", "text", "number"]

#: The file ending and the start of a comment in each language.
LANGUAGES: Mapping[Language, tuple[str, str]] = MappingProxyType(
    {"sparql": (".rq", "#"), "sql": (".sql", "--"), "cypher": (".cypher", "//")}
)
FOLDER = Path(__file__).parent / "questions"
_PARAMETER = re.compile(r"\$(?P<name>[a-z]+) \((?P<kind>node|text|number)(?:, (?P<default>[^)]*))?\): (?P<about>.+)")


class Parameter(NamedTuple):
    """A parameter of a question. ``default`` is the text of its default value, None if a value is required."""

    name: str
    kind: Kind
    default: str | None
    about: str


class Question(NamedTuple):
    """A question in words, its parameters, and its text in each language."""

    name: str
    words: str
    parameters: tuple[Parameter, ...]
    texts: Mapping[Language, str]

    @property
    def engine(self) -> Engine:
        """The engine that answers the question unless SQL is requested."""
        return "lineage" if self.name in QUESTIONS else "sparql" if "sparql" in self.texts else "sql"

    def text(self, language: Language, vocabulary: RegistryMapping) -> str:
        """Return the text in a language. ``$not_data`` is replaced by the vocabulary's classes of products that are not data.

        Raises UsageError if there is no text in that language.
        """
        if language not in self.texts:
            raise UsageError(
                f"{self.name}: expected one of {', '.join(self.texts)}, got {language}; this question has no text in other languages"
            )
        return self.texts[language].replace("$not_data", _list(sorted(vocabulary.not_data), language))


def _list(texts: Sequence[str], language: Language) -> str:
    """Return a list of texts in the syntax of SQL or Cypher."""
    escaped = str.maketrans({"'": "\\'", "\\": "\\\\"} if language == "cypher" else {"'": "''"})
    quoted = [f"'{text.translate(escaped)}'" for text in texts]
    return f"[{', '.join(quoted)}]"


def head(text: str, mark: str) -> tuple[str, tuple[Parameter, ...]]:
    """Return the question in words and the parameters, from the comment at the start of a text.

    >>> head("# What is it?\\n#\\n# $id (node): a product\\nASK {}", "#")
    ('What is it?', (Parameter(name='id', kind='node', default=None, about='a product'),))
    """
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith(mark):
            break
        lines.append(line.removeprefix(mark).strip())
    words = " ".join(lines[: lines.index("")] if "" in lines else lines)
    found = [match for line in lines if (match := _PARAMETER.fullmatch(line))]
    return words, tuple(Parameter(match["name"], cast("Kind", match["kind"]), match["default"], match["about"]) for match in found)


@cache
def questions() -> Mapping[str, Question]:
    """Return all named questions by name, sorted."""
    found: dict[str, Question] = {}
    for path in sorted(FOLDER.iterdir()):
        for language, (ending, mark) in LANGUAGES.items():
            if path.suffix == ending:
                text = path.read_text("utf-8")
                words, parameters = head(text, mark)
                existing = found.setdefault(path.stem, Question(path.stem, words, parameters, {}))
                found[path.stem] = existing._replace(texts={**existing.texts, language: text})
    in_order = {name: question._replace(texts=_ordered(question.texts)) for name, question in sorted(found.items())}
    return MappingProxyType(in_order)


def _ordered(texts: Mapping[Language, str]) -> Mapping[Language, str]:
    return {language: texts[language] for language in LANGUAGES if language in texts}


def named(name: str) -> Question:
    """Return a question by its name. Raises UsageError for an unknown name, with similar names."""
    found = questions().get(name)
    if found is None:
        near = nearest(name, questions())
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "`kgbuild query --list` lists the questions, and -e runs the text of a query"
        )
        raise UsageError(f"{name}: expected the name of a question, got another word; {hint}")
    return found


def nearest(name: str, existing: Mapping[str, object] | list[str], most: int = 3) -> list[str]:
    """Return the existing names that are most similar to a name, the most similar first."""
    from difflib import get_close_matches

    from kgbuild.checks.support.nearest import letters

    word = letters(name)
    same = sorted(other for other in existing if letters(other) == word)
    return same[:most] or get_close_matches(name, list(existing), n=most, cutoff=0.7)
