"""Rewrite what YAML 1.2 allows and PyYAML refuses. Its scanner (libyaml) is stricter than YAML about tabs and about keys between braces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

from kgbuild.readers.yaml.prepared import Prepared

#: A line of white space, and perhaps a comment, means nothing between values (YAML 1.2 §6.6, `l-comment`). Its white space may be tabs.
_TAB_LINE = re.compile(r"[ \t]*\t[ \t]*(?=[\r\n#]|\Z)")
#: The end of a line that may open a block scalar (§8.1.1). It also matches some lines of text.
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:[ \t]#.*)?\Z")
#: A reserved directive, which is ignored (§6.8), and the lines from it to the beginning of its document.
_RESERVED = re.compile(r"%(?!(?:YAML|TAG)\s)[^\n]*\n(?:(?:%[^\n]*|[ \t]*(?:#[^\n]*)?)\n)*---(?=\s|\Z)")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*")
#: Each repair parses the text twice. The most repairs of a text, and the most characters that are parsed for all of them.
_REPAIRS, _WORK = 100, 50_000_000


def events(text: str) -> int | None:
    """Return the number of PyYAML's events for a text, or None if it refuses the text. No event becomes an object, so this takes little time."""
    import yaml

    try:
        count: int = yaml.CSafeLoader(text).raw_parse()
    except yaml.YAMLError:
        return None
    return count


def repaired(prepared: Prepared) -> Prepared:
    """Return the text rewritten. The errors that PyYAML still reports for it are errors of the text."""
    import yaml

    last = -1
    for _ in range(min(_REPAIRS, 1 + _WORK // (len(prepared.text) + 1))):
        try:
            yaml.CSafeLoader(prepared.text).raw_parse()
        except yaml.YAMLError as error:
            mark: Any = getattr(error, "problem_mark", None)
            at = prepared.offset(mark.index) if mark else -1
            better = _repair(prepared, error, mark.index) if at > last else None
            if better is None:
                break
            last, prepared = at, better
        else:
            return _with_unique_anchors(prepared) if prepared.text.count("&") > 1 else prepared
    return prepared


def _repair(prepared: Prepared, error: Any, at: int) -> Prepared | None:
    """Return the text without the cause of an error, or None if it is an error in YAML 1.2 too. ``at`` is its offset."""
    context = str(error.context)
    if prepared.text[at : at + 1] == "\t" and _TAB_LINE.match(prepared.text, _line_start(prepared.text, at)):
        if "block scalar" in context:
            return _with_indentation(prepared, error.context_mark.index, error.problem_mark.column)
        return _without_tabs(prepared, at)
    if "directive" in context and _RESERVED.match(prepared.text, at := error.context_mark.index):
        return prepared._replace(text=f"{prepared.text[:at]}#{prepared.text[at + 1 :]}")
    if prepared.text.startswith("...", at) and not _bare(prepared.text[:at]):
        return prepared._replace(text=f"{prepared.text[:at]}   {prepared.text[at + 3 :]}")  # the end of no document (§9.2)
    if prepared.text[at : at + 1] == ":" and "expected ',' or '}'" in str(error.problem):
        return _with_explicit_key(prepared, at)
    return None


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _without_tabs(prepared: Prepared, at: int) -> Prepared:
    """Replace the tabs of comment lines by spaces: in the line of the error, and in all later lines that are in no block scalar."""
    start = _line_start(prepared.text, at)
    lines = re.findall(r"[^\n]*(?:\n|\Z)", prepared.text[start:])
    block: int | None = None  # the indentation of a line that may have opened a block scalar, while it is open
    for n, line in enumerate(lines):
        blank = _TAB_LINE.match(line)
        text = line.strip(" \t\r\n")
        indent = len(line) - len(line.lstrip(" "))
        if block is not None and text and indent <= block and not blank:
            block = None
        if blank and (block is None or n == 0):
            lines[n] = " " * blank.end() + line[blank.end() :]
        elif block is None and _HEADER.search(text):
            block = -1 if text.startswith("---") else indent
    return prepared._replace(text=prepared.text[:start] + "".join(lines))


def _with_indentation(prepared: Prepared, header: int, column: int) -> Prepared | None:
    """Write down the indentation of a block scalar. PyYAML does not detect it (§8.1.1.1) from a first line that has only white space."""
    import yaml

    above = [0]  # the columns of the collections that are open
    for event in _events(prepared.text):
        if isinstance(event, yaml.CollectionStartEvent):
            above.append(event.start_mark.column if event.start_mark else 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            above.pop()
    indentation = column - above[-1]
    return prepared.insert((header + 1, str(indentation))) if 1 <= indentation <= 9 else None


def _with_explicit_key(prepared: Prepared, at: int) -> Prepared | None:
    """Mark a key between braces as an explicit one if it spans lines, or if its colon is on a later line.

    PyYAML restricts each key without `?` to one line. YAML 1.2 (§7.4.2, `ns-flow-map-implicit-entry`) restricts only those of block
    mappings and of pairs between brackets.
    """
    import yaml

    before: Any = None
    key: Any = None
    event: Any
    for event in _events(prepared.text):
        if not _is_scalar(event) or event.start_mark.index < event.end_mark.index:  # not the null value of `{a}`
            before, key = key, event
    if not _is_scalar(key):
        return None
    start, end = key.start_mark.index, key.end_mark.index
    first = isinstance(before, yaml.MappingStartEvent)
    if _bare(prepared.text[before.end_mark.index : start]) != ("" if first else ",") or _bare(prepared.text[end:at]):
        return None
    return prepared.insert((start, "? "))


def _is_scalar(event: Any) -> bool:
    import yaml

    return isinstance(event, yaml.ScalarEvent)


def _with_unique_anchors(prepared: Prepared) -> Prepared:
    """Give each anchor that has the name of an earlier one another name, also in its aliases.

    YAML allows the same name again (§7.1); an alias refers to the last anchor before it.
    """
    import yaml

    free = next(word for n in count() if (word := f"_{n}_") not in prepared.text)
    seen: Counter[str] = Counter()
    additions: list[tuple[int, str]] = []
    event: Any
    for event in _events(prepared.text):
        name = getattr(event, "anchor", None)
        if name is None:
            continue
        if not isinstance(event, yaml.AliasEvent):
            seen[name] += 1
        if seen[name] > 1:
            at = event.start_mark.index
            at = at + 1 if isinstance(event, yaml.AliasEvent) else prepared.text.index(f"&{name}", at) + 1
            additions.append((at + len(name), f"{free}{seen[name]}"))
    return prepared.insert(*additions) if additions else prepared


def _bare(text: str) -> str:
    """Return a text between two values without white space and comments."""
    return _COMMENT.sub("", text).strip()


def _events(text: str) -> Iterator[Any]:
    """Yield the events of PyYAML before its first error."""
    import yaml

    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return
