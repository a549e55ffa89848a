"""What operators do with questions: they look with a reason that is told, answer once, and never see an address."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import pytest
import structlog
from typer.testing import CliRunner, Result

from common.clock import SYSTEM_CLOCK
from common.inventory.expiring import put_right
from gateway.inventory import INVENTORY
from gateway.operator import app
from gateway.repository.acts import Filter
from tests.fakes.toy.keys import PRIVATE_KEY
from tests.integration.gateway.asking import ANSWER, QUESTION, guest_of
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import INDEX_KEY, Person, Studio

Command = Callable[..., Result]
KEY = "1:" + "A" * 43 + "="
UNUSED = "https://localhost:1"
REASON = "To answer what was asked"


@pytest.fixture
def command(service_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """The operators' command line; how the tests' own process logs is as before afterwards."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    environment = {
        "MODE": "local",
        "DATABASE_URL": service_database("gateway"),
        "BROKER_URL": "amqp://localhost/unused",
        "TOKEN_PUBLIC_KEY": "unused",
        "TOKEN_PRIVATE_KEY": PRIVATE_KEY,
        "SEALING_KEYS": KEY,
        "UPLOAD_KEYS": KEY,
        "BLIND_INDEX_KEY": INDEX_KEY,
        "S3_ENDPOINT": UNUSED,
        "S3_ACCESS_KEY": "unused",
        "S3_SECRET_KEY": "unused",
        "PUBLIC_URL": UNUSED,
        "SMTP_URL": "smtp://localhost:1",
        **{f"{peer}_URL": UNUSED for peer in ("GENERATION", "BILLING", "PRIVACY", "ANALYTICS")},
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"FIGURINE_{name}", value)
    yield lambda *arguments, text=None: CliRunner().invoke(app, list(arguments), input=text)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def ask(ada: Person) -> str:
    made = ada.ask("POST", "/v1/support/tickets", json={"message": QUESTION})
    assert made.status_code == 201
    return made.get_json()["reference"]


def test_a_look_is_told_to_whose_it_is(command: Command, ada: Person, studio: Studio) -> None:
    reference = ask(ada)
    assert QUESTION not in command("questions").output
    shown = command("show", reference, "--as", "mira", "--because", REASON)
    assert QUESTION in shown.stdout
    assert ada.email not in shown.output
    (told,) = ada.get("/v1/privacy/accesses").get_json()["items"]
    assert (told["operator"], told["what"], told["reason"]) == ("mira", f"What you wrote in {reference}", REASON)
    assert studio.sign_up().get("/v1/privacy/accesses").get_json()["items"] == []


def test_what_is_done_at_the_shell_stands_in_the_trail(command: Command, ada: Person, studio: Studio) -> None:
    reference = ask(ada)
    command("show", reference, "--as", "olga", "--because", REASON)
    command("answer", reference, "--as", "olga", text=ANSWER)
    with studio.service.unit.begin() as work:
        lines = [line for line in work.acts.page(Filter(), limit=20) if line.handle == "olga"]
    assert [(line.act, line.role, line.thing, line.person, line.reason) for line in lines] == [
        ("question.answered", "shell", reference, None, ""),
        ("question.read", "shell", reference, ada.id, REASON),
    ]


def test_nobody_looks_without_a_reason(command: Command, ada: Person) -> None:
    refused = command("show", ask(ada), "--as", "mira", "--because", "  ")
    assert (refused.exit_code, QUESTION in refused.output) == (1, False)
    assert ada.get("/v1/privacy/accesses").get_json()["items"] == []


def test_a_question_is_answered_once_and_then_closed(command: Command, studio: Studio, post: PostOffice) -> None:
    guest = guest_of(studio, post)
    reference = guest.thread()["reference"]
    command("show", reference.lower(), "--as", "mira", "--because", REASON)
    assert command("answer", reference, "--as", "mira", text=ANSWER).exit_code == 0
    again = command("answer", reference, "--as", "mira", text=ANSWER)
    assert (again.exit_code, "not sent twice" in again.stderr) == (1, True)
    thread = guest.thread()
    assert [each["text"] for each in thread["messages"]] == [QUESTION, ANSWER]
    assert [(each["operator"], each["reason"]) for each in thread["accesses"]] == [("mira", REASON)]
    assert "1 wait" not in command("questions").output
    assert (command("close", reference, "--as", "mira").exit_code, guest.thread()["state"]) == (0, "closed")
    assert command("answer", reference, "--as", "mira", text="Late").exit_code == 1


def test_what_does_not_exist_is_said_so(command: Command) -> None:
    for arguments in (
        ("show", "FS-222222", "--as", "mira", "--because", REASON),
        ("close", "nonsense", "--as", "mira"),
    ):
        refused = command(*arguments)
        assert (refused.exit_code, "no such question" in refused.stderr) == (1, True)


def test_a_line_about_who_looked_is_never_changed(command: Command, ada: Person, studio: Studio) -> None:
    command("show", ask(ada), "--as", "mira", "--because", REASON)
    for statement in (
        b"UPDATE access_log SET reason = 'none'",
        b"UPDATE access_log SET at = at - interval '4 years'",
        b"TRUNCATE access_log",
    ):
        with pytest.raises(psycopg.Error), studio.service.unit.database.begin() as connection:
            connection.execute(statement)


def test_what_was_done_is_logged_with_ids_only(command: Command, studio: Studio, post: PostOffice) -> None:
    guest = guest_of(studio, post)
    reference = guest.thread()["reference"]
    for result in (
        command("show", reference, "--as", "mira", "--because", REASON),
        command("answer", reference, "--as", "mira", text=ANSWER),
    ):
        assert guest.ticket_id in result.stderr
        assert not any(words in result.stderr for words in (QUESTION, ANSWER, "guest@example.org", reference))


def test_a_line_that_a_clock_wrote_that_ran_ahead_is_brought_back_and_says_the_same(
    command: Command, ada: Person, studio: Studio
) -> None:
    command("show", ask(ada), "--as", "mira", "--because", REASON)
    database, (before,) = studio.service.unit.database, ada.get("/v1/privacy/accesses").get_json()["items"]
    with database.begin() as connection:
        connection.execute(
            """
            INSERT INTO access_log SELECT gen_random_uuid(), account_id, ticket_id, operator, what, reason,
                                          at + interval '5 years' FROM access_log
            """
        )
        connection.execute("DELETE FROM access_log WHERE at < now() + interval '1 year'")
    with database.begin() as connection:
        assert put_right(connection, INVENTORY, SYSTEM_CLOCK.now())["access_log"] == 1
    (after,) = ada.get("/v1/privacy/accesses").get_json()["items"]
    assert {**after, "at": None} == {**before, "at": None}
    assert datetime.fromisoformat(after["at"]) <= SYSTEM_CLOCK.now()
