"""`kgbuild check --fix` and `--diff`: what is fixed, what is left and why, and that nothing else in the files changes."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paths import ROOT, TESTS
from running import Write, run_command

from kgbuild.checks.view import EntryRef, StatedClaim
from kgbuild.errors import OutputError
from kgbuild.mapping.load import load_mapping
from kgbuild.model import edits
from kgbuild.model.edits import Change, FileEdit
from kgbuild.model.finding import Finding, fingerprint
from kgbuild.model.graph import Listing
from kgbuild.options import ReadOptions
from kgbuild.pipeline import apply_edits
from kgbuild.pipeline import fix as fixing
from kgbuild.pipeline.audit import Raised
from kgbuild.pipeline.read import ReadResult, open_run
from kgbuild.pipeline.stated_claims import StatedClaims

VOCABULARY = load_mapping()

#: A page whose product has a source twice, in both shapes, and an old id, among comments and quotes of all kinds.
PAGE = """\
---
# what we know of it
layout: resource_detail
id: a
category: DataSource  # not a graph
name: 'A'
products:
- id: "a.tsv"
  category: Product
  name: A as a table
  original_source:
  # from the paper
  - source: b
    relation_type: prov:hadPrimarySource
  - 'c'
  - {source: "b", relation_type: prov:hadPrimarySource}  # also in the paper
  - source: d
    relation_type: prov:wasDerivedFrom

  - source: c
    relation_type: prov:hadPrimarySource
  secondary_source: [e , do,  "medline", e]
---
# A

- source: b
- source: b
"""
COPY = """\
---
layout: product_detail
id: a.tsv
category: Product
name: A as a table
original_source:
- {source: b, relation_type: prov:hadPrimarySource}
- c
- {source: b, relation_type: prov:hadPrimarySource}
- {source: d, relation_type: prov:wasDerivedFrom}
- c
secondary_source:
- e
- do
- medline
- e
---
"""


def page(sources: str, *, id: str = "a", product: str = "a.tsv", more: str = "") -> str:
    """A page of a resource with one product; ``sources`` are lines of it."""
    listing = f"products:\n- id: {product}\n  category: Product\n  name: N\n{sources}"
    return f"---\nlayout: resource_detail\nid: {id}\ncategory: DataSource\nname: A\n{more}{listing}---\nBody.\n"


def source_of(folder: Path) -> ReadResult:
    return open_run(ReadOptions(inputs=(str(folder),), keep_going=True, copies=True, lenient=True, follow_links=True)).read()


def raised(source: ReadResult, code: str, about: str, field: str, value: str, suggestion: str | None = None) -> Raised:
    """A finding about the first thing that is said of ``about``, as a rule would raise it."""
    said: list[StatedClaim] = sorted((said for said in StatedClaims(source.batches, {}) if said.about == about), key=lambda said: said.file)
    finding = Finding(
        code=code, severity="warning", message="", subject=about, object=value, field=field, suggestion=suggestion,
        fingerprint=fingerprint(code, about, value, field),
    )  # fmt: skip
    listed = [one for one in said if isinstance(one.says, Listing)]
    return Raised(finding, EntryRef((listed or said)[0], field, value), ())


def fix(folder: Path, *wanted: tuple[str, ...]) -> fixing.FixPlan:
    """Fix findings, each given as code, subject, field, value and suggestion."""
    source = source_of(folder)
    plan = fixing.plan([raised(source, *one) for one in wanted], source, VOCABULARY)
    apply_edits.apply(plan.edits)
    return plan


def left(plan: fixing.FixPlan) -> list[str]:
    return [str(one).partition(" is not fixed: ")[2] for one in plan.left]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


TWICE_B = ("LS002", "kgr:a.tsv", "original", "b")
TWICE_C = ("LS002", "kgr:a.tsv", "original", "c")
TWICE_E = ("LS002", "kgr:a.tsv", "secondary", "e")
OLD_DO = ("RF002", "kgr:a.tsv", "secondary", "do", "doid")
OLD_MEDLINE = ("RF002", "kgr:a.tsv", "secondary", "medline", "pubmed")
ALL = (TWICE_B, TWICE_C, TWICE_E, OLD_DO, OLD_MEDLINE)

FIXED_PAGE = PAGE.replace(
    """
  - source: c
    relation_type: prov:hadPrimarySource
  secondary_source: [e , do,  "medline", e]
