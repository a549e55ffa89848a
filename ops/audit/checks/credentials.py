"""Default credentials: nobody gets in with what stands in a manual, and no service was given such a secret."""

import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from urllib.parse import urlsplit

import httpx2
import psycopg

from common.settings import MINIMUM_SECRET_LENGTH, is_default
from ops.audit import wire
from ops.audit.findings import Finding, Said, Severity, Unexamined
from ops.audit.target import Listener, NotExamined, Running, Target
from ops.services import SERVICES

# What a variable ends with that holds a secret.
_SECRET = ("_KEY", "_KEYS", "_SECRET", "_PASSWORD", "_URL")
_NOT_SECRET = ("_PUBLIC_KEY", "_PUBLIC_KEYS", "_TLS_KEY", "_PROVENANCE_KEY", "_ACCESS_KEY")
# As vendors ship their servers.
_RABBITMQ = (("guest", "guest"), ("admin", "admin"))
_POSTGRES = ("postgres", "figurine", *SERVICES)


def check(target: Target) -> list[Said]:
    """Try the keys that everybody has."""
    stack = target.running
    doors: Mapping[str, Callable[[Listener, Running], Iterator[Finding]]] = {
        "postgresql": _postgres,
        "smtps": _mail,
        "smtp": _mail,
    }
    said: list[Said] = []
    for listener in stack.listeners():
        door = _rabbitmq if listener.name == "rabbitmq management" else doors.get(listener.protocol)
        if door is not None:
            said += _tried(door, listener, stack)
    for service in SERVICES:
        said += _settings(stack, service)
    return said


def _tried(
    door: Callable[[Listener, Running], Iterator[Finding]], listener: Listener, stack: Running
) -> list[Finding] | list[Unexamined]:
    try:
        return list(door(listener, stack))
    except (OSError, httpx2.HTTPError, smtplib.SMTPException) as error:
        return [Unexamined(what=str(listener), why=f"nobody answers there ({type(error).__name__})")]


def _rabbitmq(listener: Listener, stack: Running) -> Iterator[Finding]:
    address = f"https://{listener.host}:{listener.port}/api/whoami"
    with httpx2.Client(verify=wire.trusting(stack.ca), timeout=wire.SECONDS) as client:
        for user, password in _RABBITMQ:
            if client.get(address, auth=(user, password)).is_success:
                yield _finding(f"RabbitMQ lets {user} in with a password everybody knows; delete that user.", listener)


def _postgres(listener: Listener, stack: Running) -> Iterator[Finding]:
    # A password that nobody has: who gets in with it was not asked for one.
    if _logs_in("postgres", secrets.token_hex(16), listener, stack):
        sentence = "Postgres asks nobody for a password; change its pg_hba.conf from trust to scram-sha-256."
        yield _finding(sentence, listener)
        return
    for role in _POSTGRES:
        if _logs_in(role, role, listener, stack):
            yield _finding(f"Postgres lets {role} in with a password everybody knows; set one of your own.", listener)


def _logs_in(role: str, password: str, listener: Listener, stack: Running) -> bool:
    """Raises ConnectionError where it cannot even be asked."""
    try:
        psycopg.connect(
            host=listener.host,
            port=listener.port,
            user=role,
            password=password,
            dbname="postgres",
            sslmode="verify-full",
            sslrootcert=str(stack.ca or "system"),
            connect_timeout=3,
        ).close()
    except psycopg.OperationalError as refusal:
        if not any(word in str(refusal) for word in ("password", "authentication", "does not exist", "permission")):
            raise ConnectionError from refusal
        return False
    return True


def _mail(listener: Listener, stack: Running) -> Iterator[Finding]:
    trusted = wire.trusting(stack.ca)
    # Closed, not left in good manners: what it says to that is of no interest.
    with closing(_smtp(listener, trusted)) as client:
        client.ehlo("audit.localhost")
        if listener.protocol == "smtp":
            client.starttls(context=trusted)
            client.ehlo("audit.localhost")
        if client.mail("audit@localhost")[0] == _SMTP_OK:
            yield Finding(
                id="credentials.open-relay",
                severity=Severity.MEDIUM,
                sentence="The mail server takes mail from somebody who has not logged in; ask for a login.",
                where=str(listener),
            )


_SMTP_OK = 250


def _smtp(listener: Listener, trusted: ssl.SSLContext) -> smtplib.SMTP:
    if listener.protocol == "smtps":
        return smtplib.SMTP_SSL(listener.host, listener.port, timeout=wire.SECONDS, context=trusted)
    return smtplib.SMTP(listener.host, listener.port, timeout=wire.SECONDS)


def _settings(stack: Running, service: str) -> Iterator[Said]:
    try:
        settings = stack.environment(service)
    except (NotExamined, OSError) as reason:
        why = str(reason) if isinstance(reason, NotExamined) else "its settings cannot be read"
        yield Unexamined(what=f"the secrets of {service}", why=why)
        return
    for variable, value in settings.items():
        if variable.endswith(_SECRET) and not variable.endswith(_NOT_SECRET) and _is_weak(variable, value):
            yield Finding(
                id="credentials.setting",
                severity=Severity.HIGH,
                sentence="The secret is one that everybody knows, or shorter than "
                f"{MINIMUM_SECRET_LENGTH} characters; set one of your own.",
                where=f"{variable} of {service}",
            )


def _is_weak(variable: str, value: str) -> bool:
    if variable.endswith("_URL"):
        password = urlsplit(value).password
        return password is not None and (is_default(value) or len(password) < MINIMUM_SECRET_LENGTH)
    return bool(value) and (is_default(value) or len(value) < MINIMUM_SECRET_LENGTH)


def _finding(sentence: str, listener: Listener) -> Finding:
    return Finding(id="credentials.default", severity=Severity.HIGH, sentence=sentence, where=str(listener))
