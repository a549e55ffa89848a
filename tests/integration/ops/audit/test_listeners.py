"""TLS as the audit looks at it: small servers that do one thing wrong, and the real ones, which do not."""

import json
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from ops.audit.checks import certificates, listeners
from ops.audit.findings import Finding, Said, Unexamined
from ops.audit.target import Listener, Running, Target
from ops.embedded.stack import Stack
from tests.integration.ops.audit import doors


def ids(said: list[Said]) -> list[str]:
    return [each.id for each in said if isinstance(each, Finding)]


def knock(port: int, protocol: str = "https") -> list[str]:
    listener = Listener.at("the door", f"{protocol}://localhost:{port}")
    return ids(listeners.of_one(listener, listeners.careless_clients()))


def modern(authority: trustme.CA) -> ssl.SSLContext:
    context = doors.identity(authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def old(authority: trustme.CA) -> ssl.SSLContext:
    context = doors.identity(authority)
    context.set_ciphers("ECDHE+AES:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    return context


def anonymous(authority: trustme.CA) -> ssl.SSLContext:
    context = modern(authority)
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


@pytest.mark.parametrize(
    ("made", "found"),
    [(modern, []), (old, ["listener.old-protocol"]), (anonymous, ["listener.weak-cipher"])],
    ids=["modern", "old", "anonymous"],
)
def test_what_a_listener_agrees_to_is_found_out(
    authority: trustme.CA, made: Callable[[trustme.CA], ssl.SSLContext], found: list[str]
) -> None:
    with doors.door(tls=made(authority)) as port:
        assert knock(port) == found


@pytest.mark.parametrize(
    ("protocol", "speak", "found"),
    [
        ("https", doors.answers_http, ["listener.plain"]),
        ("postgresql", doors.postgres_that_asks_in_the_clear, ["listener.plain"]),
        ("smtps", doors.mail_that_takes_letters_in_the_clear, ["listener.plain"]),
        ("smtp", doors.mail_that_takes_letters_in_the_clear, ["listener.plain"]),
        ("smtp", doors.mail_that_wants_tls_first, []),
    ],
)
def test_who_speaks_without_tls_is_found_out(protocol: str, speak: doors.Speak, found: list[str]) -> None:
    with doors.door(speak) as port:
        assert knock(port, protocol) == found


def test_where_nobody_listens_nothing_was_examined(ca: Path) -> None:
    with doors.door() as port:
        stack = doors.stack_at(f"https://localhost:{port}", ca)
    said = [*listeners.check(Target(stack=stack)), *certificates.check(Target(stack=stack))]
    assert ids(said) == []
    assert f"gateway (localhost:{port})" in {each.what for each in said if isinstance(each, Unexamined)}


def test_an_inner_port_that_answers_the_network_is_found_out(tmp_path: Path, ca: Path) -> None:
    with doors.door() as port:
        (tmp_path / "ports.json").write_text(json.dumps({"filer": port}))
        stack = doors.stack_at("https://localhost:1", ca, audit={"ports": str(tmp_path / "ports.json")})
        # Loopback in the place of the network's address: whoever answers there is as open.
        assert ids(listeners.exposed(stack, "127.0.0.1")) == ["listener.exposed"]
    assert listeners.exposed(stack, "127.0.0.1") == []
    assert [type(each) for each in listeners.exposed(stack, None)] == [Unexamined]


@pytest.mark.parametrize(
    ("names", "days", "found"),
    [
        ((), 90, []),
        ((), 5, ["certificate.expiring"]),
        ((), -1, ["certificate.expired"]),
        (("studio.example.org",), 90, ["certificate.name"]),
    ],
)
def test_what_is_wrong_with_a_certificate_is_found_out(
    authority: trustme.CA, ca: Path, names: tuple[str, ...], days: float, found: list[str]
) -> None:
    with doors.door(tls=doors.identity(authority, *names, ends=doors.in_days(days))) as port:
        assert ids(certificates.check(Target(stack=doors.stack_at(f"https://localhost:{port}", ca)))) == found


def test_a_certificate_of_somebody_elses_authority_is_found_out(ca: Path) -> None:
    with doors.door(tls=doors.identity(trustme.CA())) as port:
        said = certificates.check(Target(stack=doors.stack_at(f"https://localhost:{port}", ca)))
    assert ids(said) == ["certificate.untrusted"]


def test_a_certificate_that_only_a_file_shows_is_read_too(authority: trustme.CA, ca: Path, tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    authority.issue_cert("localhost", not_after=doors.in_days(-3)).cert_chain_pems[0].write_to_path(str(chain))
    (tmp_path / "generation.env").write_text(f"FIGURINE_PROVENANCE_CERT={chain}\n")
    with doors.door(tls=doors.identity(authority)) as port:
        stack = doors.stack_at(f"https://localhost:{port}", ca, audit={"environments": str(tmp_path)})
        (found,) = certificates.check(Target(stack=stack))
    assert isinstance(found, Finding)
    assert (found.id, found.where) == ("certificate.expired", "the certificate that pictures are signed with")


def test_the_studios_own_servers_pass(embedded_stack: Stack) -> None:
    said = {
        "gateway": embedded_stack.seaweedfs.endpoint,
        "ca": str(embedded_stack.site.ca),
        "postgres": {"admin": embedded_stack.postgres.admin_url()},
        "rabbitmq": {
            "url": embedded_stack.rabbitmq.admin_url(),
            "management": embedded_stack.rabbitmq.management_url(),
        },
        "smtp": embedded_stack.mail.url(),
        "audit": {"ports": str(embedded_stack.site.ports_file), "environments": str(embedded_stack.site.environments)},
    }
    target = Target(stack=Running(said, Path("/")))
    assert len(target.running.listeners()) == 5
    assert ids([*listeners.check(target), *certificates.check(target)]) == []