""",
    """
  secondary_source: [e , doid,  "pubmed"]
""",
)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
def test_fixed_in_a_page(records: Write, end: str, bom: bytes) -> None:
    """What both entries of `b` have a comment for is left; all else changes to the letter, and nothing else does."""
    folder = records({"a.md": bom + PAGE.replace("\n", end).encode()})
    plan = fix(folder, *ALL)
    assert (folder / "a.md").read_bytes() == bom + FIXED_PAGE.replace("\n", end).encode()
    assert left(plan) == [f"{folder}/a.md: each of the entries has a comment, an anchor or a layout that prevents its removal"]
    assert [item.finding.object for item in plan.fixed] == ["c", "e", "do", "medline"]


def test_fixed_in_every_copy_or_in_none(records: Write) -> None:
    """The comments of one page keep `b` twice in its copies too."""
    copy = PAGE.replace("id: a\n", "id: b\n")
    folder = records({"a.md": PAGE, "b.md": copy, "product/a.tsv.md": COPY})
    plan = fix(folder, *ALL)
    assert (folder / "a.md").read_text() == FIXED_PAGE
    assert (folder / "b.md").read_text() == FIXED_PAGE.replace("id: a\n", "id: b\n")
    fixed = COPY.replace("- c\nsecondary", "secondary").replace("- do\n- medline\n- e\n", "- doid\n- pubmed\n")
    assert (folder / "product/a.tsv.md").read_text() == fixed
    assert len(plan.edits) == 3
    before = contents(folder)
    assert fix(folder, TWICE_B).edits == ()
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("- do", "- doid", id="plain"),
        pytest.param("- 'do'", "- 'doid'", id="single quotes"),
        pytest.param('- "do" # old', '- "doid" # old', id="double quotes"),
        pytest.param('- "\\x64o"', '- "doid"', id="escape"),
        pytest.param("-   source: do   # old", "-   source: doid   # old", id="block"),
        pytest.param("- {relation_type: prov:used, source: do}", "- {relation_type: prov:used, source: doid}", id="flow"),
        pytest.param("- {source: 'do'}", "- {source: 'doid'}", id="flow with quotes"),
        pytest.param('- "source" : "do"', '- "source" : "doid"', id="quoted key"),
        pytest.param("-\n    source: do", "-\n    source: doid", id="dash above"),
    ],
)
def test_old_id_in_every_shape(records: Write, old: str, new: str) -> None:
    folder = records({"a.md": page(f"  original_source:\n  - x\n  {old}\n")})
    plan = fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "doid"))
    assert left(plan) == []
    assert (folder / "a.md").read_text() == page(f"  original_source:\n  - x\n  {new}\n")


def test_old_id_instead_of_a_list(records: Write) -> None:
    folder = records({"a.md": page("  original_source: do\n")})
    fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "doid"))
    assert (folder / "a.md").read_text() == page("  original_source: doid\n")


def test_old_id_beside_the_new_one(records: Write) -> None:
    """Where the new id is there already, another entry of it would be a source twice."""
    folder = records({"a.md": page("  original_source:\n  - doid\n  - {source: do, relation_type: prov:hadPrimarySource}\n  - x\n")})
    plan = fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "doid"))
    assert (folder / "a.md").read_text() == page("  original_source:\n  - doid\n  - x\n")
    assert len(plan.fixed) == 1


def test_old_id_beside_the_new_one_with_another_relation(records: Write) -> None:
    folder = records({"a.md": page("  original_source:\n  - doid\n  - {source: do, relation_type: prov:used}\n")})
    fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "doid"))
    assert (folder / "a.md").read_text() == page("  original_source:\n  - doid\n  - {source: doid, relation_type: prov:used}\n")


def test_old_id_that_no_alias_knows(records: Write) -> None:
    folder = records({"a.md": page("  original_source:\n  - do\n")})
    assert left(fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "dodo"))) == ["the table of aliases does not have this id"]


@pytest.mark.parametrize(
    ("sources", "fixed"),
    [
        pytest.param("[b, c, b]", "[b, c]", id="last"),
        pytest.param("[b, b, c]", "[b, c]", id="second"),
        pytest.param("[ b,b, b ]", "[ b ]", id="three times"),
        pytest.param("[b, c, b,]", "[b, c,]", id="comma at the end"),
        pytest.param("['b', {source: b, relation_type: prov:hadPrimarySource}]", "['b']", id="both shapes"),
        pytest.param("[b, {source: b, note: more}]", "[{source: b, note: more}]", id="the second says more"),
        pytest.param("[b,\n    c,\n    b]", "[b,\n    c]", id="lines"),
    ],
)
def test_source_twice_in_a_flow_list(records: Write, sources: str, fixed: str) -> None:
    folder = records({"a.md": page(f"  original_source: {sources}\n")})
    assert left(fix(folder, TWICE_B)) == []
    assert (folder / "a.md").read_text() == page(f"  original_source: {fixed}\n")


BOUND = "each of the entries has a comment, an anchor or a layout that prevents its removal"
DIFFER = "the entries differ"


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        pytest.param("\n  - {source: b, relation_type: prov:used}\n  - b", DIFFER, id="two relation types"),
        pytest.param("\n  - {source: b, note: one}\n  - {source: b, note: two}", DIFFER, id="two notes"),
        pytest.param("\n  - b # one\n  - b # two", BOUND, id="comments behind"),
        pytest.param("\n  # one\n  - b\n  # two\n  - b", BOUND, id="comments above"),
        pytest.param("\n  # one\n  - b\n  - source: b\n    # two\n    relation_type: prov:hadPrimarySource", BOUND, id="comment inside"),
        pytest.param("\n  - b # one\n  -\n    source: b", BOUND, id="dash above"),
        pytest.param("\n  # one\n  - &b b\n  - *b", BOUND, id="alias"),
        pytest.param("\n  # one\n  - b\n  - !!str b", BOUND, id="tag"),
        pytest.param("\n  # one\n  - b\n  - |-\n    b", BOUND, id="block scalar"),
        pytest.param("[b, # one\n  b]", BOUND, id="comment in a flow list"),
    ],
)
def test_source_twice_that_is_left(records: Write, sources: str, why: str) -> None:
    text = page(f"  original_source: {sources}\n")
    folder = records({"a.md": text})
    plan = fix(folder, TWICE_B)
    assert left(plan) == [f"{folder}/a.md: {why}"]
    assert (folder / "a.md").read_text() == text


@pytest.mark.parametrize(
    ("sources", "more", "why"),
    [
        pytest.param("\n  - *old", "tags: [&old do]\n", "the value has an anchor, a tag or an alias", id="alias"),
        pytest.param("\n  - &old do", "", "the value has an anchor, a tag or an alias", id="anchor"),
        pytest.param("\n  - !!str do", "", "the value has an anchor, a tag or an alias", id="tag"),
        pytest.param("\n  - >-\n    do", "", "the value spans several lines", id="block scalar"),
        pytest.param("\n  - do\n  name: M", "", "the file has a duplicate key", id="key twice"),
        pytest.param("\n  - <<: *old", "tags: [&old {source: do}]\n", "the value is not at the place where it was read", id="merge key"),
    ],
)
def test_old_id_that_is_left(records: Write, sources: str, more: str, why: str) -> None:
    text = page(f"  original_source: {sources}\n", more=more)
    folder = records({"a.md": text})
    plan = fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "doid"))
    assert left(plan) == [f"{folder}/a.md: {why}"]
    assert (folder / "a.md").read_text() == text


def test_a_value_that_needs_quotes(records: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loaders would read it as something else than text, so it gets quotes where the old one needed none."""
    monkeypatch.setitem(VOCABULARY.aliases, "do", "1e3")
    folder = records({"a.md": page("  original_source:\n  - do\n")})
    fix(folder, ("RF002", "kgr:a.tsv", "original", "do", "1e3"))
    assert (folder / "a.md").read_text() == page("  original_source:\n  - '1e3'\n")


