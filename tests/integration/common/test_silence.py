"""Connections that fall silent, or speak no HTTP, close the door for nobody else."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.toy.running import RunningToy, eventually

THREADS = 4


@pytest.fixture
def toy(toy_database: str) -> Iterator[RunningToy]:
    with RunningToy("web", database_url=toy_database, WEB_THREADS=str(THREADS), SILENCE_SECONDS="1") as toy:
        toy.wait_until_open()
        yield toy


def connect(toy: RunningToy) -> socket.socket:
    host, port = toy.bind.split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def test_more_silent_connections_than_threads_keep_nobody_out(toy: RunningToy) -> None:
    with ExitStack() as stack:
        for _ in range(3 * THREADS):
            stack.enter_context(connect(toy)).sendall(b"G")
        eventually(lambda: toy.get("/healthz") == 200)


def test_more_connections_than_a_process_has_files_at_first_do_not_end_it(toy_database: str) -> None:
    with RunningToy("web", database_url=toy_database, files="96:4096") as toy, ExitStack() as stack:
        toy.wait_until_open()
        (worker,) = workers_of(toy)
        for _ in range(110):
            stack.enter_context(connect(toy))
        eventually(lambda: sum(1 for _ in Path(f"/proc/{worker}/fd").iterdir()) >= 110)
        assert workers_of(toy) == [worker]


def test_where_there_are_no_more_files_no_more_connections_are_taken() -> None:
    asked = "from common.serving import connections_for; print(connections_for(threads=1100))"
    told = [
        subprocess.run(["prlimit", f"--nofile={files}", sys.executable, "-c", asked], capture_output=True, check=True)
        for files in ("96:96", "1024:1024", "1024:8192")
    ]
    assert [int(each.stdout.split()[-1]) for each in told] == [16, 480, 2200]


def workers_of(toy: RunningToy) -> list[str]:
    pid = toy.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nX-Wish Ada Lovelace\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 431),
    ],
    ids=["a header without a colon", "no request", "an endless address"],
)
def test_what_is_no_request_gets_a_problem_that_repeats_nothing_of_it(
    toy: RunningToy, request_: bytes, status: int
) -> None:
    with connect(toy) as connection, connection.makefile("rb") as answer:
        connection.sendall(request_)
        head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status
    assert b"Ada" not in body
