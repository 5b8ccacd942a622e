"""FM, form: addresses that contain a password, or that lead nowhere for other people."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.checks.rule import Violation
from kgbuild.checks.support.addresses import scheme_and_host
from kgbuild.checks.support.fields import FieldIndex
from kgbuild.checks.support.statements import Everything, FormFault, Says, found, several
from kgbuild.checks.view import View
from kgbuild.errors import HIDDEN
from kgbuild.mapping.schema import Form, RecordKind

#: The forms of addresses.
_FORMS: tuple[Form, ...] = ("url", "address", "link")


def unsuitable_address(view: View) -> Iterator[Violation]:
    """An address with a user name or password, or an address that is not public.

    The level is error for a user name or password in any field, and warning for a host that is an example or this computer, and for a scheme
    that leads to no web page. The key `audit.addresses` in `mappings/vocabulary.yaml` lists hosts and schemes. kgbuild writes `***` for the user
    name and the password in all messages, and exports leave them out.
    Why: A registry is public, so everybody can read and use the password. An address that is not public leads other people nowhere.
    Example: `product_url: https://user:password@data.example.org/a.tsv` or `homepage_url: http://localhost:8080/`
    Fix: Remove user name and password from the address, and change the password, because the old version of the file still has it. Write the
    public address of the resource or product.
    """
    addresses = _Addresses(view)
    return found(view, addresses.suspects(), addresses.faults)


class _Addresses:
    """The addresses in the statements of a view."""

    def __init__(self, view: View) -> None:
        self._mapping, self._claimed = view.mapping, view.once(Everything)
        self._fields = FieldIndex(view.mapping)
        words = view.mapping.audit.addresses
        self._hosts, self._schemes = frozenset(words.hosts), frozenset(words.schemes)
        self._properties = [name for name, form in view.mapping.vocabulary.forms.items() if form in _FORMS]
        self._wrong: dict[str, str | None] = {}

    def suspects(self) -> list[tuple[RecordKind, str, Says]]:
        """Return the statements with an unsuitable address."""
        claimed, suspects = self._claimed, []
        for name in claimed.properties:
            secret = {value for value in claimed.values(name) if type(value) is str and HIDDEN in value}
            bad = {value for value in claimed.values(name) if self._why(value)} if name in self._properties else set()
            suspects += claimed.having(name, secret | bad) if secret or bad else []
        suspects += [s for s in claimed.statements if any(HIDDEN in text for text in s[2].description.extra.values())]
        return suspects + [statement for statement, entry in claimed.entries if entry.form in _FORMS and self._why(entry.value)]

    def faults(self, kind: RecordKind, says: Says) -> Iterator[FormFault]:
        """Yield the faults of one statement, each value of a field once."""
        seen: set[tuple[str, str]] = set()
        for fault in self._all(kind, says):
            if (fault.field, fault.value) not in seen:
                seen.add((fault.field, fault.value))
                yield fault

    def _all(self, kind: RecordKind, says: Says) -> Iterator[FormFault]:
        description = says.description
        for name in self._claimed.properties:
            field = (*self._mapping.written(kind, "contacts" if name == "contact" else name), name)[0]
            for value in several(getattr(description, name)):
                if type(value) is str and (fault := self._fault(field, value, name, checked=name in self._properties)):
                    yield fault
        for key, text in description.extra.items():
            entries = [entry.value for entry in self._fields.entries(kind, key, text) if entry.form in _FORMS]
            for value in entries:
                if fault := self._fault(key, value, key, checked=True):
                    yield fault
            if HIDDEN in text and not any(HIDDEN in value for value in entries):
                yield _secret(key, "", key)

    def _fault(self, field: str, value: str, spot: str, *, checked: bool) -> FormFault | None:
        if HIDDEN in value:
            return _secret(field, value, spot)
        why = self._why(value) if checked else None
        return FormFault(field, value, f"has the address {value!r} in {field!r}, {why}", spot, value) if why else None

    def _why(self, value: object) -> str | None:
        """Return what is wrong with an address, or None."""
        if not isinstance(value, str):
            return None
        if value not in self._wrong:
            scheme, host = scheme_and_host(value)
            self._wrong[value] = (
                f"whose scheme {scheme!r} leads to no web page" if scheme in self._schemes
                else f"whose host {host!r} is not public" if any(host == name or host.endswith(f".{name}") for name in self._hosts)
                else None
            )  # fmt: skip
        return self._wrong[value]


def _secret(field: str, value: str, spot: str) -> FormFault:
    """Return the fault of a value with a user name or password, which is hidden in it."""
    shown = f": {value!r}" if value and len(value) <= _LONGEST else ""
    text = f"has an address with a user name or password in {field!r}{shown}; remove them, and change the password"
    return FormFault(field, value, text, spot, value, severity="error")


#: The largest number of characters of a value in a message.
_LONGEST = 120
