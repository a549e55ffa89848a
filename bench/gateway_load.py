"""The clients of `bench.gateway`, each kind in a process of its own, so that they do not slow what they measure."""

import asyncio
import http.client
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

WATCHING_AT_ONCE: Final = 50
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, and the status it is answered with when all is well."""

    path: str
    token: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    expected: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of many calls: seconds of each, and of all together."""

    latencies: Sequence[float]
    seconds: float
    wrong: dict[int, int]


def press(url: str, ca: str, calls: Sequence[Call], connections: int) -> Load:
    """Send every call, so many at a time, each connection the next one as soon as it has its answer."""
    presser = _Presser(calls)
    threads = [threading.Thread(target=presser.work, args=(_client(url, ca),)) for _ in range(connections)]
    begun = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(latencies=presser.latencies, seconds=perf_counter() - begun, wrong=presser.wrong)


class _Presser:
    """Calls that several connections share."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._left = iter(calls)
        self._lock = threading.Lock()
        self.latencies: list[float] = []
        self.wrong: dict[int, int] = {}

    def work(self, client: http.client.HTTPSConnection) -> None:
        while (call := self._next()) is not None:
            begun = perf_counter()
            status = _send(client, call)
            self.latencies.append(perf_counter() - begun)
            if status != call.expected:
                self.wrong[status] = self.wrong.get(status, 0) + 1
        client.close()

    def _next(self) -> Call | None:
        with self._lock:
            return next(self._left, None)


def watch(url: str, ca: str, tokens: Sequence[str], parent: Connection) -> None:
    """Open a stream for each token, say how many are open, and then when each of them heard of something.

    Sends the seconds until all were open; then, for every `go` it receives, waits until every stream had one event
    more, and sends the moments at which they came.
    """
    asyncio.run(_watch(url, ca, tokens, parent))


def _client(url: str, ca: str) -> http.client.HTTPSConnection:
    place = urlsplit(url)
    context = ssl.create_default_context(cafile=ca)
    return http.client.HTTPSConnection(place.hostname or "", place.port, context=context, timeout=60)


def _send(client: http.client.HTTPSConnection, call: Call) -> int:
    headers = {"Authorization": f"Bearer {call.token}"} if call.token else {}
    client.request(call.method, call.path, body=call.body or None, headers=headers | call.headers)
    answer = client.getresponse()
    answer.read()
    return answer.status


class _Watchers:
    """Open streams, and when one of them heard of something."""

    def __init__(self, url: str, ca: str) -> None:
        self._place = urlsplit(url)
        self._context = ssl.create_default_context(cafile=ca)
        self._few = asyncio.Semaphore(WATCHING_AT_ONCE)
        self._writers: list[asyncio.StreamWriter] = []
        self.heard: asyncio.Queue[float] = asyncio.Queue()

    async def open(self, token: str) -> asyncio.StreamReader:
        place = self._place
        async with self._few:
            reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=self._context)
            asked = f"GET /v1/events HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
            writer.write(asked.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.split(b"\r\n")[0].decode())
            self._writers.append(writer)
            return reader

    async def listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data:"):
                self.heard.put_nowait(perf_counter())


async def _watch(url: str, ca: str, tokens: Sequence[str], parent: Connection) -> None:
    watchers, begun = _Watchers(url, ca), perf_counter()
    readers = await asyncio.gather(*(watchers.open(token) for token in tokens))
    listeners = [asyncio.ensure_future(watchers.listen(reader)) for reader in readers]
    parent.send(perf_counter() - begun)
    while await asyncio.to_thread(parent.recv) == "go":
        parent.send([await asyncio.wait_for(watchers.heard.get(), PATIENCE_SECONDS) for _ in tokens])
    parent.send(sum(not listener.done() for listener in listeners))
    for listener in listeners:
        listener.cancel()
