"""Users and passwords of a triplestore, and how they are shown to it: basic (RFC 7617) or digest (RFC 7616), as the server asks."""

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
    """Who asks, and how it is proved."""

    user: str
    password: str
    how: How

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


def credentials(address: str, user: str | None, file: str | None, how: How) -> Credentials | None:
    """The password in the file, else in the environment, else in .netrc for the host of an address; None where no user is known.

    Raises UsageError for a file that cannot be read, and where a user has no password or a password no user.
    """
    if file is not None and user is None:
        raise UsageError("--password-file: expected a user with it, got none; give --user too")
    password = in_file(file) if file is not None else os.environ.get(ENVIRONMENT)
    if user is not None and password:
        return Credentials(user, password, how)
    known = _in_netrc(urlsplit(address).hostname or "")
    if known and user in (None, known[0]):
        return Credentials(*known, how)
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
        raise UsageError(f"{path}: expected a file that can be read, got {error.strerror!r}; {todo}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected UTF-8, got other bytes; save it as UTF-8, or set NETRC to another file") from None
    except netrc.NetrcParseError as error:  # its text may quote the file
        raise UsageError(
            f"{path}:{error.lineno}: expected lines as curl reads them, got another one; write it as `machine HOST login USER password PASSWORD`"
        ) from None
    return (found[0], found[2]) if found and found[0] and found[2] else None


class ByChallenge(httpx.Auth):
    """Shows a user and password to a server that asks for them, as it asks; to no other."""

    def __init__(self, known: Credentials) -> None:
        self._ways: dict[str, httpx.Auth] = {
            "digest": httpx.DigestAuth(known.user, known.password),
            "basic": httpx.BasicAuth(known.user, known.password),
        }
        self._way = self._ways.get(known.how)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """What httpx calls for each request."""
        if self._way is None:
            answer = yield request
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return
            asked = {challenge.split()[0].lower() for challenge in answer.headers.get_list("WWW-Authenticate") if challenge.split()}
            self._way = next((way for name, way in self._ways.items() if name in asked), None)
            if self._way is None:
                return
        yield from self._way.auth_flow(request)