def test_values_of_the_vocabulary(records: Write) -> None:
    """In the record, in both of its lists, in its products and their pages; with what surrounds them as it was."""
    text = page("  format: TSV  # a table\n  compression: 'gz'\n", more='activity_status: "Active"\ndomains: [ Bio-Medical, genomics ]\n')
    other = text.replace("id: a\n", "id: b\n").replace("activity_status", "x_status")
    folder = records({"a.md": text, "b.md": other, "p.md": "---\nlayout: product_detail\nid: a.tsv\nname: N\nformat: TSV\n---\n"})
    plan = fix(
        folder,
        ("FM002", "kgr:a.tsv", "format", "TSV", "tsv"),
        ("FM002", "kgr:a.tsv", "compression", "gz", "gzip"),
        ("FM002", "kgr:a", "activity_status", "Active", "active"),
        ("FM002", "kgr:a", "domain", "Bio-Medical", "biomedical"),
    )
    assert left(plan) == []
    fixed = text.replace("TSV", "tsv").replace("'gz'", "'gzip'").replace('"Active"', '"active"').replace("Bio-Medical", "biomedical")
    assert (folder / "a.md").read_text() == fixed
    assert (folder / "b.md").read_text() == other.replace("TSV", "tsv").replace("'gz'", "'gzip'")
    assert (folder / "p.md").read_text() == "---\nlayout: product_detail\nid: a.tsv\nname: N\nformat: tsv\n---\n"


