"""Which passwords are too easily guessed: those that many people have, and those made of what everybody knows. Pure.

By NIST SP 800-63B, section 3.1.1.2: length counts, nothing is asked of what it is made of, and what is on a list of
common passwords, in a row or known of the person or the service is refused with a word on what to do.
"""

from collections.abc import Collection, Iterable
from typing import Final

from common.errors import Invalid

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 200
# A common password with so many digits and signs around it is tried right after the common password itself.
_ADORNED_BY: Final = 6
_SHORTEST_WORD: Final = 4
# Of what is left without the words that everybody knows, so many letters are hard enough.
_OWN_LETTERS: Final = 6
_SERVICE: Final = ("figurine", "figurines", "studio")
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_SWAPPED: Final = str.maketrans("013457@$!", "oleastasi")


class PasswordTooCommon(Invalid):
    """This password is among the first that are guessed. Choose one nobody else has: a few unrelated words do well."""


class PasswordKnown(Invalid):
    """This password is made of your name, your address or ours. Choose one that has nothing to do with them."""


def check_length(password: str) -> str:
    """The password, if it is long enough; length is what makes it hard to guess. Raises Invalid."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid(f"Choose a password of {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    return password


def check_guessable(password: str, common: Collection[str], own: Iterable[str]) -> str:
    """The password, if it is not among the first to be guessed. Raises PasswordTooCommon, PasswordKnown.

    `common` are passwords, words and names in small letters; `own` what everybody knows of her: her name, her address.
    """
    plain = password.casefold()
    if any(form in common or _is_repeated(form) or _is_row(form) for form in _forms(plain)):
        raise PasswordTooCommon
    if _is_made_of(plain, [*_words(own), *_SERVICE]):
        raise PasswordKnown
    return password


def _forms(plain: str) -> Iterable[str]:
    """The password, without what is around it, and with letters for the digits that stand for them."""
    yield plain
    yield plain.translate(_SWAPPED)
    bare = plain.strip("".join(sign for sign in plain if not sign.isalpha()))
    if bare and len(plain) - len(bare) <= _ADORNED_BY:
        yield bare
        yield bare.translate(_SWAPPED)


def _is_repeated(plain: str) -> bool:
    """Whether a short piece makes all of it: aaaaaaaaaa, abcabcabcabc."""
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 3 + 1))


def _is_row(plain: str) -> bool:
    """Whether it stands in a row on a keyboard or in the alphabet, forwards or backwards."""
    return len(plain) >= MIN_PASSWORD // 2 and any(
        plain in twice or plain in twice[::-1] for twice in (row * 2 for row in _ROWS)
    )


def _is_made_of(plain: str, known: Iterable[str]) -> bool:
    left = plain
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word, "")
    return left != plain and sum(sign.isalpha() for sign in left) < _OWN_LETTERS


def _words(own: Iterable[str]) -> list[str]:
    """The pieces of names and addresses that are long enough to be recognised."""
    whole = [each.casefold().strip() for each in own]
    parted = "".join(sign if sign.isalnum() else " " for sign in " ".join(whole))
    return [word for word in [*whole, *parted.split()] if len(word) >= _SHORTEST_WORD]
