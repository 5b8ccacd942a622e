"""A license as a record writes it: a text, a mapping with label and URL, or a list of either -> WrittenLicense."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kgbuild.mapping.schema import LicenseFields

#: Returns the text of a scalar; None for null, an empty text, a list or a mapping.
ScalarText = Callable[[Any], str | None]


class WrittenLicense(NamedTuple):
    """A license as a record writes it. ``also`` are the texts of further fields that may name it.

    ``unreadable`` is true if a part of it is no text. ``items`` are the licenses of a list; then the other fields are empty.
    """

    label: str | None = None
    url: str | None = None
    also: tuple[str, ...] = ()
    unreadable: bool = False
    items: tuple[WrittenLicense, ...] = ()

    @property
    def has_text(self) -> bool:
        """Whether there is a label or a URL."""
        return bool(self.label or self.url) or any(item.has_text for item in self.items)

    @property
    def text(self) -> str | None:
        """The label, or the labels of the items; None if there is none."""
        return self.label if not self.items else _joined(item.text for item in self.items)


def written_license(value: Any, fields: LicenseFields, text: ScalarText) -> WrittenLicense | None:
    """Return the license that a value of a license field states; None if it is empty."""
    if isinstance(value, list):
        items = tuple(filter(None, (_item(item, fields, text) for item in value)))
        return items[0] if len(items) == 1 else WrittenLicense(items=items) if items else None
    return _item(value, fields, text)


def _item(value: Any, fields: LicenseFields, text: ScalarText) -> WrittenLicense | None:
    if isinstance(value, dict):
        return _mapping(value, fields, text)
    if isinstance(value, list):
        return WrittenLicense(unreadable=True) if has_text(value) else None
    label = text(value)
    return WrittenLicense(label) if label else None


def _mapping(value: dict[Any, Any], fields: LicenseFields, text: ScalarText) -> WrittenLicense | None:
    labels, urls = ([t for name in names if name in value and (t := text(value[name]))] for names in (fields.label, fields.url))
    nested = any(has_text(value.get(name)) for name in (*fields.label, *fields.url) if isinstance(value.get(name), list | dict))
    if not labels and not urls:
        return WrittenLicense(unreadable=True) if has_text(value) else None
    return WrittenLicense(next(iter(labels), None), next(iter(urls), None), (*labels[1:], *urls[1:]), nested)


def has_text(value: Any) -> bool:
    """Return whether a tree has any text.

    >>> has_text([{"id": ""}, [None]]), has_text({"a": ["x"]})
    (False, True)
    """
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    scalar = not isinstance(value, list | dict) and value is not None
    return (scalar and bool(str(value).strip())) or any(map(has_text, inner))


def _joined(texts: Iterable[str | None]) -> str | None:
    found = dict.fromkeys(filter(None, texts))
    return "; ".join(found) or None
