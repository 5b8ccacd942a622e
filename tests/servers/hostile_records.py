"""Records that hold hostile text in every field that takes text, and their export."""

from __future__ import annotations

import json
from pathlib import Path

from paths import TESTS

from kgbuild.options import ExportTarget, ReadOptions
from kgbuild.pipeline.export import export

EXAMPLE = TESTS / "examples" / "hostile-text" / "input"
FOREIGN = "https://example.org/hostile-foreign"
TEXTS = (
    'quotes " \' ` and \\ backslashes \\" \\n \\u0041 \\U0001F600 {} {a: $b} ${x} %s',
    "tab\tand\nlines\r\nand\rmore\x0b\x0c \x85 \u2028 \u2029 end",
    "control \x01 \x1f \x7f \u200b\ufeff and emoji \U0001f600\U0001f468\u200d\U0001f469 and e\u0301",
    "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202c right to left",
    "'; DROP TABLE DB.DBA.RDF_QUAD; --",
    '" . } ; DROP ALL ; INSERT DATA { GRAPH <urn:x-hostile:made> { <a:b> <a:c> "d" } } #',
    f"<{FOREIGN}> }} ; CLEAR GRAPH <{FOREIGN}> ; #",
    "'}) DETACH DELETE n //",
    "^^<http://www.w3.org/2001/XMLSchema#integer> . \n<a:s> <a:p> <a:o> .",
    "  spaces at both ends  ",
    "long " + ("x" * 990 + '"\\\n\u00e9\U0001f600') * 1000,
)


def record(number: int, text: str) -> dict[str, object]:
    short = text[:300]
    listing = {
        "id": f"h{number}.{short[:40]}", "name": short, "description": short, "category": "GraphProduct", "format": short, "product_url": short,
        "license": {"id": short, "label": short}, "warnings": [short], "version": short, "original_source": [short[:60], f"h{number}"],
        "secondary_source": [{"source": f"h{number + 1}", "relation_type": short[:50]}], "latest_version": short,
    }  # fmt: skip
    return {
        "id": f"h{number}", "category": "DataSource", "name": short, "description": text, "synonyms": [short, short[::-1]], "homepage_url": short,
        "taxon": [short], "domains": [short], "version": short, "activity_status": short, "creation_date": short, "infores_id": short,
        "license": {"id": short, "label": short}, "contacts": [{"category": "Individual", "label": short}], "products": [listing],
        short[:30]: text, "collection": [short], "repository": short, "publications": [{"id": short, "title": short}], "warnings": [short],
    }  # fmt: skip


def export_hostile(folder: Path, formats: tuple[str, ...]) -> None:
    """Export records that hold each of the texts in every field that takes text (1 MB in two of them), and those of the golden example."""
    records = [record(number, text) for number, text in enumerate(TEXTS)]
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    inputs = (str(folder / "records.jsonl"), str(EXAMPLE))
    export(ReadOptions(inputs=inputs), ExportTarget(formats=formats, output=folder, qualified=True))
