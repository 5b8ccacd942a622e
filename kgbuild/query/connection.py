"""One connection of a client: it sends one request and gets one response. Neither waits for the client."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from email.utils import formatdate
from enum import Enum
from http import HTTPStatus
from typing import BinaryIO

import h11

from kgbuild.query.request import MAX_BYTES, Refused, Request, checked

#: The most bytes of the target and the header fields of a request.
_MAX_HEAD = 2**16
_CHUNK = 2**16
#: Seconds in which a client has to send its request. They do not begin again with each byte.
REQUEST_SECONDS = 10
#: Seconds in which a client has to take the response, and the bytes that it has to take in each further second.
_RESPONSE_SECONDS, _SLOWEST = 30, 2**16
#: Seconds to read on after the response. If unread bytes remained, the client could lose the response (RFC 9112 §9.6).
_LINGER_SECONDS = 2


class Phase(Enum):
    """What happens on a connection. The client is slow or fast only in some of these."""

    READING = "the request is not complete"
    ANSWERING = "the request is complete"
    WRITING = "the response is sent"
    LINGERING = "the response is complete"
    CLOSED = "closed"


class Connection:
    """A connection in a phase, until a deadline."""

    def __init__(self, client: socket.socket, now: float) -> None:
        client.setblocking(False)
        self.request: Request | None = None
        self.phase, self.deadline, self.since = Phase.READING, now + REQUEST_SECONDS, now
        self._socket, self._http = client, h11.Connection(h11.SERVER, _MAX_HEAD)
        self._body, self._received, self._has_line = bytearray(), 0, False
        self._data = memoryview(b"")
        self._file: BinaryIO | None = None

    def fileno(self) -> int:
        """Return the file descriptor of the connection."""
        return self._socket.fileno()

    def read(self) -> Request | None:
        """Read what the client has sent, and return its request once it is complete. Raises Refused; closes if the client has gone."""
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            self.close()
        if not data or self.phase is Phase.LINGERING:
            return None
        try:
            return self._parse(data)
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == 431:
                raise self._too_long() from None
            status = error.error_status_hint
            raise Refused(status, f"expected a request of HTTP/1.1, got something else ({_line(error)}); correct it") from None

    def _parse(self, data: bytes) -> Request | None:
        if not self._received:  # an empty line before a request is ignored (RFC 9112 §2.2)
            data = data.removeprefix(b"\r\n")
        self._received += len(data)
        self._has_line = self._has_line or b"\n" in data
        self._http.receive_data(data)
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._begin(event)
            elif isinstance(event, h11.Data):
                self._body += event.data
                self._check_length(len(self._body))
            elif isinstance(event, h11.EndOfMessage) and self.request is not None:
                self.phase = Phase.ANSWERING
                self.request = self.request._replace(body=bytes(self._body))
                return self.request
            else:
                return None

    def _too_long(self) -> Refused:
        what, status = ("header fields", 431) if self._has_line else ("a target", 414)
        return Refused(status, f"expected {what} of at most {_MAX_HEAD} bytes, got more; shorten the request, or send the query by POST")

    def _begin(self, event: h11.Request) -> None:
        if len(event.target) > _MAX_HEAD or sum(len(name) + len(value) for name, value in event.headers) > _MAX_HEAD:
            self._has_line = len(event.target) <= _MAX_HEAD
            raise self._too_long()
        fields = tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in event.headers)
        self.request = checked(event.method.decode("ascii"), event.target.decode("ascii"), event.http_version.decode("ascii"), fields)
        length = self.request.header("content-length")
        self._check_length(int(length) if length else 0)
        if self._http.they_are_waiting_for_100_continue:
            self._socket.send(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")

    def _check_length(self, length: int) -> None:
        if length > MAX_BYTES:
            raise Refused(413, f"expected a query of at most {MAX_BYTES} bytes, got {length}; shorten the query")

    def respond(self, status: int, fields: Iterable[tuple[str, str]], body: bytes | BinaryIO, now: float) -> None:
        """Begin to send a response."""
        length = len(body) if isinstance(body, bytes) else os.fstat(body.fileno()).st_size
        own = [("Date", formatdate(usegmt=True)), ("Server", "kgbuild"), ("Connection", "close")]
        if status != 204:
            own.append(("Content-Length", str(length)))
        head = self._http.send(h11.Response(status_code=status, reason=HTTPStatus(status).phrase.encode(), headers=[*own, *fields])) or b""
        without = status == 204 or (self.request is not None and self.request.method == "HEAD")
        self._data = memoryview(head if without or not isinstance(body, bytes) else head + body)
        if not isinstance(body, bytes):
            self._file = body
            if without:
                body.seek(0, os.SEEK_END)
        self.phase, self.deadline = Phase.WRITING, now + _RESPONSE_SECONDS + length / _SLOWEST

    def write(self, now: float) -> None:
        """Send as much of the response as the client takes."""
        try:
            if not self._data and self._file is not None:
                self._data = memoryview(self._file.read(_CHUNK))
            self._data = self._data[self._socket.send(self._data) :]
        except BlockingIOError:
            return
        except OSError:  # the client has gone
            self.close()
            return
        if not self._data and (self._file is None or self._file.tell() == os.fstat(self._file.fileno()).st_size):
            self._linger(now)

    def _linger(self, now: float) -> None:
        self.phase, self.deadline = Phase.LINGERING, now + _LINGER_SECONDS
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the connection and the file of the response."""
        self.phase = Phase.CLOSED
        self._socket.close()
        if self._file is not None:
            self._file.close()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
