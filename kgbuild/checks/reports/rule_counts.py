"""How often each rule finds something in a real registry, for docs/rules.md. The figures are in rule_counts.json, which a test writes anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

PATH = Path(__file__).with_suffix(".json")


class RuleCounts(Struct, frozen=True, kw_only=True):
    """The findings of each rule in one registry: by default, and if the rule is selected.

    ``source`` says where the records are from, and ``date`` is their date. A rule that is off by default has no findings by default.
    """

    source: str
    date: str
    counts: Mapping[str, tuple[int, int]]

    def cell(self, code: str) -> str:
        """Return the figures of a rule as text; an empty one for a rule that was not counted.

        >>> counts = RuleCounts(source="", date="", counts={"A": (1200, 1200), "B": (0, 3)})
        >>> counts.cell("A"), counts.cell("B"), counts.cell("C")
        ('1,200', '0 (3)', '')
        """
        if code not in self.counts:
            return ""
        default, selected = self.counts[code]
        return f"{default:,}" if default == selected else f"{default:,} ({selected:,})"


def read() -> RuleCounts:
    """Return the figures of the built-in file."""
    return msgspec.json.decode(PATH.read_bytes(), type=RuleCounts)


def render(counts: RuleCounts) -> bytes:
    """Return the text of the file, with one rule on each line."""
    lines = ",\n".join(f'    "{code}": [{default}, {selected}]' for code, (default, selected) in sorted(counts.counts.items()))
    head = "".join(f'  "{name}": {msgspec.json.encode(getattr(counts, name)).decode()},\n' for name in ("source", "date"))
    return f'{{\n{head}  "counts": {{\n{lines}\n  }}\n}}\n'.encode()