def test_relation_type(records: Write) -> None:
    """It stands in an entry of a list of sources; the source of the same name is none."""
    text = page("  original_source:\n  - {source: prov:Used, relation_type: prov:Used}\n")
    folder = records({"a.md": text})
    fix(folder, ("FM002", "kgr:a.tsv", "original", "prov:Used", "prov:used"))
    assert (folder / "a.md").read_text() == text.replace("relation_type: prov:Used", "relation_type: prov:used")


def test_value_in_two_parts_of_a_field(records: Write) -> None:
    text = page("", more="contacts:\n- category: organisation\n  label: organisation\n")
    folder = records({"a.md": text})
    plan = fix(folder, ("FM002", "kgr:a", "contact", "organisation", "organization"))
    assert left(plan) == [f"{folder}/a.md: more than one part of the field has this value"]
    assert (folder / "a.md").read_text() == text


def test_white_space_around_a_value(records: Write) -> None:
    """Whatever the rule: a finding whose suggestion is the value without it."""
    text = page("  original_source:\n  - ' b'\n  - {source: \"b \"}\n")
    folder = records({"a.md": text})
    plan = fix(folder, ("RF001", "kgr:a.tsv", "original", " b", "b"), ("RF001", "kgr:a.tsv", "original", "b ", "b"))
    assert left(plan) == []
    assert (folder / "a.md").read_text() == page("  original_source:\n  - 'b'\n")


def test_a_suggestion_alone_fixes_nothing(records: Write) -> None:
    folder = records({"a.md": page("  original_source:\n  - bb\n")})
    plan = fix(folder, ("RF001", "kgr:a.tsv", "original", "bb", "b"))
    assert plan == fixing.FixPlan((), (), (), ())


LINE = (
    '{"id": "a", "category": "DataSource", "products": [{"id": "a.tsv" , "original_source": ["b", {"source":"do"},  "b"], "n": 1e3}]}\r\n'
    "\n"
    '{"id": "b\\u0041", "products": [{"id": "a.tsv", "original_source": [ "b",\t"b" , "\\u0064o" ], "x": "\\u00e9"}]}'
)
FIXED_LINE = LINE.replace(',  "b"]', "]").replace('"source":"do"', '"source":"doid"').replace('"b",\t"b" , "\\u0064o"', '"b" , "doid"')


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
@pytest.mark.parametrize("name", ["r.jsonl", "r.NDJSON"])
def test_json_lines(records: Write, bom: bytes, name: str) -> None:
    folder = records({name: bom + LINE.encode()})
    plan = fix(folder, TWICE_B, ("RF002", "kgr:a.tsv", "original", "do", "doid"))
    assert left(plan) == []
    assert (folder / name).read_bytes() == bom + FIXED_LINE.encode()


