"""Mail that comes back: what a delivery status notification says, and of which letter (RFC 3464). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import Message
from typing import Final

from common.errors import Invalid

# So many letters in a row have to come back before no more is sent, and no more than so long apart.
PAUSED_AFTER: Final = 3
FORGOTTEN_AFTER: Final = timedelta(days=180)
# What comes back may carry the letter that was sent; more than that is no notification.
MOST_BYTES: Final = 2 * 1024 * 1024
# 25 bytes as base32: the id of a letter, and what shows that we made it (gateway.adapters.links).
TRACE: Final = re.compile(r"(?<![a-z2-7])[a-z2-7]{40}(?![a-z2-7])")
_FAILED: Final = "failed"
# Security and policy (RFC 3463, section 3.8): it says something of the letter or of the server, not of the mailbox.
_OF_POLICY: Final = ".7."
# Where a trace may stand in what came back: to whom it came, and in the letter it is about.
_TO: Final = ("to", "delivered-to", "x-original-to")
_OF_LETTER: Final = ("message-id", "original-envelope-id")


class NoBounce(Invalid):
    """This is no delivery status notification about a letter of ours that failed. Nothing was noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A letter that came back. `of_mailbox`: the mailbox is the reason, not what was in the letter."""

    trace: str
    of_mailbox: bool


def read_bounce(raw: bytes) -> Bounce:
    """What a message from outside says came back. Raises NoBounce for everything else, delays among it."""
    if len(raw) > MOST_BYTES:
        raise NoBounce
    message = message_from_bytes(raw, policy=policy.compat32)
    if message.get_content_type() != "multipart/report":
        raise NoBounce
    failed = [status for action, status in _recipients(message) if action == _FAILED and status.startswith("5")]
    trace = next(iter(_traces(message)), None)
    if not failed or trace is None:
        raise NoBounce
    return Bounce(trace=trace, of_mailbox=any(is_of_mailbox(status) for status in failed))


def is_of_mailbox(status: str) -> bool:
    """Whether an enhanced status code for good, as in 5.1.1, tells of a mailbox that takes nothing."""
    return status.startswith("5") and _OF_POLICY not in status[:4]


def _recipients(message: Message) -> Iterator[tuple[str, str]]:
    """Action and status of each recipient: the groups of fields after the first (RFC 3464, section 2.3)."""
    for part in message.walk():
        # Python's parser makes each group of fields a part of its own.
        if part.get_content_maintype() == "text" and "action" in part:
            yield _field(part, "action").lower(), _field(part, "status")


def _traces(message: Message) -> Iterator[str]:
    """To whom it came back, and what the letter itself said, whole or its headers alone."""
    for part in message.walk():
        for name in _TO if part is message else _OF_LETTER:
            yield from TRACE.findall(_field(part, name).lower())
        if part.get_content_type() == "text/rfc822-headers":
            yield from TRACE.findall(str(part.get_payload()).lower())


def _field(part: Message, name: str) -> str:
    return str(part.get(name, "")).strip()
