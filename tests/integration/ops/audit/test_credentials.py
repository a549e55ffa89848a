"""Default credentials, tried at servers that take them, and at the studio's own, which do not."""

import shlex
from pathlib import Path
from typing import Any

import psycopg
import pytest
import trustme

from ops.audit.checks import credentials
from ops.audit.findings import Finding, Said, Unexamined
from ops.audit.target import Running, Target
from ops.embedded.stack import Stack
from ops.services import SERVICES
from tests.integration.ops.audit import doors

# Long enough to be somebody's own.
OWN = "c8c1f1de0a4f4d0a9b7e6c5d4b3a2918"


def ids(said: list[Said]) -> list[str]:
    return [each.id for each in said if isinstance(each, Finding)]


def settings(folder: Path, **changed: str) -> Running:
    """Services with secrets of their own, but for what is changed in billing's."""
    given = {"FIGURINE_DATABASE_URL": f"postgresql://billing:{OWN}@localhost/figurine", "FIGURINE_CODE_KEY": OWN}
    for service in SERVICES:
        own = {**given, **(changed if service == "billing" else {})}
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in own.items()]
        (folder / f"{service}.env").write_text("".join(lines))
    return Running({"gateway": "https://localhost:1", "audit": {"environments": str(folder)}}, Path("/"))


def test_services_with_secrets_of_their_own_pass(tmp_path: Path) -> None:
    assert credentials.check(Target(stack=settings(tmp_path, FIGURINE_TLS_KEY="/k", FIGURINE_S3_ACCESS_KEY="b"))) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FIGURINE_DATABASE_URL", "postgresql://billing:postgres@localhost/figurine"),
        ("FIGURINE_BROKER_URL", "amqps://billing:guest@localhost/figurine"),
        ("FIGURINE_S3_SECRET_KEY", "minioadmin"),
        ("FIGURINE_CODE_KEY", "change-me-before-you-go-live"),
        ("FIGURINE_STRIPE_WEBHOOK_SECRET", "tooshort"),
    ],
)
def test_a_secret_that_everybody_knows_is_found_and_not_repeated(tmp_path: Path, variable: str, value: str) -> None:
    (found,) = credentials.check(Target(stack=settings(tmp_path, **{variable: value})))
    assert isinstance(found, Finding)
    assert (found.id, found.where) == ("credentials.setting", f"{variable} of billing")
    assert value not in found.sentence


def test_settings_that_cannot_be_seen_were_not_examined() -> None:
    said = credentials.check(Target(stack=Running({"gateway": "https://localhost:1"}, Path("/"))))
    assert [type(each) for each in said] == [Unexamined] * len(SERVICES)


def test_a_broker_that_lets_guests_in_is_found(authority: trustme.CA, ca: Path) -> None:
    # What a request to RabbitMQ's API is answered when its guest was left in.
    with doors.site(lambda _method, _path: (200, {}, b'{"name": "guest"}'), doors.identity(authority)) as url:
        said = credentials.check(Target(stack=doors.stack_at("https://localhost:1", ca, rabbitmq={"management": url})))
    assert set(ids(said)) == {"credentials.default"}


def test_mail_from_who_has_not_logged_in_is_found(authority: trustme.CA, ca: Path) -> None:
    tls = doors.identity(authority)
    with doors.door(doors.mail_that_takes_letters_in_the_clear, tls) as port:
        stack = doors.stack_at("https://localhost:1", ca, smtp=f"smtps://localhost:{port}")
        assert ids(credentials.check(Target(stack=stack))) == ["credentials.open-relay"]


def of(stack: Stack) -> Running:
    """The test's servers, as the audit sees them."""
    said: dict[str, Any] = {
        "gateway": "https://localhost:1",
        "ca": str(stack.site.ca),
        "postgres": {"admin": stack.postgres.admin_url()},
        "rabbitmq": {"management": stack.rabbitmq.management_url()},
        "smtp": stack.mail.url(),
        "audit": {"environments": str(stack.site.environments)},
    }
    return Running(said, Path("/"))


def test_strangers_are_turned_away_until_a_role_has_a_password_that_everybody_knows(embedded_stack: Stack) -> None:
    target = Target(stack=of(embedded_stack))
    assert credentials.check(target) == []
    with psycopg.connect(embedded_stack.postgres.admin_url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE figurine LOGIN PASSWORD 'figurine'")
        try:
            assert ids(credentials.check(target)) == ["credentials.default"]
        finally:
            connection.execute("DROP ROLE figurine")