def test_json(records: Write) -> None:
    text = '{\n "resources": [\n  {"id": "a", "products": [{\n   "id": "a.tsv", "original_source": [\n        "b",\n        "b"\n   ]\n  }]}\n ]\n}\n'
    folder = records({"r.json": text})
    assert left(fix(folder, TWICE_B)) == []
    assert (folder / "r.json").read_text() == text.replace(',\n        "b"\n', "\n")


def test_yaml_of_several_documents(records: Write) -> None:
    """The same place in another document is another place."""
    first, second = (f"id: {id}\ncategory: DataSource\nproducts:\n- id: {id}.tsv\n  original_source: [b, b]\n" for id in "ca")
    folder = records({"r.yaml": f"# all\n{first}---\n{second}...\n"})
    assert left(fix(folder, TWICE_B)) == []
    assert (folder / "r.yaml").read_text() == f"# all\n{first}---\n{second}...\n".replace(f"{second}", second.replace("[b, b]", "[b]"))


def test_yaml_container(records: Write) -> None:
    text = "resources:\n- id: z\n  products: []\n- id: a\n  products:\n  - id: a.tsv\n    original_source:\n    - b\n    - b\n"
    folder = records({"r.yml": text})
    assert left(fix(folder, TWICE_B)) == []
    assert (folder / "r.yml").read_text() == text.removesuffix("    - b\n")


@pytest.mark.parametrize("name", ["r.tar.gz", "r.zip", "r.jsonl.gz"])
def test_places_that_cannot_be_changed(records: Write, tmp_path: Path, name: str) -> None:
    import gzip
    import io
    import tarfile
    import zipfile

    text = page("  original_source:\n  - b\n  - b\n", id="c").encode()
    packed = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(packed, "w") as zipped:
            zipped.writestr("c.md", text)
    elif name.endswith(".tar.gz"):
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            member = tarfile.TarInfo("c.md")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    else:
        packed.write(gzip.compress(LINE.encode()))
    folder = records({"a.md": text.replace(b"id: c\n", b"id: a\n"), name: packed.getvalue()})
    before = contents(folder)
    inside = "" if name.endswith(".jsonl.gz") else "!/c.md"
    assert left(fix(folder, TWICE_B)) == [f"it is also in {folder}/{name}{inside}, which kgbuild cannot change; unpack it first"]
    assert contents(folder) == before


def test_a_file_that_cannot_be_read_may_have_it_too(records: Write) -> None:
    folder = records(
        {"a.md": page("  original_source:\n  - b\n  - b\n"), "z.md": "---\nid: z\nname: [a.tsv\n---\n", "y.md": "---\na: [\n---\n"}
    )
    assert left(fix(folder, TWICE_B)) == [f"{folder}/z.md may contain it too, and cannot be read"]
    (folder / "z.md").unlink()
    assert len(fix(folder, TWICE_B).fixed) == 1


