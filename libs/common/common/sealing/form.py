"""What a sealed value looks like to somebody without a key."""

import re

from common.sealing import person_key
from common.sealing.keyring import TAG_BYTES, WRAPPED_KEY_BYTES, Unsealable, version_of
from common.sealing.segments import plain_length

# Chance makes a line of so many readable characters once in a hundred billion sealed values.
_READABLE = re.compile(rb"[\x20-\x7e]{32}")
_HEADER_BYTES = 5


def has_sealed_form(value: bytes) -> bool:
    """Whether a value is built as `Sealer.seal` builds one, and nothing in it can be read.

    That it opens, and for whom, only its key can tell.
    """
    under_a_person = person_key.is_under_a_person(value)
    wrapped = person_key.WRAPPED_BYTES if under_a_person else WRAPPED_KEY_BYTES
    if len(value) < wrapped + TAG_BYTES:
        return False
    try:
        plain_length(len(value) - wrapped)
        known = under_a_person or version_of(value) > 0
    except Unsealable:
        return False
    return known and not is_readable(value[_HEADER_BYTES:])


def has_wrapped_form(key: bytes) -> bool:
    """Whether a value is built as the wrapped key of an object is."""
    wrapped = person_key.WRAPPED_BYTES if person_key.is_under_a_person(key) else WRAPPED_KEY_BYTES
    return len(key) == wrapped and key[0] in (1, person_key.FORM)


def is_readable(data: bytes) -> bool:
    """Whether bytes are text, or have a line of it in them; what is sealed has none."""
    if _READABLE.search(data):
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
