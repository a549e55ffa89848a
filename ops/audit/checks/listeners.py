"""Every listener: nothing in the clear, no protocol below TLS 1.2, no cipher without forward secrecy, none outside."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from ops.audit import wire
from ops.audit.findings import Finding, Said, Severity, Unexamined
from ops.audit.target import Listener, NotExamined, Running, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless:
    """A client that offers what nobody should agree to, and what it means when somebody does."""

    what: str
    context: ssl.SSLContext
    id: str
    severity: Severity
    sentence: str


def check(target: Target) -> list[Said]:
    """Knock at each of them as nobody should be let in."""
    stack, clients = target.running, careless_clients()
    able = [client for client in clients if wire.can_offer(client.context)]
    # What this side cannot offer proves nothing about the other.
    said: list[Said] = [
        Unexamined(what=client.what, why="the OpenSSL of this machine cannot offer it")
        for client in clients
        if client not in able
    ]
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="audit") as pool:
        knocks = [pool.submit(of_one, listener, able) for listener in stack.listeners()]
        said += [each for knock in knocks for each in knock.result()]
    return [*said, *exposed(stack, own_address())]


def careless_clients() -> list[Careless]:
    """Those that should be turned away."""
    return [
        Careless(
            what="protocols below TLS 1.2",
            context=wire.old_protocols(),
            id="listener.old-protocol",
            severity=Severity.HIGH,
            sentence="It agrees to TLS below 1.2; set its lowest protocol to TLS 1.2 or, better, 1.3.",
        ),
        Careless(
            what="weak ciphers",
            context=wire.weak_ciphers(),
            id="listener.weak-cipher",
            severity=Severity.MEDIUM,
            sentence="It agrees to a cipher without forward secrecy or without a certificate; leave only ECDHE with "
            "AES-GCM or ChaCha20 (RFC 9325).",
        ),
    ]


def of_one(listener: Listener, clients: Sequence[Careless]) -> list[Said]:
    """What one of them agrees to."""
    try:
        return list(_knocks(listener, clients))
    except OSError as error:
        return [Unexamined(what=str(listener), why=f"nobody answers there ({type(error).__name__})")]


def _knocks(listener: Listener, clients: Sequence[Careless]) -> Iterator[Said]:
    if wire.understands_plain(listener):
        yield Finding(
            id="listener.plain",
            severity=Severity.HIGH,
            sentence="It answers a client that speaks without TLS; switch its unencrypted port off.",
            where=str(listener),
        )
    for client in clients:
        if _accepts(listener, client.context):
            yield Finding(id=client.id, severity=client.severity, sentence=client.sentence, where=str(listener))


def _accepts(listener: Listener, context: ssl.SSLContext) -> bool:
    try:
        with wire.handshake(listener, context):
            return True
    except (ssl.SSLError, ConnectionError, TimeoutError, wire.NoTls):
        return False


def exposed(stack: Running, address: str | None) -> list[Said]:
    """What listens on loopback for the stack alone must not answer under this machine's other address."""
    try:
        ports = stack.ports
    except NotExamined as reason:
        return [Unexamined(what="inner ports under this machine's own address", why=str(reason))]
    if address is None:
        return [Unexamined(what="inner ports under this machine's own address", why="it has none but loopback")]
    # Side by side: a wall that drops what comes costs a deadline for each.
    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="audit") as pool:
        answers = dict(zip(ports, pool.map(partial(_answers, address), ports.values()), strict=True))
    return [
        Finding(
            id="listener.exposed",
            severity=Severity.HIGH,
            sentence="It answers under an address of the network, and not on loopback only; bind it to 127.0.0.1.",
            where=f"{name} (port {ports[name]})",
        )
        for name, answered in answers.items()
        if answered
    ]


def _answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(wire.SECONDS)
        return probe.connect_ex((address, port)) == 0


def own_address() -> str | None:
    """The address this machine would use towards others; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Reserved for documentation (RFC 5737): it leads to nobody.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address
