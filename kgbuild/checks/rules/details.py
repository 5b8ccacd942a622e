"""FM, form: fields that are there but say nothing, contradict each other, or are missing in a description of data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.addresses import ending_of_path, page_address
from kgbuild.checks.support.fields import data_categories
from kgbuild.checks.support.statements import Everything, FormFault, Says, found, several
from kgbuild.checks.support.words import is_one_of
from kgbuild.checks.view import View
from kgbuild.mapping.schema import RecordKind
from kgbuild.model.graph import ResourceStatement

_decode = msgspec.json.Decoder().decode
_DAY = 10


def incomplete(view: View) -> Iterator[Violation]:
    """A detail that is missing, says nothing, or contradicts another one.

    - the URL of a data product is the homepage of its owner;
    - a data product has no format;
    - a description says only that there is none;
    - the date of the last change is before the date of creation;
    - a record has several preferred publications, or a publication without an id;
    - a value is not in the list of the registry, such as a collection (`audit.values` in `mappings/vocabulary.yaml`).

    Data products have one of the categories that `mappings/categories.yaml` lists and does not list under `not_data`.
    Why: Users cannot download the data or tell what it is, and programs that read these fields get nothing or a contradiction.
    Example: `description: Description unavailable.`
    Fix: Write what is missing, or correct the value.
    """
    details = _Details(view)
    return found(view, details.suspects(), details.faults)


class _Details:
    """The details of the statements of a view."""

    def __init__(self, view: View) -> None:
        self._view, self._claimed, self._mapping = view, view.once(Everything), view.mapping
        self._words = view.mapping.audit
        product, data = view.mapping.categories.product.categories, data_categories(view.mapping)
        self._data = {category for category, curie in product.items() if curie.partition(":")[2] in data}
        self._files = (*self._words.endings, *(f".{name}" for name in view.mapping.formats.formats))
        self._homepages: dict[str, str] = {}

    def suspects(self) -> list[tuple[RecordKind, str, Says]]:
        """Return the statements that may have a fault. Most properties are compared value by value, because many records share them."""
        claimed, words = self._claimed, self._words
        found = [s for s in claimed.statements if s[0] == "product" and s[2].category in self._data and self._is_vague(s[1], s[2])]
        empty = {text for text in claimed.values("description") if is_one_of(text, words.no_description)}
        found += claimed.having("description", empty) if empty else []
        for name, values in words.values.items():
            unknown = claimed.values(name).keys() - set(values)
            found += claimed.having(name, unknown) if unknown else []
        pairs = zip(claimed.statements, claimed.column("creation_date"), claimed.column("update_date"), strict=True)
        found += [statement for statement, created, updated in pairs if created and updated and updated < created]
        return found + [s for s in claimed.statements if any(key in s[2].description.extra for key in self._publications(s[0]))]

    def _publications(self, kind: RecordKind) -> tuple[str, ...]:
        return self._mapping.written(kind, "publications")

    def faults(self, kind: RecordKind, says: Says) -> Iterator[FormFault]:
        """Yield the faults of one statement."""
        if kind == "product" and says.category in self._data:
            yield from self._of_data(says)
        yield from self._of_texts(kind, says)
        for field in self._publications(kind):
            if field in says.description.extra:
                yield from self._of_publications(field, _decode(says.description.extra[field]))

    def _of_data(self, says: Says) -> Iterator[FormFault]:
        description = says.description
        field = self._written("product", "format")
        if description.format is None and field not in description.extra:
            yield FormFault(field, "", f"has no {field!r}, but is data", "")
        url = description.url
        if url and self._is_homepage(self._claimed.abouts.get(id(says), ""), url):
            field = self._written("product", "url")
            yield FormFault(field, url, f"has the homepage of its owner in {field!r}, and not the address of the data: {url!r}", "url", url)

    def _is_vague(self, about: str, says: Says) -> bool:
        """Return whether a data product may have a fault of its own."""
        description = says.description
        return description.format is None or bool(description.url and self._is_homepage(about, description.url))

    def _is_homepage(self, product: str, url: str) -> bool:
        """Return whether an address is the homepage of a product's owner, and not that of a file."""
        homepage = self._homepage(product)
        if not homepage or homepage[-4:].lower() not in url.lower():  # most addresses differ, so this saves time
            return False
        return page_address(url) == homepage and not ending_of_path(url, self._files)

    def _homepage(self, product: str) -> str:
        """Return the normalised homepage of a product's owner, an empty text if there is none."""
        owner = next(iter(self._view.graph.owners.get(product, ())), "")
        if owner not in self._homepages:
            record = self._view.record(owner)
            says = record.says if record else None
            self._homepages[owner] = page_address(says.description.url or "") if isinstance(says, ResourceStatement) else ""
        return self._homepages[owner]

    def _of_texts(self, kind: RecordKind, says: Says) -> Iterator[FormFault]:
        description, words = says.description, self._words
        if is_one_of(description.description, words.no_description):
            field = self._written(kind, "description")
            yield FormFault(field, "", f"has {description.description!r} in {field!r}, which says nothing", "description")
        created, updated = _day(description.creation_date), _day(description.update_date)
        if created and updated and updated < created:
            fields = self._written(kind, "update_date"), self._written(kind, "creation_date")
            text = f"has {description.update_date!r} in {fields[0]!r}, which is before {description.creation_date!r} in {fields[1]!r}"
            yield FormFault(fields[0], "", text, "update_date")
        for name, values in words.values.items():
            for value in several(getattr(description, name)):
                if value not in values:
                    field = self._written(kind, name)
                    yield FormFault(field, value, f"has {value!r} in {field!r}, which is not one of {', '.join(values)}", name, value)

    def _of_publications(self, field: str, value: Any) -> Iterator[FormFault]:
        publications = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
        names = self._mapping.fields.publication.id
        preferred = [item for item in publications if any(_is_true(item.get(name)) for name in self._words.preferred)]
        if len(preferred) > 1:
            yield FormFault(field, "preferred", f"has {len(preferred)} preferred publications in {field!r}; keep one", field)
        for item in publications:
            if names and not any(item.get(name) for name in names):
                text = next((str(text) for name, text in item.items() if isinstance(text, str) and name not in self._words.preferred), "")
                shown = f" ({text!r})" if text else ""
                yield FormFault(field, text, f"has a publication without {names[0]!r} in {field!r}{shown}", field, text)

    def _written(self, kind: RecordKind, property: str) -> str:
        return (*self._mapping.written(kind, property), property)[0]


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "yes", "on"))


def _day(text: str | None) -> date | None:
    """Return the day of a date with or without time, None if it is not a date."""
    try:
        return date.fromisoformat(text[:_DAY]) if text else None
    except ValueError:
        return None  # FM003 reports it
