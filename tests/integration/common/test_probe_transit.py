"""Promise S1 from outside: whoever comes without TLS is answered by nobody, and one server that answers is found."""

import ssl
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from common import metrics
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.health import Report
from common.probes import Finding, Found, Look
from common.probes.clear import Heard, Place, try_amqp, try_http, try_postgres, try_smtp, try_smtps
from common.probes.transit import tls_only
from common.settings import StoreSettings
from tests.fakes.talkers import relaying, saying
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.fixtures.servers import Servers

HOME = "127.0.0.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    issued = trustme.CA().issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(folder / "tls.crt")
    issued.private_key_pem.write_to_path(folder / "tls.key")
    return folder / "tls.crt", folder / "tls.key"


@pytest.fixture(scope="module")
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("analytics"), application="test")
    yield database
    database.close()


@contextmanager
def listening(tls: tuple[Path, Path] | None) -> Generator[str]:
    """Metrics as every service serves them; yields where."""
    server = metrics.serve(f"{HOME}:0", readiness=lambda: Report(checks={}), tls=tls)
    yield f"{HOME}:{server.server_address[1]}"
    server.close()


@pytest.fixture
def settings(servers: Servers, service_database: Callable[[str], str]) -> Callable[..., StoreSettings]:
    known: dict[str, Any] = {
        "mode": "local",
        "database_url": SecretStr(service_database("analytics")),
        "broker_url": SecretStr(servers.broker_url("operator", "/")),
        "token_public_key": PUBLIC_KEY,
        "s3_endpoint": servers.s3.endpoint,
        "bind": f"{HOME}:1",
    }
    return lambda **more: StoreSettings(**(known | more))


@pytest.fixture
def look(database: Database) -> Callable[[StoreSettings], Finding]:
    seeing = Look(database=database, clock=SYSTEM_CLOCK)
    return lambda settings: tls_only(settings, database).check(seeing)


def test_nobody_answers_where_everything_is_encrypted(
    settings: Callable[..., StoreSettings],
    look: Callable[[StoreSettings], Finding],
    certificate: tuple[Path, Path],
    capfd: pytest.CaptureFixture[str],
) -> None:
    with listening(certificate) as bind:
        found = look(settings(bind=bind, metrics_bind=bind))
    assert found.state is Found.KEPT, found
    assert (found.figures["tried"], found.figures["answered"], found.figures["away"]) == (5, 0, 0)
    # What comes every few minutes is no news, least of all with a stack trace.
    assert capfd.readouterr().err == ""


def test_a_listener_without_tls_is_found(
    settings: Callable[..., StoreSettings], look: Callable[[StoreSettings], Finding]
) -> None:
    with listening(None) as bind:
        found = look(settings(metrics_bind=bind))
    assert (found.state, found.figures["which"]) == (Found.BROKEN, "its metrics")


def test_where_nobody_listens_nothing_is_said_to_be_seen(
    settings: Callable[..., StoreSettings], look: Callable[[StoreSettings], Finding]
) -> None:
    found = look(settings())
    assert found.state is Found.KEPT
    assert (found.figures["tried"], found.figures["away"]) == (3, 1)
    assert "its door" in found.checked


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_listener_that_takes_an_old_protocol_is_found(
    settings: Callable[..., StoreSettings], look: Callable[[StoreSettings], Finding], certificate: tuple[Path, Path]
) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(*certificate)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with saying(b"", tls=old) as port:
        found = look(settings(bind=f"{HOME}:{port}"))
    assert (found.state, found.figures["which"]) == (Found.BROKEN, "its door (TLS 1.1)")


