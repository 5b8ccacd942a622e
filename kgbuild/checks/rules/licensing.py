"""LC, licenses: missing, contradictory and unknown licenses, and products whose license permits more than those of their sources."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from kgbuild.checks.rule import Rule, Violation
from kgbuild.checks.rules.license_texts import clashing, half_read, missing, stating
from kgbuild.checks.support.citing import listed
from kgbuild.checks.support.conflicts import ConflictPath, dependents, more_conflicts
from kgbuild.checks.support.license_conflicts import conflict
from kgbuild.checks.support.license_tables import LicenseTables
from kgbuild.checks.support.paths import relation, step_entries, through
from kgbuild.checks.view import EntryRef, View
from kgbuild.licenses.judgement import LicenseJudgement
from kgbuild.licenses.terms import USES, Terms
from kgbuild.lineage.grades import AUDITED, Grade
from kgbuild.model.finding import Severity

#: Relations of PROV-O that state that one thing contains data of another.
_MADE_FROM = ("prov:hadPrimarySource", "prov:wasDerivedFrom")


def freer(view: View) -> Iterator[Violation]:
    """A product whose license permits something that a source's license forbids, or does not require what that license requires.

    The source may be direct or indirect. The product is made from it if records state every step. The product may contain its data if a step
    enters a resource and leaves it by one of the resource's data products, because no record states which product was used. The table in
    `mappings/licenses.yaml` gives what each license forbids (commercial use, derivatives, redistribution), and whether it requires a license
    of the same family (share-alike) or attribution, where the product's license requires neither attribution nor a notice. A license that is
    not in the table can forbid a use by its wording ("non-commercial"). One conflict of a product is reported: on a path of stated steps, if
    there is one; then the worst one; then the one with the shortest path.

    The level is error only if the conflict is certain:

    - The source's license forbids a use. A duty such as attribution is never an error.
    - The product is data, and neither license is a license for code.
    - The source is a direct source of another owner, with the relation type `prov:hadPrimarySource` or `prov:wasDerivedFrom`.
    - Both state their own license, as an SPDX id of the table, and all their records agree on it.

    The level is info if the product's category is not data (`not_data` in `mappings/categories.yaml`: code, interfaces, documentation), because
    such a product can use data without distributing it. Otherwise the level is warning, for example if the product has the license of its owner.
    This is not legal advice.
    Why: A user who relies on the product's license may violate the license of the source.
    Example: A graph under CC-BY-4.0 has `original_source: [{source: a, relation_type: prov:hadPrimarySource}]`, and `a` is under CC-BY-NC-4.0.
    Fix: Choose a license for the product that forbids the same uses and has the same duties, remove the source, or ask its owners for permission.
    """
    tables = view.once(LicenseTables)
    for product in view.graph.derivations:
        found = _worst_conflict(view, tables, product)
        if found is not None:
            yield _freer(view, tables, product, found)


def _worst_conflict(view: View, tables: LicenseTables, product: str) -> ConflictPath | None:
    """Return the conflict to report: on a stated path before a possible one, then the worst one, then the one with the shortest path."""
    own = tables.stated.get(tables.holder(view, product))
    if own is None:
        return None
    found = {grade: tables.worst(own.terms, reach.of(product) & tables.demands) for grade, reach in tables.reach.items()}
    grade: Grade = "stated" if found["stated"][1] else "possible"
    worst, conflicts = found[grade]
    if not conflicts:
        return None
    certain = _certain_conflict(view, tables, product)
    grade = "stated" if certain else grade
    path = [product, certain] if certain else tables.reach[grade].way(product, worst)
    others = max(found["stated"][1] - 1, 0), found["possible"][1] - max(found["stated"][1], 1)
    return ConflictPath(path, grade, bool(certain), others) if path else None


def _certain_conflict(view: View, tables: LicenseTables, product: str) -> str | None:
    """Return the source whose license certainly conflicts with the product's, the worst of several; None if there is none."""
    own = tables.stated.get(product)
    if own is None or not own.sure or own.terms.code or not _is_data(view, product) or not tables.unanimous(view, product):
        return None
    found: list[tuple[int, str]] = []
    for edge in view.graph.foreign(product):
        source = edge.object
        theirs = tables.stated.get(source)
        certain = theirs is not None and theirs.sure and not theirs.terms.code
        if theirs is None or not certain or edge.relation_type not in _MADE_FROM or edge.original_object:
            continue
        clash = conflict(own.terms, theirs.terms)
        if clash and clash.uses and tables.unanimous(view, source) and not _has_freer_parts(view, tables, source, own.terms):
            found.append((-clash.gravity, source))
    return min(found)[1] if found else None


def _is_data(view: View, product: str) -> bool:
    """Return whether a product has a category of data that the mapping names. (For the walks upstream an unknown category is data too.)"""
    category = view.graph.specific_class(product)
    return category in view.mapping.categories.product.categories.values() and category not in view.mapping.not_data


def _has_freer_parts(view: View, tables: LicenseTables, source: str, own: Terms) -> bool:
    """Return whether a source has a product whose license does not conflict with ``own``. The product may be made from that product."""
    products = (tables.stated.get(product) for product in view.graph.products.get(source, ()))
    return any(stated and not conflict(own, stated.terms) for stated in products)


