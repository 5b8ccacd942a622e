"""A proxy on a loopback port that cuts connections: after some bytes, or right after a message went through, whose answer then is lost."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

from servers.needs import free_port

#: COMMIT of Bolt 5 as one chunk (Bolt protocol, "Message exchange").
COMMIT = b"\x00\x02\xb0\x12\x00\x00"


class Cutter:
    """Forwards to a port. ``after`` bytes from the client, or when the client has sent ``word`` for the ``nth`` time, it cuts.

    It does so ``times`` times in all, and forwards all else.
    """

    def __init__(self, port: int, *, after: int | None = None, word: bytes = b"", nth: int = 1, times: int = 1) -> None:
        self._server, self._after, self._word, self._nth, self._left = port, after, word, nth, times
        self.cuts = self._seen = 0
        self.port = free_port()
        self.uri = f"bolt://127.0.0.1:{self.port}"
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            self._close(end)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed by __exit__
            server = socket.create_connection(("127.0.0.1", self._server))
            self._open += [client, server]
            for work in (self._to_server, self._to_client):
                self._threads.append(threading.Thread(target=work, args=(client, server)))
                self._threads[-1].start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        passed = 0
        while data := self._received(client):
            cut = False
            if self.cuts < self._left:
                self._seen += self._word != b"" and self._word in data
                cut = self._word in data and self._seen == self._nth if self._word else passed + len(data) >= (self._after or 0)
            if cut:
                self.cuts += 1
                self._seen = 0
                if self._word:
                    self._close(client)  # before the server can answer
                    server.sendall(data)
                    self._received(server)  # it has answered: it is done
                else:
                    server.sendall(data[: (self._after or 0) - passed])
                    self._close(client)
                break
            passed += len(data)
            try:
                server.sendall(data)
            except OSError:
                break
        self._close(server)

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        while data := self._received(server):
            try:
                client.sendall(data)
            except OSError:
                break
        self._close(client)

    @staticmethod
    def _received(end: socket.socket) -> bytes:
        try:
            return end.recv(2**16)
        except OSError:
            return b""

    @staticmethod
    def _close(end: socket.socket) -> None:
        with suppress(OSError):  # where it was closed from the other side
            end.shutdown(socket.SHUT_RDWR)
        end.close()