@pytest.mark.parametrize(
    ("change", "words", "which"),
    [
        ("broker_url", b"\x01\x00\x00\x00\x00", "RabbitMQ"),
        ("database_url", b"R\x00\x00\x00\x08\x00\x00\x00\x0a", "Postgres"),
        ("s3_endpoint", b"HTTP/1.1 403 Forbidden\r\n\r\n<?xml version='1.0'?>", "the object store"),
        ("s3_endpoint", b"HTTP/1.1 400 Bad Request\r\n\r\n<?xml version='1.0'?>", "the object store"),
    ],
)
def test_a_server_that_answers_in_the_clear_is_found(
    settings: Callable[..., StoreSettings],
    look: Callable[[StoreSettings], Finding],
    change: str,
    words: bytes,
    which: str,
) -> None:
    schemes = {"broker_url": "amqps", "database_url": "postgresql", "s3_endpoint": "https"}
    with saying(words) as port:
        address = f"{schemes[change]}://{HOME}:{port}"
        found = look(settings(**{change: address if change == "s3_endpoint" else SecretStr(address)}))
    assert (found.state, found.figures["which"]) == (Found.BROKEN, which)


def test_a_partner_without_https_is_found_and_not_asked(
    settings: Callable[..., StoreSettings], look: Callable[[StoreSettings], Finding]
) -> None:
    found = look(settings(otlp_endpoint="http://nowhere.invalid:4318"))
    assert (found.state, found.figures["which"]) == (Found.BROKEN, "the collector of traces")


def test_a_session_that_is_not_encrypted_is_found(settings: Callable[..., StoreSettings], database: Database) -> None:
    class Unencrypted(Database):
        @contextmanager
        def begin(self) -> Generator[Any]:
            with database.begin() as connection:
                # Nobody's session: what the view says of one that came without TLS.
                yield _Rows(connection.execute("SELECT false"))

    plain = Unencrypted("", application="test")
    found = tls_only(settings(), database).check(Look(database=plain, clock=SYSTEM_CLOCK))
    assert (found.state, found.figures["which"]) == (Found.BROKEN, "the probes'")


class _Rows:
    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def execute(self, _query: object) -> Any:
        return self._rows


@pytest.mark.parametrize(
    ("try_", "words", "heard"),
    [
        (try_http, b"HTTP/1.1 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", Heard.NOTHING),
        (try_http, b"HTTP/1.1 200 OK\r\n\r\n", Heard.ANSWER),
        (try_http, b"\x15\x03\x01\x00\x02\x02\x46", Heard.NOTHING),
        (try_amqp, b"AMQP\x00\x00\x09\x01", Heard.ANSWER),
        (try_amqp, b"", Heard.NOTHING),
        (try_smtps, b"220 mail\r\n", Heard.ANSWER),
        (try_smtps, b"", Heard.NOTHING),
    ],
)
def test_an_answer_is_told_from_a_refusal(try_: Callable[[Place], Heard], words: bytes, heard: Heard) -> None:
    with saying(words) as port:
        assert try_(Place(HOME, port)) is heard


def test_postgres_refuses_in_words_and_is_not_taken_for_one_who_answers() -> None:
    with saying(b"E\x00\x00\x00\x20SFATAL\x00C28000\x00\x00") as port:
        assert try_postgres(Place(HOME, port), user="a", database="b") is Heard.NOTHING


@pytest.mark.parametrize(
    ("answers", "heard"),
    [
        ({"EHLO": "250-mail\r\n250 STARTTLS", "MAIL": "530 Must issue a STARTTLS command first"}, Heard.NOTHING),
        ({"EHLO": "250-mail\r\n250 STARTTLS"}, Heard.ANSWER),
        ({"EHLO": "250-mail\r\n250-AUTH PLAIN\r\n250 STARTTLS", "MAIL": "530 no"}, Heard.ANSWER),
    ],
)
def test_a_mail_server_may_take_nothing_before_starttls(answers: dict[str, str], heard: Heard) -> None:
    with relaying(answers) as port:
        assert try_smtp(Place(HOME, port)) is heard


def test_nobody_is_not_silence() -> None:
    assert {try_(Place(HOME, 1)) for try_ in (try_http, try_amqp, try_smtp, try_smtps)} == {Heard.NOBODY}
