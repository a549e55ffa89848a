"""The catalogues of what is said beside pages: sentences of the API, and the words of the modules in the browser."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from gateway.adapters.catalogues import catalogue_file
from gateway.adapters.formats import english_day
from gateway.domain.languages import DEFAULT, Language
from gateway.domain.phrases import Phrasebook

_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_VERSION_LENGTH: Final = 16
_MODULES: Final = Path(__file__).parent.parent / "web" / "static" / "js"
_ON_THE_FIRST_PAGE: Final = ("masthead.js", "usage.js", "prices.js")
_IMPORTED: Final = re.compile(r"""from ["']\./([\w-]+\.js)["']""")


@lru_cache
def phrasebook(language: Language) -> Phrasebook:
    """What the API says, in this language."""
    locale = Locale.parse(language)
    phrases = {said: words for said, words in _entries(language, "problems").items() if isinstance(words, str)}
    return Phrasebook(phrases, value=lambda value: _written(value, locale))


@lru_cache
def script_words(language: Language, *, first: bool = False) -> tuple[bytes, str] | None:
    """The script that gives modules their words, and its version; None for English, which is in the modules.

    A script, because one that is deferred runs before all modules: none of them has to wait for its words. A visitor's
    first page is to be light, and needs few of them: those are in a script of their own.
    """
    if language is DEFAULT:
        return None
    entries = _entries(language, "scripts", said_by=_first_modules() if first else None)
    words = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    script = f"globalThis.figurineMessages={words};\n".encode()
    return script, sha256(script).hexdigest()[:_VERSION_LENGTH]


def _first_modules() -> frozenset[str]:
    """The modules a visitor's first page loads, with those they import."""
    known, ahead = set[str](), list(_ON_THE_FIRST_PAGE)
    while ahead:
        module = ahead.pop()
        if module not in known:
            known.add(module)
            ahead += _IMPORTED.findall((_MODULES / module).read_text())
    return frozenset(known)


def _entries(language: Language, domain: str, *, said_by: frozenset[str] | None = None) -> dict[str, str | list[str]]:
    """Translations by their English texts; those with a number by the text for one, with a form for each number.

    Of all files, or of those of these names.
    """
    path = catalogue_file(language, domain)
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        messages = [
            message
            for message in read_po(file, locale=language)
            if message.id and (said_by is None or said_by & {Path(place).name for place, _ in message.locations})
        ]
    return {
        message.id if isinstance(message.id, str) else message.id[0]: _forms(message.string)
        for message in messages
        if message.string and not message.fuzzy
    }


def _forms(string: object) -> str | list[str]:
    return string if isinstance(string, str) else [str(form) for form in cast("Sequence[object]", string)]


def _written(value: str, locale: Locale) -> str:
    """A number or a date of an English sentence, as this language writes it; anything else as it is."""
    if _GROUPED.fullmatch(value):
        return format_decimal(int(value.replace(",", "")), locale=locale)
    return english_day(value, locale)
