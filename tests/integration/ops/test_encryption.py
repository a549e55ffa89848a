"""Nothing is said to a server of the stack in the clear."""

import smtplib
import socket
import ssl
from email.message import EmailMessage

import psycopg
import pytest

from ops.embedded.stack import Stack

# What a client says first, where the client speaks first.
GREETINGS = {
    "amqps": b"AMQP\x00\x00\x09\x01",
    "rabbitmq-management": b"GET /api/overview HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "s3": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "smtps": b"EHLO localhost\r\n",
}
# What each would answer if it had understood.
UNDERSTOOD = (b"AMQP", b"\x01", b"HTTP/1.1 200", b"HTTP/1.1 401", b"HTTP/1.1 403", b"220", b"250")


@pytest.mark.parametrize("port", GREETINGS)
def test_a_server_does_not_understand_a_client_without_tls(embedded_stack: Stack, port: str) -> None:
    with socket.create_connection(("127.0.0.1", embedded_stack.site.ports[port]), timeout=10) as plain:
        plain.sendall(GREETINGS[port])
        try:
            answer = plain.recv(1024)
        except ConnectionResetError:
            answer = b""
    assert not answer.startswith(UNDERSTOOD)


def test_postgres_refuses_a_login_without_tls(embedded_stack: Stack) -> None:
    url = embedded_stack.postgres.admin_url().split("?")[0]
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(f"{url}?sslmode=disable")


@pytest.mark.parametrize("port", ["amqps", "rabbitmq-management", "s3", "smtps"])
def test_a_client_that_does_not_know_the_authority_turns_away(embedded_stack: Stack, port: str) -> None:
    with (
        socket.create_connection(("localhost", embedded_stack.site.ports[port]), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def client(stack: Stack) -> smtplib.SMTP_SSL:
    context = ssl.create_default_context(cafile=stack.site.ca)
    return smtplib.SMTP_SSL("localhost", stack.site.ports["smtps"], timeout=10, context=context)


def message(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "studio@localhost", "person@localhost", subject
    made.set_content("Your figurine stands on the shelf. Grüße!")
    return made


def test_mail_needs_a_login(embedded_stack: Stack) -> None:
    with client(embedded_stack) as smtp, pytest.raises(smtplib.SMTPException) as refused:
        smtp.send_message(message("nobody"))
    assert "530" in str(refused.value)


def test_mail_is_kept_where_a_person_can_read_it(embedded_stack: Stack, database_name: str) -> None:
    user, password = embedded_stack.mail.login
    with client(embedded_stack) as smtp:
        smtp.login(user, password)
        smtp.send_message(message(f"Ready {database_name}"))
    kept = [text for path in embedded_stack.site.mail.glob("*.txt") if database_name in (text := path.read_text())]
    assert len(kept) == 1
    assert "To: person@localhost" in kept[0]
    assert "Your figurine stands on the shelf. Grüße!" in kept[0]
