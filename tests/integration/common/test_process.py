"""A service as a process: starts or says why, finishes what it took, and is never half alive."""

import http.client
import os
import re
import signal
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import trustme

from tests.fakes.toy.gate import GateKeeper
from tests.fakes.toy.running import RunningToy, eventually

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def marks(database_url: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        return {what for (what,) in connection.execute("SELECT what FROM marks").fetchall()}


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


class TestStop:
    def test_a_request_and_a_job_in_progress_are_finished_first(self, toy_database: str) -> None:
        with (
            GateKeeper() as gate,
            RunningToy("all", database_url=toy_database, GATE_PORT=str(gate.port)) as toy,
            ThreadPoolExecutor() as threads,
        ):
            toy.wait_until_open()
            answer = threads.submit(toy.get, "/marks", method="POST")
            gate.wait_for("request", "job")
            toy.stop()
            eventually(lambda: toy.get("/healthz") == 0)
            assert not answer.done()
            gate.open()
            assert toy.ended(seconds=20)[0] == 0
            assert answer.result() == 200
            assert marks(toy_database) == {"request", "job"}

    @pytest.mark.parametrize("role", ["web", "worker", "all"])
    def test_who_is_told_again_and_again_still_ends_orderly(self, toy_database: str, role: str) -> None:
        with RunningToy(role, database_url=toy_database, WEB_WORKERS="2") as toy:
            toy.wait_until_open(bind=toy.worker_metrics_bind if role == "worker" else None)
            toy.stop()
            toy.stop_until_ended()
            assert toy.ended()[0] == 0

    def test_ctrl_c_drains_as_well(self, toy_database: str) -> None:
        with RunningToy("all", database_url=toy_database) as toy:
            toy.wait_until_open()
            toy.process.send_signal(signal.SIGINT)
            assert toy.ended(seconds=20)[0] == 0


class TestDeath:
    @pytest.mark.parametrize("role", ["web", "worker"])
    def test_a_role_that_dies_takes_the_other_with_it(self, toy_database: str, role: str) -> None:
        with RunningToy("all", database_url=toy_database) as toy:
            toy.wait_until_open()
            toy.wait_until_open(bind=toy.worker_metrics_bind)
            children = toy.children()
            os.kill(children[role], signal.SIGKILL)
            assert toy.ended()[0] == 1
            eventually(lambda: all(gone(pid) for pid in children.values()))

    def test_no_role_outlives_its_parent(self, toy_database: str) -> None:
        with RunningToy("all", database_url=toy_database) as toy:
            toy.wait_until_open()
            children = toy.children()
            toy.process.kill()
            eventually(lambda: all(gone(pid) for pid in children.values()))


class TestStart:
    def test_missing_settings_are_all_named_without_a_traceback(self) -> None:
        with RunningToy("web", database_url="", BROKER_URL="", WEB_WORKERS="hush-hush") as toy:
            code, out, err = toy.ended()
        assert code == 78
        assert "FIGURINE_DATABASE_URL is missing" in out
        assert "FIGURINE_BROKER_URL is missing" in out
        assert "FIGURINE_WEB_WORKERS" in out
        assert "hush-hush" not in out + err
        assert "Traceback" not in out + err

    def test_a_command_of_the_service_does_its_work_and_ends(self, toy_database: str) -> None:
        with RunningToy("knock", database_url=toy_database) as toy:
            assert toy.ended()[:2] == (0, "knocked\n")
        assert marks(toy_database) == {"knock"}

    def test_a_command_that_finds_no_database_says_so_in_a_sentence(self) -> None:
        with RunningToy("knock", database_url=NOWHERE) as toy:
            code, out, _ = toy.ended()
        assert code == 1
        assert out.count("\n") == 1

    def test_an_unknown_role_is_told_the_known_ones(self) -> None:
        with RunningToy("dance", database_url=NOWHERE) as toy:
            code, out, _ = toy.ended()
        assert code == 64
        assert "web | worker | all | migrate | await" in out

    def test_migrate_says_what_it_applied_and_does_it_once(self, toy_database: str) -> None:
        with psycopg.connect(toy_database, autocommit=True) as connection:
            connection.execute("DROP TABLE marks")
            connection.execute("DELETE FROM migrations WHERE name = '0001_marks.sql'")
        with RunningToy("migrate", database_url=toy_database) as first:
            assert first.ended()[:2] == (0, "0001_marks.sql\n")
        with RunningToy("migrate", database_url=toy_database) as second:
            assert second.ended()[:2] == (0, "toy: nothing to apply\n")

    def test_await_ends_as_soon_as_somebody_has_migrated(self, toy_database: str) -> None:
        with psycopg.connect(toy_database, autocommit=True) as connection:
            connection.execute("DROP TABLE marks")
            connection.execute("DELETE FROM migrations WHERE name = '0001_marks.sql'")
        with RunningToy("await", database_url=toy_database) as waiting:
            assert waiting.process.stderr is not None
            assert "0001_marks.sql" in next(line for line in waiting.process.stderr if "not ready" in line)
            with RunningToy("migrate", database_url=toy_database) as migrating:
                assert migrating.ended()[0] == 0
            assert waiting.ended()[0] == 0

    def test_await_passes_a_schema_that_is_complete_or_ahead(self, toy_database: str) -> None:
        with psycopg.connect(toy_database, autocommit=True) as connection:
            connection.execute("INSERT INTO migrations (name, checksum) VALUES ('9999_tomorrow.sql', '')")
        with RunningToy("await", database_url=toy_database) as toy:
            assert toy.ended()[0] == 0


class TestWorker:
    def test_a_worker_without_its_broker_is_alive_and_not_ready(self, toy_database: str) -> None:
        with RunningToy("worker", database_url=toy_database) as toy:
            toy.wait_until_open(bind=toy.worker_metrics_bind)
            status, body = toy.read("/readyz", bind=toy.worker_metrics_bind)
            assert status == 503
            assert '"events": "failed"' in body
            assert '"database": "ok"' in body
            toy.stop()
            assert toy.ended()[0] == 0

    def test_a_worker_tells_its_figures(self, toy_database: str) -> None:
        with RunningToy("worker", database_url=toy_database) as toy:
            toy.wait_until_open(bind=toy.worker_metrics_bind)
            assert "figurine_job_runs" in toy.read("/metrics", bind=toy.worker_metrics_bind)[1]


class TestWeb:
    def test_the_figures_of_several_workers_are_added_up(self, toy_database: str) -> None:
        with RunningToy("web", database_url=toy_database, WEB_WORKERS="2") as toy:
            toy.wait_until_open()

            def counted() -> float:
                figures = toy.read("/metrics", bind=toy.metrics_bind)[1]
                return sum(map(float, re.findall(r'seconds_count\{.*route="unmatched".*\} (\S+)', figures)))

            for _ in range(20):
                assert toy.get("/nowhere") == 404
            eventually(lambda: counted() == 20)

    def test_several_web_workers_run_beside_the_worker(self, toy_database: str) -> None:
        with RunningToy("all", database_url=toy_database, WEB_WORKERS="2") as toy:
            toy.wait_until_open()
            toy.wait_until_open(bind=toy.worker_metrics_bind)
            assert toy.get("/nowhere") == 404
            assert 'route="unmatched"' in toy.read("/metrics", bind=toy.metrics_bind)[1]
            toy.stop()
            assert toy.ended()[0] == 0

    def test_metrics_are_not_told_to_the_public(self, toy_database: str) -> None:
        with RunningToy("web", database_url=toy_database) as toy:
            toy.wait_until_open()
            assert toy.get("/metrics") == 404

    def test_a_body_without_a_length_is_held_to_the_limit(self, toy_database: str) -> None:
        with RunningToy("web", database_url=toy_database) as toy:
            toy.wait_until_open()
            connection = http.client.HTTPConnection(toy.bind, timeout=20)
            chunks = (b'{"colour": "' if n == 0 else b"a" * 65536 for n in range(24))
            connection.request("POST", "/marbles", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
            response = connection.getresponse()
            assert response.status == 413
            assert response.headers["Server"] == "figurine"
            connection.close()

    def test_with_a_certificate_it_speaks_tls_only(self, toy_database: str, tmp_path: Path) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)
        tls = {"TLS_CERT": str(tmp_path / "cert.pem"), "TLS_KEY": str(tmp_path / "key.pem")}
        with RunningToy("web", database_url=toy_database, **tls) as toy:
            toy.wait_until_open(tls=trusting)
            toy.wait_until_open(tls=trusting, bind=toy.metrics_bind)
            assert toy.get("/healthz") != 200
            assert toy.get("/healthz", bind=toy.metrics_bind) != 200
