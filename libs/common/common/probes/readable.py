"""Traces of a person that anybody recognises: e-mail addresses, telephone numbers, IP addresses. Pure.

Names have no form, so nobody can look for those without knowing them.
"""

import json
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, Final

_EMAIL: Final = re.compile(r"[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b", re.ASCII)
# As ITU-T E.164 writes it; what stands in the middle of base64 is none.
_TELEPHONE: Final = re.compile(r"(?<![\w+/=.:-])\+\d(?:[ ().-]{0,2}\d){7,14}(?![\w+/=])", re.ASCII)
_ADDRESS_4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)", re.ASCII)
_ADDRESS_6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:.])", re.ASCII)


def traces_in(text: str) -> set[str]:
    """What kinds of traces stand in a text."""
    found = {
        kind for kind, pattern in (("e-mail address", _EMAIL), ("telephone number", _TELEPHONE)) if pattern.search(text)
    }
    return found | ({"IP address"} if any(_is_somebodys(each) for each in _addresses(text)) else set())


def text_of(value: Any) -> str:
    """A value of a column as somebody reads it."""
    match value:
        case str():
            return value
        case bytes():
            # Events lie in the outbox as bytes. Digests are no text: of random bytes some always look like an address.
            try:
                return value.decode()
            except UnicodeDecodeError:
                return ""
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


def _addresses(text: str) -> Iterator[str]:
    for pattern in (_ADDRESS_4, _ADDRESS_6):
        yield from pattern.findall(text)


def _is_somebodys(text: str) -> bool:
    """Whether it is an address at all, and not the machine's name for itself."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