def test_a_file_that_cannot_be_written(records: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = records({"a.md": page("  original_source:\n  - b\n  - b\n")})
    monkeypatch.setattr("kgbuild.pipeline.fix.os.access", lambda path, mode: False)
    assert left(fix(folder, TWICE_B)) == [f"it is in {folder}/a.md, which cannot be written"]


def test_records_outside_the_input(records: Write) -> None:
    folder = records({"a.md": page("  original_source:\n  - b\n  - b\n  - x.tsv\n  - a\n  - a.zip\n")})
    assert fix(folder, TWICE_B).outside == ("b", "x")


def test_a_file_that_changed_since_it_was_read(records: Write) -> None:
    text = page("  original_source:\n  - b\n  - b\n")
    folder = records({"a.md": text, "b.md": text.replace("id: a\n", "id: b\n")})
    source = source_of(folder)
    finding = raised(source, *TWICE_B)
    made = fixing.plan([finding], source, VOCABULARY)
    (folder / "b.md").write_text(text)
    assert left(fixing.plan([finding], source, VOCABULARY)) == [f"{folder}/b.md: the file has changed since it was read"]
    with pytest.raises(OutputError, match=r"b\.md: expected the file as it was read, got another; no file was changed, run kgbuild again"):
        apply_edits.apply(made.edits)
    assert contents(folder) == {"a.md": text.encode(), "b.md": text.encode()}


def test_links_and_modes_stay(records: Write, tmp_path: Path) -> None:
    folder = records({"a.md": page("  original_source:\n  - b\n  - b\n")})
    real = tmp_path / "elsewhere.md"
    (folder / "a.md").rename(real)
    real.chmod(0o640)
    (folder / "a.md").symlink_to(real)
    fix(folder, TWICE_B)
    assert (folder / "a.md").is_symlink()
    assert real.read_text() == page("  original_source:\n  - b\n")
    assert real.stat().st_mode & 0o777 == 0o640


# The renames


def files(folder: Path, count: int) -> tuple[list[FileEdit], dict[str, bytes], dict[str, bytes]]:
    """Files with an edit each, as they are and as they will be."""
    folder.mkdir(exist_ok=True)
    old = {f"{n}.md": f"{n}: old\n".encode() * 50 for n in range(count)}
    made = []
    for name, data in old.items():
        (folder / name).write_bytes(data)
        change = Change(data.index(b"old"), data.index(b"old") + 3, b"new")
        path = str(folder / name)
        made.append(FileEdit(shown=path, path=path, sha256=hashlib.sha256(data).digest(), changes=(change,)))
    return made, old, {name: data.replace(b"old", b"new", 1) for name, data in old.items()}


def test_a_rename_that_fails_puts_all_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, old, _ = files(tmp_path / "r", 5)
    replace = os.replace

    def failing(source: str | Path, target: str | Path) -> None:
        if str(target).endswith("3.md") and str(source).endswith(".new"):
            raise OSError(5, "no way")
        replace(source, target)

    monkeypatch.setattr("kgbuild.pipeline.apply_edits.os.replace", failing)
    with pytest.raises(OutputError) as error:
        apply_edits.apply(made)
    assert str(error.value) == f"{tmp_path}/r/3.md: expected a file that can be replaced, got 'no way'; no file was changed"
    assert contents(tmp_path / "r") == old


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, old, _ = files(tmp_path / "r", 3)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kgbuild.pipeline.apply_edits.os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        apply_edits.apply(made)
    assert contents(tmp_path / "r") == old


def without_litter(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("[!.]*"))}


APPLY = """
import sys
from pathlib import Path
from test_fix import files
from kgbuild.pipeline import apply_edits
made, _, _ = files(Path(sys.argv[1]), 60)
print("ready", flush=True)
apply_edits.apply(made)
"""


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """All files are old or all are new, and the next run leaves no litter."""
    folder = tmp_path / "r"
    _, old, new = files(folder, 60)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, TESTS, TESTS / "pipeline")))}
    chance = random.Random(0)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", APPLY, folder], env=environment, stdout=subprocess.PIPE, start_new_session=True)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.12))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        until = time.monotonic() + 5  # the renames are done by a process of their own, which ends what was begun
        while (found := without_litter(folder)) not in (old, new) and time.monotonic() < until:
            time.sleep(0.01)
        assert found in (old, new)
    made, _, new = files(folder, 60)
    apply_edits.apply(made)
    assert contents(folder) == new


# The diff


def patched(data: bytes, diff: bytes) -> bytes:
    """What `patch` makes of a text, strictly."""
    old, out, at = data.splitlines(keepends=True), list[bytes](), 0
    lines = diff.splitlines(keepends=True)
    for n, line in enumerate(lines):
        if line.startswith((b"---", b"+++", b"\\")):
            continue
        body = line[1:]
        if n + 1 < len(lines) and lines[n + 1].startswith(b"\\"):
            body = body.removesuffix(b"\n")
        if line.startswith(b"@@"):
            first, _, count = line.split()[1][1:].partition(b",")
            start = int(first) - (1 if count != b"0" else 0)
            out += old[at:start]
            at = start
        elif line.startswith(b"+"):
            out.append(body)
        else:
            assert old[at] == body
            at += 1
            if line.startswith(b" "):
                out.append(body)
    return b"".join([*out, *old[at:]])


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=40), st.booleans(), st.data())
@settings(deadline=None)
def test_a_diff_says_what_is_done(tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: bool, data: st.DataObject) -> None:
    text = "".join(f"{line}\n" for line in lines).encode()
    text = text if end else text.removesuffix(b"\n")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    changes = [Change(a, b, data.draw(st.sampled_from([b"", b"x", b"x\ny\n"]))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    path = tmp_path_factory.getbasetemp() / "diff.md"
    path.write_bytes(text)
    edit = FileEdit(shown="diff.md", path=str(path), sha256=hashlib.sha256(text).digest(), changes=tuple(changes))
    assert patched(text, b"".join(edits.diff([edit]))) == edits.edited(text, changes)


# A law: whatever the shapes, what is said stays said, once, and other lines stay

RELATIONS = ("prov:hadPrimarySource", "prov:used")
SHAPES = ("{id}", "'{id}'", '"{id}"', "source: {id}\n    relation_type: {relation}", "{{source: {id}, relation_type: {relation}}}")
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["b", "c", "do", "doid"]), st.sampled_from(SHAPES), st.sampled_from(RELATIONS), st.booleans()),
    min_size=1,
    max_size=7,
)


