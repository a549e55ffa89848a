"""What the studio says in each language: catalogues of messages, read once from `locale/` and kept in memory.

A language has a catalogue for each domain: `pages` for templates, mails and the sentences routes put into pages,
`scripts` for the modules in the browser, `problems` for refusals.
"""

from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from gateway.domain.languages import DEFAULT, Language

LOCALE: Final = Path(__file__).parent.parent / "locale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How somebody is spoken to: the tag and the direction that a page says, the words, and how dates are written."""

    tag: str
    direction: str
    words: NullTranslations
    locale: Locale


def catalogue_file(language: Language, domain: str) -> Path:
    """Where the catalogue of a language is, whether or not there is one."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


@lru_cache
def catalogue(language: Language, domain: str) -> NullTranslations:
    """The translations of a domain; what is not in them, and all of English, comes out as it was written."""
    path = catalogue_file(language, domain)
    if language is DEFAULT or not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache
def speech(language: Language) -> Speech:
    """How pages and mails speak this language."""
    locale = Locale.parse("en_GB" if language is Language.ENGLISH else language.value)
    return Speech(
        tag=language.value,
        direction=locale.text_direction,
        words=catalogue(language, "pages"),
        locale=locale,
    )
