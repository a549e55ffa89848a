"""Every certificate: trusted, for the name it is reached by, and good for a while yet."""

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from common.clock import SYSTEM_CLOCK
from ops.audit import wire
from ops.audit.findings import Finding, Said, Severity, Unexamined
from ops.audit.target import Listener, NotExamined, Running, Target

# Time enough to get another one, also over a holiday.
SOON = timedelta(days=14)
# X509_V_ERR_… of OpenSSL.
_EXPIRED, _NAME = 10, 62


def check(target: Target) -> list[Said]:
    """Shake hands with each listener as a careful client does, and read the files that no listener shows."""
    stack = target.running
    trusted = wire.trusting(stack.ca)
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="audit") as pool:
        shown = [pool.submit(_of_one, listener, trusted) for listener in stack.listeners()]
        said = [each for one in shown for each in one.result()]
    return [*said, *_of_files(stack)]


def _of_one(listener: Listener, trusted: ssl.SSLContext) -> list[Said]:
    try:
        with wire.handshake(listener, trusted) as secure:
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"])), UTC)
    except ssl.SSLCertVerificationError as refusal:
        return [_refused(listener, refusal)]
    except (OSError, wire.NoTls) as error:
        return [Unexamined(what=str(listener), why=f"no TLS could be begun there ({type(error).__name__})")]
    return list(_ending(ends, str(listener)))


def _refused(listener: Listener, refusal: ssl.SSLCertVerificationError) -> Finding:
    match refusal.verify_code:
        case code if code == _EXPIRED:
            return _expired(str(listener))
        case code if code == _NAME:
            return Finding(
                id="certificate.name",
                severity=Severity.HIGH,
                sentence="The certificate is for another name than the one it is reached by; issue one for this name.",
                where=str(listener),
            )
        case _:
            return Finding(
                id="certificate.untrusted",
                severity=Severity.HIGH,
                sentence=f"The certificate is not trusted ({refusal.verify_message}); issue one from the authority "
                "that clients know.",
                where=str(listener),
            )


def _of_files(stack: Running) -> Iterator[Said]:
    if stack.ca is not None:
        yield from _of_file(stack.ca, "the certificate authority")
    try:
        chain = stack.environment("generation").get("FIGURINE_PROVENANCE_CERT")
    except NotExamined as reason:
        yield Unexamined(what="the certificate that pictures are signed with", why=str(reason))
        return
    if chain is not None:
        yield from _of_file(Path(chain), "the certificate that pictures are signed with")


def _of_file(file: Path, what: str) -> Iterator[Said]:
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        yield Unexamined(what=what, why=f"its file cannot be read ({type(error).__name__})")
        return
    yield from _ending(certificate.not_valid_after_utc, what)


def _ending(ends: datetime, where: str) -> Iterator[Finding]:
    left = ends - SYSTEM_CLOCK.now()
    if left <= timedelta():
        yield _expired(where)
    elif left < SOON:
        yield Finding(
            id="certificate.expiring",
            severity=Severity.MEDIUM,
            sentence=f"The certificate expires on {ends:%Y-%m-%d}; replace it before then.",
            where=where,
        )


def _expired(where: str) -> Finding:
    return Finding(
        id="certificate.expired",
        severity=Severity.HIGH,
        sentence="The certificate has expired, so that careful clients turn away; replace it now.",
        where=where,
    )
