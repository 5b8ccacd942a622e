"""Serve an endpoint on one address. One loop reads requests and sends responses; each query has a process of its own.

A slow client costs a connection and nothing else. The processes share one budget of memory.
"""

from __future__ import annotations

import gc
import math
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType, TracebackType
from typing import NamedTuple, Protocol, Self

from kgbuild.errors import Crash, KgbuildError, traceback_of, unexpected
from kgbuild.pipeline.interrupts import SIGNALS
from kgbuild.query.connection import Connection, Phase
from kgbuild.query.endpoint import Endpoint, Reply
from kgbuild.query.request import Refused, Request, check_host
from kgbuild.query.sandbox import Bounds, RanAway, Sandbox, Work

#: The most queries that are answered at the same time, and the most connections; others wait.
MAX_QUERIES, _MAX_CONNECTIONS = 8, 64
#: Seconds after which a connection without a complete request is closed if another client waits for a connection.
_PATIENCE = 1
_IDLE = (Phase.READING, Phase.LINGERING)


class _Open(Protocol):
    """What has a file descriptor."""

    def fileno(self) -> int:
        """Return the file descriptor."""


class _Running(NamedTuple):
    """A query that is answered."""

    connection: Connection
    sandbox: Sandbox


class EndpointServer:
    """A server that listens on an address, as a context. ``bounds`` are the time of each query and the memory of all queries together."""

    def __init__(self, host: str, port: int, endpoint: Endpoint, bounds: Bounds) -> None:
        self._host, self._endpoint = host, endpoint
        self._bounds = Bounds(bounds.seconds, bounds.memory / MAX_QUERIES, added=True)
        self._listener = _listening(host, port)
        self._woken, self._wake = socket.socketpair()
        self._connections: list[Connection] = []
        self._waiting: deque[tuple[Connection, Work]] = deque()
        self._running: list[_Running] = []
        self._signals, self._stop_at = 0, math.inf

    @property
    def address(self) -> str:
        """The address of the page."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._listener.getsockname()[1]}/"

    def __enter__(self) -> Self:
        """Load what answers require, and take over the signals that stop the server."""
        self._endpoint.load()
        gc.freeze()  # the processes of queries share this memory, which collecting garbage would copy
        for end in (self._woken, self._wake):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._stop) for number in heeded}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None) -> None:
        """Stop all queries, close everything, and give the signals back."""
        for running in self._running:
            running.sandbox.stop()
        for connection in self._connections:
            connection.close()
        self._listener.close()
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._woken.close()
        self._wake.close()

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the signature of a handler
        self._signals += 1
        self._stop_at = min(self._stop_at, time.monotonic() + self._bounds.seconds + 1)

    def _wake_up(self, _: float) -> None:
        self._woken.recv(64)

    def serve(self) -> None:
        """Answer requests until a signal. Then no more are read, and running queries have their time to end. A second signal stops them."""
        while not self._signals:
            self._step()
        self._listener.close()
        for connection in self._connections:
            if connection.phase is Phase.READING:
                connection.close()
        self._refuse_waiting(math.inf, "a running server", "a server that stops; ask again later")
        while self._signals == 1 and self._connections and time.monotonic() < self._stop_at:
            self._step()

    def _step(self) -> None:
        """Wait until something happens, and handle it."""
        handlers: dict[int, Callable[[float], None]] = {}
        poll = select.poll()
        for each, events, handler in self._awaited(time.monotonic()):
            handlers[each.fileno()] = handler
            poll.register(each, events)
        for number, _ in poll.poll(self._patience(time.monotonic())):
            handlers[number](time.monotonic())
        now = time.monotonic()
        self._end_late(now)
        self._start(now)
        self._connections = [connection for connection in self._connections if connection.phase is not Phase.CLOSED]

    def _awaited(self, now: float) -> Iterator[tuple[_Open, int, Callable[[float], None]]]:
        """Yield what to wait for, the events, and the function that handles them."""
        yield self._woken, select.POLLIN, self._wake_up
        if not self._signals and (len(self._connections) < _MAX_CONNECTIONS or self._slowest(now)):
            yield self._listener, select.POLLIN, self._accept
        for connection in self._connections:
            if connection.phase in _IDLE:
                yield connection, select.POLLIN, partial(self._read, connection)
            elif connection.phase is Phase.WRITING:
                yield connection, select.POLLOUT, connection.write
        for running in self._running:
            yield running.sandbox, select.POLLIN, partial(self._receive, running)

    def _patience(self, now: float) -> float | None:
        """Return how long to wait at most, in milliseconds; None without a limit."""
        deadlines = [self._stop_at, *(each.deadline for each in self._connections), *(each.sandbox.deadline for each in self._running)]
        if len(self._connections) >= _MAX_CONNECTIONS:
            deadlines.append(now + _PATIENCE)
        return None if min(deadlines) == math.inf else math.ceil(1000 * max(0, min(deadlines) - now))

    def _slowest(self, now: float) -> Connection | None:
        """Return the oldest connection that waits for its client."""
        return next((each for each in self._connections if each.phase in _IDLE and each.since + _PATIENCE <= now), None)

    def _accept(self, now: float) -> None:
        if len(self._connections) >= _MAX_CONNECTIONS and (slowest := self._slowest(now)):
            slowest.close()
        try:
            client, _ = self._listener.accept()
        except OSError:  # the client has gone again, or this process has too many open files and the client has to wait
            return
        self._connections.append(Connection(client, now))

    def _read(self, connection: Connection, now: float) -> None:
        try:
            request = connection.read()
            if request is not None:
                self._answer(connection, request, now)
        except Refused as refused:
            self._reply(connection, Reply.to_error(refused), now)
        except Exception as error:  # noqa: BLE001  # one request must not stop the server
            self._fail(connection, error, now)

    def _answer(self, connection: Connection, request: Request, now: float) -> None:
        check_host(request, self._host, self.address)
        answer = self._endpoint.answer(request)
        if isinstance(answer, Reply):
            self._reply(connection, answer, now)
            return
        connection.deadline = now + self._bounds.seconds
        self._waiting.append((connection, answer))

    def _start(self, now: float) -> None:
        """Start queries in the order of their requests while there is room."""
        while self._waiting and len(self._running) < MAX_QUERIES:
            connection, work = self._waiting.popleft()
            try:
                self._running.append(_Running(connection, Sandbox(lambda work=work: work, self._bounds)))  # type: ignore[misc]
                connection.deadline = math.inf
            except OSError as error:
                self._fail(connection, error, now)

    def _receive(self, running: _Running, now: float) -> None:
        if not running.sandbox.receive():
            return
        self._running.remove(running)
        try:
            reply = Reply.to_work(*running.sandbox.result())
        except KgbuildError as error:
            reply = Reply.to_error(error)
        except Crash as error:
            self._fail(running.connection, error, now)
            return
        self._reply(running.connection, reply, now)

    def _end_late(self, now: float) -> None:
        """End what has taken too long."""
        for running in [each for each in self._running if each.sandbox.deadline <= now]:
            self._running.remove(running)
            running.sandbox.stop()
            self._reply(running.connection, Reply.to_error(running.sandbox.late()), now)
        self._refuse_waiting(now, f"a free process within {self._bounds.seconds:g} s", "none; ask again later")
        for connection in [each for each in self._connections if each.deadline <= now]:
            if connection.phase is Phase.READING:
                self._reply(connection, Reply.to_error(Refused(408, "expected a whole request, got a part of one; send it faster")), now)
            elif connection.phase in (Phase.WRITING, Phase.LINGERING):
                connection.close()

    def _refuse_waiting(self, now: float, expected: str, got: str) -> None:
        """Answer the waiting requests whose deadline has passed."""
        for waiting in [each for each in self._waiting if each[0].deadline <= now]:
            self._waiting.remove(waiting)
            self._reply(waiting[0], Reply.to_error(RanAway(f"expected {expected}, got {got}")), time.monotonic())

    def _fail(self, connection: Connection, error: Exception, now: float) -> None:
        """Report an unexpected error on standard error and to the client."""
        print(traceback_of(error) + unexpected(error), file=sys.stderr, flush=True)  # noqa: T201  # the server goes on
        self._reply(connection, Reply(500, "text/plain; charset=utf-8", f"{unexpected(error)}\n".encode()), now)

    def _reply(self, connection: Connection, reply: Reply, now: float) -> None:
        if connection.phase is Phase.CLOSED:
            return
        connection.respond(reply.status, self._endpoint.headers(connection.request, reply), reply.body, now)
        connection.write(now)


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((host, port))
        listener.listen(2 * _MAX_CONNECTIONS)
    except BaseException:
        listener.close()
        raise
    return listener
