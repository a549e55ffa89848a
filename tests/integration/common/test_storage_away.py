"""A store that is away, slow or broken is Unavailable, soon, and never an error of its client."""

import io
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
import trustme

from common.errors import Unavailable
from common.storage import ObjectStore


class Address(Protocol):
    """What these tests need of the fixture `s3`."""

    endpoint: str


def store_at(endpoint: str, *, ca_file: Path | None = None) -> ObjectStore:
    return ObjectStore(endpoint=endpoint, access_key="app", secret_key="s" * 16, ca_file=ca_file, patience_seconds=0.3)


@contextmanager
def server(answer: bytes) -> Generator[str]:
    """A server that gives every request the same answer and hangs up; without one it stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return  # The listener was closed: the test is over.
                held.append(connection)
                if answer:
                    connection.recv(65536)
                    connection.sendall(answer)
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


def put(store: ObjectStore) -> None:
    store.put("uploads", "key", io.BytesIO(b"bytes"), length=5)


def read(store: ObjectStore) -> None:
    with store.get("uploads", "key") as stored:
        stored.stream.read()


def read_range(store: ObjectStore) -> None:
    with store.get_range("uploads", "key", offset=0, length=10) as stored:
        stored.stream.read(50)


def stat(store: ObjectStore) -> None:
    store.stat("uploads", "key")


def delete(store: ObjectStore) -> None:
    store.delete("uploads", "key")


def listing(store: ObjectStore) -> None:
    list(store.list("uploads"))


def check(store: ObjectStore) -> None:
    store.check("uploads")


def abort_uploads(store: ObjectStore) -> None:
    store.abort_uploads("uploads")


CALLS = [put, read, read_range, stat, delete, listing, check, abort_uploads]


@pytest.mark.parametrize("call", CALLS)
def test_a_store_that_is_down_is_unavailable(call: Callable[[ObjectStore], None], unused_port: int) -> None:
    with pytest.raises(Unavailable):
        call(store_at(f"https://127.0.0.1:{unused_port}"))


@pytest.mark.parametrize("call", [put, read, check])
def test_a_store_that_does_not_answer_is_unavailable_within_three_times_its_patience(
    call: Callable[[ObjectStore], None],
) -> None:
    with server(b"") as endpoint:
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            call(store_at(endpoint))
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize("call", CALLS)
def test_a_store_that_fails_is_unavailable(call: Callable[[ObjectStore], None]) -> None:
    with server(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n") as endpoint, pytest.raises(Unavailable):
        call(store_at(endpoint))


@pytest.mark.parametrize("call", CALLS)
def test_something_else_on_the_port_of_the_store_is_unavailable(call: Callable[[ObjectStore], None]) -> None:
    with server(b"220 mail.example.org ESMTP\r\n") as endpoint, pytest.raises(Unavailable):
        call(store_at(endpoint))


@pytest.mark.parametrize("call", [read, read_range])
def test_a_store_that_breaks_off_in_the_middle_of_an_object_is_unavailable(
    call: Callable[[ObjectStore], None],
) -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly these"
    with server(begun) as endpoint, pytest.raises(Unavailable):
        call(store_at(endpoint))


def test_an_error_of_the_reader_is_not_taken_for_one_of_the_store() -> None:
    class Mine(Exception):
        pass

    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx") as endpoint:
        store = store_at(endpoint)
        with pytest.raises(Mine), store.get("uploads", "key"):
            raise Mine


def test_a_store_whose_certificate_comes_from_another_authority_is_unavailable(s3: Address, tmp_path: Path) -> None:
    foreign = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(foreign)
    with pytest.raises(Unavailable):
        check(store_at(s3.endpoint, ca_file=foreign))


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
