"""A language nobody speaks: English in accents, a third longer, from right to left.

What stays in plain letters on a page in it is said by no catalogue; what does not fit is too narrow for a language
whose words are longer.
"""

import re
from gettext import NullTranslations

from babel import Locale

from gateway.adapters.catalogues import Speech

ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀćđéƒǵħíĵķłɱńóƥɋŕśŧúṽŵẋýžÁɃĆĐÉƑǴĦÍĴĶŁṀŃÓƤɊŔŚŦÚṼŴẊÝŽ"
)
# Values and tags are what they are in every language.
KEPT = re.compile(r"(%\(\w+\)s|<[^>]*>|&\w+;)")


def pseudo(text: str) -> str:
    """The text as this language says it."""
    parts = KEPT.split(text)
    said = "".join(part if i % 2 else part.translate(ACCENTS) for i, part in enumerate(parts))
    return f"⟦{said}{' ·····' * (len(text) // 18)}⟧"


class PseudoWords(NullTranslations):
    """Translations of every text there is, made as they are asked for."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)


PSEUDO = Speech(tag="en-XB", direction="rtl", words=PseudoWords(), locale=Locale.parse("en_GB"))
