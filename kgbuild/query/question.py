"""The named questions: files ``NAME.rq``, ``NAME.sql``, ``NAME.cypher``, whose head says the question in words and its parameters."""

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
#: What answers a query without a server: our own lineage code, Oxigraph, DuckDB.
Engine = Literal["lineage", "sparql", "sql"]
#: What a parameter may be: the id of a node, a text, a whole number.
Kind = Literal["node", "text", "number"]

#: Language -> the ending of its files, and what begins a comment.
LANGUAGES: Mapping[Language, tuple[str, str]] = MappingProxyType(
    {"sparql": (".rq", "#"), "sql": (".sql", "--"), "cypher": (".cypher", "//")}
)
FOLDER = Path(__file__).parent / "questions"
_PARAMETER = re.compile(r"\$(?P<name>[a-z]+) \((?P<kind>node|text|number)(?:, (?P<default>[^)]*))?\): (?P<about>.+)")


class Parameter(NamedTuple):
    """What a question must be told. ``default`` is the text of its value where none is given, None where one must be."""

    name: str
    kind: Kind
    default: str | None
    about: str


class Question(NamedTuple):
    """A question in words, its parameters, and its text in each language that it can be asked in."""

    name: str
    words: str
    parameters: tuple[Parameter, ...]
    texts: Mapping[Language, str]

    @property
    def engine(self) -> Engine:
        """What answers the question unless SQL is asked for."""
        return "lineage" if self.name in QUESTIONS else "sparql" if "sparql" in self.texts else "sql"

    def text(self, language: Language, vocabulary: RegistryMapping) -> str:
        """The question in a language, with the vocabulary's classes of products that are not data for ``$not_data``.

        Raises UsageError where there is no such text.
        """
        if language not in self.texts:
            raise UsageError(f"{self.name}: expected one of {', '.join(self.texts)}, got {language}; this question has no other text")
        return self.texts[language].replace("$not_data", _list(sorted(vocabulary.not_data), language))


def _list(texts: Sequence[str], language: Language) -> str:
    """A list of texts as SQL and Cypher write it."""
    escaped = str.maketrans({"'": "\\'", "\\": "\\\\"} if language == "cypher" else {"'": "''"})
    quoted = [f"'{text.translate(escaped)}'" for text in texts]
    return f"[{', '.join(quoted)}]"


def head(text: str, mark: str) -> tuple[str, tuple[Parameter, ...]]:
    """The question in words and the parameters, from the comment that a text begins with.

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
    """All named questions by name, sorted."""
    found: dict[str, Question] = {}
    for path in sorted(FOLDER.iterdir()):
        for language, (ending, mark) in LANGUAGES.items():
            if path.suffix == ending:
                text = path.read_text("utf-8")
                words, parameters = head(text, mark)
                known = found.setdefault(path.stem, Question(path.stem, words, parameters, {}))
                found[path.stem] = known._replace(texts={**known.texts, language: text})
    in_order = {name: question._replace(texts=_ordered(question.texts)) for name, question in sorted(found.items())}
    return MappingProxyType(in_order)


def _ordered(texts: Mapping[Language, str]) -> Mapping[Language, str]:
    return {language: texts[language] for language in LANGUAGES if language in texts}


def named(name: str) -> Question:
    """A question by its name. Raises UsageError for an unknown one, with those that it may stand for."""
    found = questions().get(name)
    if found is None:
        near = nearest(name, questions())
        hint = f"did you mean {' or '.join(near)}?" if near else "`kgbuild query --list` lists them, and -e takes the text of a query"
        raise UsageError(f"{name}: expected the name of a question, got another word; {hint}")
    return found


def nearest(name: str, known: Mapping[str, object] | list[str], most: int = 3) -> list[str]:
    """The known names that a name as written may stand for, the likeliest first."""
    from difflib import get_close_matches

    from kgbuild.checks.support.nearest import letters

    word = letters(name)
    same = sorted(other for other in known if letters(other) == word)
    return same[:most] or get_close_matches(name, list(known), n=most, cutoff=0.7)
