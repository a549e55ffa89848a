"""The stack: started twice it stands once, and what it leaves behind it finds again."""

import os
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from ops.embedded import orphans, ports
from ops.embedded.secrets import Secrets
from ops.embedded.stack import Stack
from ops.embedded.supervision import MARK

SERVERS = ("postgres", "epmd", "rabbitmq", "seaweedfs", "mail")
_WAITS_FOR_INPUT = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def test_starting_what_runs_changes_nothing(embedded_stack: Stack) -> None:
    before = {name: embedded_stack.program(name).pid for name in SERVERS}
    Stack(embedded_stack.site.directory, durable=False).start_servers()
    assert {name: embedded_stack.program(name).pid for name in SERVERS} == before


def test_a_stack_is_audited_where_that_was_asked_for(embedded_stack: Stack) -> None:
    audited = Stack(embedded_stack.site.directory, durable=False, audited=True)
    more = {program.name for program in audited.programs()} - {program.name for program in embedded_stack.programs()}
    assert more == {"audit"}


def test_files_with_secrets_are_for_their_owner_only(embedded_stack: Stack) -> None:
    secrets = [value.encode() for value in embedded_stack.site.secrets.values()]

    def may_be_read_by_others(path: Path) -> bool:
        # Servers make files and take them away while this looks.
        with suppress(FileNotFoundError):
            if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
                content = path.read_bytes()
                return any(secret in content for secret in secrets)
        return False

    assert list(filter(may_be_read_by_others, embedded_stack.site.directory.rglob("*"))) == []
    for name in ("secrets.json", "endpoints.json", "ca.key", "env/gateway.env", "run/supervisord.conf"):
        assert stat.S_IMODE((embedded_stack.site.directory / name).stat().st_mode) == 0o600


def test_two_processes_that_need_the_same_secret_get_the_same(tmp_path: Path) -> None:
    several = [Secrets(tmp_path / "secrets.json") for _ in range(8)]
    with ThreadPoolExecutor() as threads:
        found = {future.result() for future in [threads.submit(each.password, "one") for each in several]}
    assert len(found) == 1
    assert Secrets(tmp_path / "secrets.json").password("one") in found


def test_ports_stay_the_same_until_somebody_takes_one(tmp_path: Path) -> None:
    remembered = tmp_path / "ports.json"
    first = ports.choose(remembered)
    assert len(set(first.values())) == len(first)
    with socket.create_server(("127.0.0.1", first["s3"])):
        second = ports.choose(remembered)
    assert {name for name in first if first[name] != second[name]} == {"s3"}


def test_orphans_are_known_by_their_mark_and_nobody_else_is_touched() -> None:
    ours = subprocess.Popen(_WAITS_FOR_INPUT, stdin=subprocess.PIPE, env={**os.environ, MARK: "a-mark"})
    stranger = subprocess.Popen(_WAITS_FOR_INPUT, stdin=subprocess.PIPE, env={**os.environ, MARK: "a-mark-of-another"})
    with ours, stranger:
        assert orphans.of("a-mark") == {ours.pid}
        assert orphans.clear("a-mark") == 1
        assert ours.wait(timeout=10) != 0
        assert stranger.poll() is None
        stranger.communicate(timeout=10)
        assert stranger.returncode == 0