def said(source: ReadResult) -> set[tuple[str, str]]:
    """What the listing is made from, by the ids in use."""
    aliases = VOCABULARY.aliases
    return {
        (aliases.get(s.id, s.id), s.relation)
        for one in StatedClaims(source.batches, {})
        if isinstance(one.says, Listing)
        for s in one.says.sources
    }


def faults(source: ReadResult) -> Iterable[tuple[str, ...]]:
    ids = [s.id for one in StatedClaims(source.batches, {}) if isinstance(one.says, Listing) for s in one.says.sources]
    yield from (("LS002", "kgr:a.tsv", "original", id) for id in sorted({id for id in ids if ids.count(id) > 1}))
    yield from (("RF002", "kgr:a.tsv", "original", id, "doid") for id in sorted({*ids} & {"do"}))


@given(ENTRIES, st.booleans())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_said_stays_said(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str, str, bool]], windows: bool
) -> None:
    lines = [f"  - {shape.format(id=id, relation=relation)}{'  # ' + id if noted else ''}\n" for id, shape, relation, noted in entries]
    text = page(f"  original_source:\n{''.join(lines)}  format: tsv\n")
    text = text.replace("\n", "\r\n") if windows else text
    folder = tmp_path_factory.getbasetemp() / "law"
    folder.mkdir(exist_ok=True)
    (folder / "a.md").write_bytes(text.encode())
    before = source_of(folder)
    plan = fix(folder, *faults(before))
    after = source_of(folder)
    assert said(before) == said(after)
    kept = iter(text.splitlines(keepends=True))
    for line in (folder / "a.md").read_bytes().decode().splitlines(keepends=True):
        assert any(line in (old, old.replace("do", "doid", 1)) for old in kept)  # in their order; what is missing was taken out
    assert (folder / "a.md").read_text().count("#") == text.count("#")
    gone = {one.finding.fingerprint for one in plan.fixed}
    again = [raised(after, *one) for one in faults(after)]
    assert not gone & {one.finding.fingerprint for one in again if one.finding.object != "doid"}
    assert fixing.plan([one for one in again if one.finding.fingerprint in gone], after, VOCABULARY).edits == ()


# The command