def _freer(view: View, tables: LicenseTables, product: str, found: ConflictPath) -> Violation:
    path, source = found.path, found.path[-1]
    own, upstream = (tables.holder(view, id) for id in (product, source))
    mine, theirs = tables.stated[own], tables.stated[upstream]
    message = (
        f"{view.name(product)!r} is under {mine.name}{_of(view, product, own)}, but {view.name(source)!r}, {relation(view, found.grade, path)}"
        f"{through(view, found.grade, path)}, is under {theirs.name}{_of(view, source, upstream)}, which {conflict(mine.terms, theirs.terms)}"
        f"{more_conflicts(*found.others)}"
    )
    listing = view.authoritative(product)
    first = next(edge for edge in view.graph.derivations[product] if edge.object == path[1])
    field, value = ("license", "") if own == product else (first.source_role or "", first.original_object or view.name(first.object))
    related = [EntryRef(copy, field, value) for copy in view.copies(product)]
    related += step_entries(view, found.grade, path)[0 if field == "license" else 1 :]
    related += [EntryRef(claim, "license") for id in (own, upstream) if id != product and (claim := stating(view, id))]
    at = EntryRef(listing, field, value) if listing else None
    severity: Severity = "error" if found.certain else "info" if view.graph.specific_class(product) in view.mapping.not_data else "warning"
    return Violation(product, message, at, object=source, field="license", related=related, severity=severity)


def unknown(view: View) -> Iterator[Violation]:
    """A source's license of which some permission is unknown.

    The license stands for several licenses ("Varies"), is not in the table `mappings/licenses.yaml`, or has a text and a URL that disagree or of
    which one is not recognised. Words such as "non-commercial" tell what a license forbids, but not what else it permits. Each license is reported
    once, with the number of products that are made from it, directly or indirectly, and of those that may contain its data. Sources without a
    license are reported as LC001.
    Why: An unknown license is not a permissive license. LC003 cannot check the products that depend on it.
    Example: `license: {id: https://www.example.org/terms, label: Varies}` in a record that is a source of other resources' products.
    Fix: Add the SPDX id of the license. If the products have different licenses, add the license of each product. For a custom license, add an
    entry with a `LicenseRef-` id, its spellings and its permissions to your own `licenses.yaml`.
    """
    tables = view.once(LicenseTables)
    stated, possible = (tables.reach[grade].counts() for grade in AUDITED)
    for number, id in tables.unknown.items():
        claim = stating(view, id)
        if not possible[number]:
            continue  # only products of its owner depend on it
        written = tables.written(claim) if claim else None
        depend = dependents(stated[number], possible[number] - stated[number])
        message = f"{_not_known(view, id, tables.stated[id])}; {depend}"
        at = EntryRef(claim, "license", (written and (written.label or written.url)) or "") if claim else None
        yield Violation(id, message, at, field="license")


def _not_known(view: View, id: str, stated: LicenseJudgement) -> str:
    """Return what is unknown about a license, and what is known."""
    terms, license = stated.terms, f"the license of {view.name(id)!r} ({stated.name})"
    sides = (
        ("forbids", terms.forbidden - terms.worded, ""),
        ("forbids", terms.worded, " by its wording"),
        ("permits", terms.allowed, ""),
    )
    known = [f"it {does} {listed(named)}{by}" for does, uses, by in sides if (named := [use for use in USES if use in uses])]
    if not known:
        return f"kgbuild cannot tell what {license} permits"
    return f"kgbuild cannot tell whether {license} permits {listed([use for use in USES if use in terms.unknown])}; {' and '.join(known)}"


def upstream(view: View) -> Iterator[Violation]:
    """A resource with products whose direct or indirect sources have licenses that forbid a use, are unknown, or are not stated.

    It is reported once for each resource, at its own record, with the number of such licenses: of what the products are made from, and of what
    they may contain. A license that forbids a use is not counted again as unknown. The command in the message lists the sources with their
    licenses.
    Why: Who uses or passes on the products needs to know these licenses. LC003 shows only the worst conflict of a product, and LC001 and LC004
    are reported at the records of the sources.
    Example: `a.graph` is made from `b` under CC-BY-NC-4.0, from `c` with the license "Varies", and from `d` without a license.
    Fix: Go through the list. Leave out sources that you may not use, ask the owners of the others, and state the license of your product.
    """
    tables = view.once(LicenseTables)
    for id in tables.resources:
        claim = view.record(id)
        subjects = [subject for subject in (id, *view.graph.products.get(id, ())) if subject in view.graph.derivations]
        if claim is None or not subjects:
            continue
        stated, possible = (tables.to_review(grade, subjects) for grade in AUDITED)
        texts = [f"states sources of which {stated}" if stated.any else ""]
        more = possible.without(stated)
        texts += [f"may contain data of {'others' if stated.any else 'sources'}, of which {more}" if more.any else ""]
        if any(texts):
            command = f"`kgbuild query upstream --param id={shlex.quote(view.name(id))} INPUT` lists them"
            message = f"{view.name(id)!r} {', and it '.join(filter(None, texts))}; {command}"
            yield Violation(id, message, EntryRef(claim, "license"), field="license")


def _of(view: View, id: str, holder: str) -> str:
    return "" if id == holder else f" as {view.name(holder)!r} is"


RULES = (
    Rule("LC001", "warning", missing),
    Rule("LC002", "warning", clashing),
    Rule("LC003", "warning", freer),
    Rule("LC004", "info", unknown),
    Rule("LC005", "info", upstream),
    Rule("LC006", "warning", half_read),
)
