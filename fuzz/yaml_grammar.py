"""Make YAML texts from the pieces that records have: fields, scalars, lists, flow collections, comments, and odd characters between them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

#: Keys as they are written.
KEYS = (
    "id", "name", "layout", "category", "description", "warnings", "license", "label", "homepage_url", "products", "contacts", "taxon",
    "is_public", "edge_count", "product_file_size", "secondary_source", "original_source", "use_instead", "domains", "title", "other",
    '"quoted"', "'single'", '"a: b"', "with space", "a#b", "a:b", "1", "1.5", "true", "null", "~", "", "<<", "é", "\u4e00", "-a", "?a",
    ":a", "&k key", "!!str key", "? id", '? "a"', "[a]", "{a: b}", "a\tb", "a\u00a0b", "a\x85b", "\u2028", "\ufeffid", "no", "0x10",
)  # fmt: skip
#: Plain scalars, and what looks like one.
PLAIN = (
    "a", "goa", "An ontology of things", "http://example.org/a#b", "a,b", "a, b", "a: b", "a:b", "a #b", "a# b", "#a", "a:", ":", "::", ": a",
    "-", "- a", "--", "-a", "---", "--- a", "...", "... a", "?", "? a", "?a", "1", "0", "-0", "+1", "010", "0x1F", "0o17", "0b1", "1_000",
    "1.10", "1.", ".5", "-.5", "1e3", "1E+3", "1.5e-7", ".inf", "-.INF", ".nan", ".NaN", "12:30:45", "2024-01-01", "2024-01-01T00:00:00Z",
    "9223372036854775807", "9223372036854775808", "123456789012345678901234567890", "true", "True", "TRUE", "tRUE", "false", "False", "yes",
    "No", "on", "OFF", "y", "n", "null", "Null", "NULL", "nUll", "~", "", "", "", "=", "<<", "a\u00a0", "\u00a0a", "\u00a0", "\x85",
    "a\x85b", "a\x85", "\x85a", "\u2028", "a\u2028b", "a\u2029", "\u2028a", "\ufeff", "a\ufeffb", "\ufeffa", "\u200b", "\u3000a\u3000",
    "\U0001f600", "\ue085", "\ue000 a", "a\tb", "a\t", "a \t", "\ta", "\t", "a  ", "a\t#b", "a\t# b", "@a", "`a`", "%a", "!a b", "!", "! a",
    "!!str 1", "!!str", "!!str null", "!!int 3", "!!int '3'", "!!null a", "!!bool true", "!!float 1", "!!binary YQ==", "!!map {}", "!!seq []",
    "!<tag:yaml.org,2002:str> 1", "!x {a: b}", "!!set {a}", "&a b", "&a", "&a &b c", "&a [b]", "*a", "*a b", "*b", "&a !!str 1", "| a", "|a",
    "> a", "a | b", "a > b", "a & b", "a * b", "[", "]", "{", "}", "[]", "{}", "[] a", "a [b]", "a {b}", "'", '"', "it's", 'a "b" c',
    '"a" b', "'a' b", "a'", "a\\b", "\\", "a ! b", "a\rb", "x" * 1030, "\x7f", "\x01", "\u0080", "\ufffe", "\x00",
)  # fmt: skip
DOUBLE = (
    "a", "", " a ", "a\\nb", "a\\tb", "\\x41", "\\u0041", "\\U0001F600", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\L\\P\\N\\_", "\\e", "\\0",
    "\\/", "\\a\\b\\v\\f\\r", "\\z", "\\x4", "\\u12", "\\ ", "\\\t", "a\\\n  b", "a\n  b", "a\n\n  b", "a \n \n b", "\n", "a\n", " \n a", "a\t\n\tb",
    "a\nb", "a\n\tb", "\\\n", "a \\\n b", "a: b", "# a", "a #b", "[", "{a}", "'", "\\\"", "a\\\\", "\x85", "a\u2028b", "\u00a0", "\ufeff",
    "\\x85", "\\x7f", "\\x3a", "\\u003a b", "a:\\n", "a\n---\nb", "a\n...\n", "a\n# b\nc", "a\r\n b", "\t", "\ta\t", "null", "1", "\U0001f600",
    "\\U00110000", "\\x00", "\\uFEFF", "a\n\n\n b\n\n",
)  # fmt: skip
SINGLE = (
    "a", "", " a ", "it''s", "''", "a\\nb", "a\n  b", "a\n\n  b", "\n", " \n a", "a\nb", "a\n\tb", "a: b", "# a", "a #b", "[", "{a}", '"', "\x85",
    "a\u2028b", "null", "1", "~", "\t", "a\t\n b", "a\n# b\nc", "a\r\n b", "a\n---\nb", "\ufeff", "\U0001f600", "\\",
)  # fmt: skip
HEADERS = (
    "|", ">", "|-", ">-", "|+", ">+", "|2", ">1", "|1-", ">-1", "|+2", "|0", "|10", "| # c", "> #c", ">#c", "|\t# c", "| ", "|\t", "|-+", "> a",
    "!!str |", "&a >", "|2 ", ">9",
)  # fmt: skip
#: Lines of a block scalar, which get an indentation.
BODIES = (
    "a", "b c", "  more", " more", "\ttab", "", "", " ", "  ", "   ", "\t", " \t", "- a", "a: b", "# a", "'", '"', "a  ", "a\t", "\x85", "\u2028a",
    "\ufeff", "\u00a0", "[", "\U0001f600", "--- a", "... a", "a\rb", "*a", "%a",
)  # fmt: skip
#: What follows a value on its line.
AFTER = (
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    " ",
    "\t",
    " # c",
    "  # c: d",
    "\t# c",
    " #",
    " #\t",
    "#c",
    " \t ",
    " # \u00a0\x85 c",
    " # 'c",
    " # [c",
)
#: Whole lines between fields.
BETWEEN = (
    "", "", " ", "\t", " \t", "  \t ", "# c", "  # c", "\t# c", " \t # c: d", "#", "      # c", "---", "...", "--- # c", "... # c", "--- a",
    "%YAML 1.2", "%TAG ! a", "\u00a0", "\x85", "\u2028", "\ufeff", "- a", "]", "}", "\x0c", "? a", ": b", "*a", "<<: *a", "<<: {a: b}",
)  # fmt: skip
BREAKS = ("\n",) * 40 + ("\r\n",) * 6 + ("\r", "\n\r", "\x85", "\u2028")
COLONS = (": ",) * 30 + (":", ":\t", ":  ", " : ", "\t: ", ": \t", " :")
#: Separators inside flow collections.
COMMAS = (
    ", ", ", ", ", ", ",", " ,", ",,", ", , ", ",\n", ",\n  ", ", # c\n  ", " # c\n , ", " #c, d\n ", ",#c\n ", "#c\n, ", "\n\n , ", ",\t", "\n",
    "\n  ", " \t", ",\n\t", ", #\n",
)  # fmt: skip
OPEN = ("", "", "", "", " ", "\n  ", "\n", " # c\n  ", "\t", "# c\n ", "\n\t", "\n # c\n  ")
FLOW_COLONS = (": ", ": ", ": ", ":", " : ", ":\n  ", "\n : ", ": # c\n  ", " #c\n : ", "\t:\t", " :", "::")
#: Characters that a mutation inserts.
ODD = (
    *"\t\n\r :-?,[]{}#&*!|>'\"%@`\\~=<.019aetn", "\r\n", "\n\n", "\n ", "\n\t", ": ", "- ", " #", "\x85", "\u2028", "\u2029", "\u00a0", "\ufeff",
    "\U0001f600", "\ue085", "---\n", "\n...\n", "&a ", "*a", "!!str ", "!x ", "<<: ", "|\n", ">\n", "? ", "''", '""', "[]", "{}", "\\n", "\\",
)  # fmt: skip


class Grammar:
    """Makes texts from one source of random numbers, so that a seed and a number name a text."""

    def __init__(self, random: Random, real: Sequence[str] = ()) -> None:
        self._random, self._real = random, real
        self._pick = random.choice

    def text(self) -> str:
        """Return a text that is made from the grammar, or a record that is changed in a few places, or both."""
        kind = self._random.random()
        text = self._pick(self._real) if self._real and kind < 0.4 else self._record()
        if kind < 0.55:
            for _ in range(self._random.choice((1, 1, 1, 2, 3, 8))):
                text = self._mutated(text)
        return text

    def _often(self, chance: float) -> bool:
        return self._random.random() < chance

    def _record(self) -> str:
        lines = [f"id: {self._pick(('a', 'goa', '1'))}"] if self._often(0.5) else []
        if self._often(0.5):
            lines += ["layout: resource_detail", "category: DataSource"]
        for _ in range(self._pick((1, 1, 2, 2, 3, 5))):
            lines += self._field("")
            if self._often(0.15):
                lines.append(self._pick(BETWEEN))
        if self._often(0.1):
            lines.insert(0, self._pick(BETWEEN))
        end = self._pick(BREAKS)
        text = end.join(lines) if self._often(0.8) else "".join(line + self._pick(BREAKS) for line in lines)
        return text + (self._pick(BREAKS) if self._often(0.8) else "")

    def _field(self, indent: str, depth: int = 0) -> list[str]:
        """Return the lines of one field of a block mapping."""
        key, common = self._pick(KEYS), self._often(0.7)
        key = KEYS[self._random.randrange(21)] if common else key
        colon = ": " if common else self._pick(COLONS)
        kind = self._random.random()
        if kind < 0.12 and depth < 3:
            return [f"{indent}{key}{colon.rstrip(' ')}", *self._items(indent + self._pick(("", "  ", "  ", " ", "\t")), depth + 1)]
        if kind < 0.2 and depth < 3:
            inner = indent + self._pick(("  ", "  ", " ", "    ", "\t"))
            return [f"{indent}{key}{colon.rstrip(' ')}{self._pick(AFTER)}", *self._fields(inner, depth + 1)]
        return [f"{indent}{key}{colon}{self._value(indent, depth)}"]

    def _fields(self, indent: str, depth: int) -> list[str]:
        lines = [line for _ in range(self._pick((1, 2, 2))) for line in self._field(indent, depth)]
        if self._often(0.1):
            lines.insert(self._random.randrange(len(lines) + 1), self._pick(BETWEEN))
        return lines

    def _items(self, indent: str, depth: int) -> list[str]:
        """Return the lines of a block list."""
        lines: list[str] = []
        for _ in range(self._pick((1, 2, 2, 3))):
            dash = indent + self._pick(
                ("- ", "- ", "- ", "- ", "-", "-\t", "-   ", "- - ", "-\n" + indent + "  ", "- # c\n" + indent + "  ")
            )
            if self._often(0.4) and depth < 3:
                first, *rest = self._fields(indent + "  ", depth + 1)
                lines += [dash + first.lstrip(" "), *rest]
            else:
                lines.append(dash + self._value(indent, depth))
            if self._often(0.1):
                lines.append(self._pick(BETWEEN))
        return lines

    def _value(self, indent: str, depth: int) -> str:
        kind = self._random.random()
        if kind < 0.45:
            return self._pick(PLAIN) + self._pick(AFTER)
        if kind < 0.55:
            return f'"{self._pick(DOUBLE)}"{self._pick(AFTER)}'
        if kind < 0.62:
            return f"'{self._pick(SINGLE)}'{self._pick(AFTER)}"
        if kind < 0.75:
            return self._block(indent)
        if kind < 0.85:
            return self._continued(indent)
        return self._flow(depth) + self._pick(AFTER)

    def _block(self, indent: str) -> str:
        inner = indent + self._pick(("  ", "  ", " ", "", "    "))
        lines = [self._pick(HEADERS)]
        for _ in range(self._pick((0, 0, 1, 2, 3))):
            line = self._pick(BODIES)
            lines.append(inner + line if line.strip(" ") and self._often(0.9) else line)
        return "\n".join(lines)

    def _continued(self, indent: str) -> str:
        """Return a plain scalar of several lines."""
        lines = [self._pick(PLAIN)]
        for _ in range(self._pick((1, 1, 2))):
            if self._often(0.2):
                lines.append(self._pick(BETWEEN))
            lines.append(indent + self._pick(("  ", " ", "  ", "\t", "")) + self._pick(PLAIN) + self._pick(AFTER))
        return "\n".join(lines)

    def _flow(self, depth: int) -> str:
        """Return a flow collection."""
        parts: list[str] = []
        mapping = self._often(0.5)
        for n in range(self._pick((0, 1, 1, 2, 2, 3))):
            parts.append(self._pick(COMMAS) if n else "")
            entry = self._flow_node(depth + 1)
            if self._often(0.75 if mapping else 0.15):
                entry = self._pick(("", "", "", "", "? ")) + entry + self._pick(FLOW_COLONS) + self._flow_node(depth + 1)
            parts.append(entry)
        if self._often(0.15):
            parts.append(self._pick(COMMAS))
        opening, closing = "{}" if mapping else "[]"
        return opening + self._pick(OPEN) + "".join(parts) + self._pick(OPEN) + closing

    def _flow_node(self, depth: int) -> str:
        kind = self._random.random()
        if kind < 0.12 and depth < 4:
            return self._flow(depth)
        if kind < 0.2:
            return f'"{self._pick(DOUBLE)}"'
        if kind < 0.27:
            return f"'{self._pick(SINGLE)}'"
        return self._pick(("a", "b", "c d", "id", "x")) if kind < 0.75 else self._pick(PLAIN)

    def _mutated(self, text: str) -> str:
        """Return the text with one change: characters inserted, removed or repeated, or lines removed, repeated, moved or indented."""
        at = self._random.randrange(len(text) + 1)
        kind = self._random.randrange(8)
        if kind <= 2:
            return text[:at] + self._pick(ODD) + text[at:]
        if kind == 3:
            return text[:at] + text[at + self._pick((1, 1, 2, 5)) :]
        if kind == 4:
            return text[:at] + text[at : at + 3] + text[at:]
        lines = text.split("\n")
        n, m = self._random.randrange(len(lines)), self._random.randrange(len(lines))
        if kind == 5:
            lines[n] = self._pick((" ", "  ", "\t", "- ", "# ")) + lines[n] if self._often(0.5) else lines[n].lstrip()
        elif kind == 6:
            lines.insert(n, lines[m] if self._often(0.5) else self._pick(BETWEEN))
        else:
            del lines[n]
        return "\n".join(lines)