def check(*arguments: str | Path) -> tuple[int, str, str]:
    result = run_command(["check", "--no-cache", "--isolated", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


REGISTRY: Mapping[str, str] = {
    "a.md": page("  original_source:\n  - b\n  - b\n  format: TSV\n"),
    "b.md": page("  original_source:\n  - b\n  - b\n  format: TSV\n", id="b"),
}
OUTSIDE = "records outside the input may contain copies: b\n"
CODES = ("--select", "LS002,FM002")


def test_fix(records: Write) -> None:
    folder = records(REGISTRY)
    code, out, err = check(folder, *CODES, "--fix", "--fail-on", "info")
    assert (code, err) == (0, "2 findings fixed, in 2 files\n")
    assert "nothing found in 2 files; 2 fixed" in out
    fixed = contents(folder)
    assert fixed["a.md"].decode() == page("  original_source:\n  - b\n  format: tsv\n")
    assert check(folder, *CODES, "--fix", "--fail-on", "info")[0] == 0
    assert contents(folder) == fixed


def test_fix_of_every_rule_that_is_fixed(records: Write) -> None:
    """As they are found: each rule's findings carry what the fix needs."""
    lists = "  original_source:\n  - 'do'  # old\n  - ' b'\n  - {source: c, relation_type: prov:Used}\n  - c\n  secondary_source: [x, x]\n"
    texts = {
        "a.md": page(f"{lists}  format: Tsv\n", more="activity_status: actve\ndomains: [genomic]\n"),
        "b.md": page(f"{lists}  format: Tsv\n", id="b"),
        "doid.md": page("", id="doid", product="doid.owl"),
        "c.md": page("", id="c", product="c.tsv"),
        "o.md": "---\nlayout: organization_detail\nid: o\ncategory: Organisation\nname: O\n---\n",
        "a.tsv.md": "---\nlayout: product_detail\nid: a.tsv\ncategory: Product\nname: N\noriginal_source: [do, c, ' b']\n---\n",
    }
    fixed = {
        name: text.replace("'do'", "'doid'").replace("[do", "[doid").replace("' b'", "'b'").replace("prov:Used", "prov:used")
        .replace("[x, x]", "[x]").replace("Tsv", "tsv").replace("actve", "active").replace("[genomic]", "[genomics]")
        .replace("Organisation", "Organization")
        for name, text in texts.items()
    }  # fmt: skip
    folder = records(texts)
    _, out, err = check(folder, "--select", "RF,FM002,LS002", "--fix", "--format", "jsonl")
    found = [json.loads(line) for line in out.splitlines()]
    assert [(one["code"], one["object"]) for one in found if one["code"] in ("RF001", "RF002", "FM002", "LS002")] == [
        ("RF001", "kgr:x"),
        ("LS002", "kgr:c"),
    ]
    assert contents(folder) == {name: text.encode() for name, text in fixed.items()}
    assert "LS002 'a.tsv' is not fixed" in err


def test_fix_reports_what_is_left(records: Write) -> None:
    folder = records({"a.md": page("  original_source:\n  - b\n  - {source: b, relation_type: prov:used}\n  format: TSV\n")})
    code, out, err = check(folder, *CODES, "--fix", "--fail-on", "info")
    assert code == 1
    assert err == f"1 finding fixed, in 1 file\nLS002 'a.tsv' is not fixed: {folder}/a.md: {DIFFER}\n{OUTSIDE}"
    assert "LS002" in out
    assert "1 fixed" in out


def test_diff(records: Write) -> None:
    folder = records(REGISTRY)
    before = contents(folder)
    code, out, err = check(folder, *CODES, "--diff")
    shown = "".join(
        f"--- a{folder}/{name}\n+++ b{folder}/{name}\n@@ -9,7 +9,6 @@\n   name: N\n   original_source:\n   - b\n-  - b\n-  format: TSV\n"
        "+  format: tsv\n ---\n Body.\n"
        for name in ("a.md", "b.md")
    )
    assert out == shown
    assert (code, err) == (1, "2 findings would be fixed, in 2 files\n")
    assert contents(folder) == before
    assert check(folder, *CODES, "--diff", "--fix")[0] == 1
    assert contents(folder) == before
    check(folder, *CODES, "--fix")
    assert check(folder, *CODES, "--diff") == (0, "", "no changes: nothing was found\n")


def test_only_what_is_told_is_fixed(records: Write) -> None:
    folder = records(REGISTRY)
    check(folder, "--select", "FM002", "--fix")
    assert (folder / "a.md").read_text() == page("  original_source:\n  - b\n  - b\n  format: tsv\n")


def test_standard_input_is_not_fixed(kgbuild: object) -> None:
    result = kgbuild("check", "-", *CODES, "--fix", "--isolated", stdin=LINE.encode())  # type: ignore[operator]
    assert "LS002 'a.tsv' is not fixed: it is also in standard input, which kgbuild cannot change" in result.stderr.decode()


def test_the_help_says_that_it_changes_the_input() -> None:
    assert "No other option changes the files in INPUT" in " ".join(run_command(["check", "--help"]).stdout.split())
