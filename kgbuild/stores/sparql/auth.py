"""Find the user and password of a triplestore, and authenticate with the scheme of the server: basic (RFC 7617) or digest (RFC 7616)."""

from __future__ import annotations

import netrc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import httpx

from kgbuild.errors import UsageError, permission_todo
from kgbuild.stores.password import in_file

ENVIRONMENT = "KGBUILD_SPARQL_PASSWORD"
How = Literal["auto", "basic", "digest"]


class Credentials(NamedTuple):
    """A user, the password and the authentication scheme. ``auto`` uses the scheme of the server's challenge."""

    user: str
    password: str
    how: How

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


def credentials(address: str, user: str | None, file: str | None, how: How) -> Credentials | None:
    """Return the credentials for an address, or None if there is no user.

    The password is in the file, else in the environment, else in .netrc under the host of the address.

    Raises UsageError if a file cannot be read, or if there is a user without a password or a password file without a user.
    """
    if file is not None and user is None:
        raise UsageError("--password-file: expected --user with it, got no user; give --user too")
    password = in_file(file) if file is not None else os.environ.get(ENVIRONMENT)
    if user is not None and password:
        return Credentials(user, password, how)
    entry = _in_netrc(urlsplit(address).hostname or "")
    if entry and user in (None, entry[0]):
        return Credentials(*entry, how)
    if user is not None:
        raise UsageError(f"--user {user}: expected a password, got none; give --password-file, {ENVIRONMENT} or a line in .netrc")
    return None


def _in_netrc(host: str) -> tuple[str, str] | None:
    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    if not path.is_file():
        return None
    try:
        found = netrc.netrc(str(path)).authenticators(host)
    except OSError as error:
        todo = permission_todo(error, "u+r", path, "set NETRC to another file")
        raise UsageError(f"{path}: expected a readable file, got {error.strerror!r}; {todo}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected UTF-8, got other bytes; save it as UTF-8, or set NETRC to another file") from None
    except netrc.NetrcParseError as error:  # the text of this error may quote the password
        raise UsageError(
            f"{path}:{error.lineno}: expected `machine HOST login USER password PASSWORD`, got another line; write the line in this form"
        ) from None
    return (found[0], found[2]) if found and found[0] and found[2] else None


class ByChallenge(httpx.Auth):
    """Authentication with the scheme of the server's challenge. The password is not sent before a challenge."""

    def __init__(self, credentials: Credentials) -> None:
        self._schemes: dict[str, httpx.Auth] = {
            "digest": httpx.DigestAuth(credentials.user, credentials.password),
            "basic": httpx.BasicAuth(credentials.user, credentials.password),
        }
        self._scheme = self._schemes.get(credentials.how)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the requests that httpx sends in place of one request (the interface of ``httpx.Auth``)."""
        if self._scheme is None:
            answer = yield request
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return
            offered = {challenge.split()[0].lower() for challenge in answer.headers.get_list("WWW-Authenticate") if challenge.split()}
            self._scheme = next((scheme for name, scheme in self._schemes.items() if name in offered), None)
            if self._scheme is None:
                return
        yield from self._scheme.auth_flow(request)
