"""Sentences in another language, by their English ones: with values in them, and several in a row. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

# Nothing the studio says is longer; what is, somebody else wrote.
LONGEST: Final = 2_000
_HOLE: Final = re.compile(r"\{(\w+)\}")
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.?!]) (?=\S)")
_BETWEEN_CLAUSES: Final = "; "


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A sentence with holes, as what it looks like when they are filled."""

    shape: re.Pattern[str]
    words: str
    literal: int


class Phrasebook:
    """English sentences and what they are in one other language; `{name}` in both stands for the same value.

    `value` writes a value as that language does: a number, a date. A value that is a phrase itself is translated.
    """

    def __init__(self, phrases: Mapping[str, str], *, value: Callable[[str], str] = str) -> None:
        self._whole = {said: words for said, words in phrases.items() if not _HOLE.search(said)}
        patterns = [_phrase(said, words) for said, words in phrases.items() if _HOLE.search(said)]
        # Where two fit, the one that says more itself is meant: "Charged for {n} of {m}", not "Charged for {n}".
        self._patterns = sorted(patterns, key=lambda each: -each.literal)
        self._value = value

    def say(self, text: str) -> str:
        """The text in this language: whole, or sentence by sentence, or clause by clause. What is not known stays."""
        if len(text) > LONGEST:
            return text
        sentences = _BETWEEN_SENTENCES.split(text)
        said: list[str] = []
        while sentences:
            taken, words = self._beginning(sentences)
            said.append(words)
            sentences = sentences[taken:]
        return " ".join(said)

    def _beginning(self, sentences: list[str]) -> tuple[int, str]:
        """As many sentences from the beginning as are known together, and what they are; one, where none is known."""
        for taken in range(len(sentences), 0, -1):
            found = self._known(" ".join(sentences[:taken]))
            if found is not None:
                return taken, found
        clauses = sentences[0].split(_BETWEEN_CLAUSES)
        return 1, _BETWEEN_CLAUSES.join(self._known(clause) or clause for clause in clauses)

    def _known(self, text: str) -> str | None:
        return self._whole.get(text) or self._by_clauses(text) or self._filled(text)

    def _by_clauses(self, text: str) -> str | None:
        clauses = text.split(_BETWEEN_CLAUSES)
        known = [self._known(clause) for clause in clauses] if len(clauses) > 1 else []
        return _BETWEEN_CLAUSES.join(each for each in known if each) if known and all(known) else None

    def _filled(self, text: str) -> str | None:
        for phrase in self._patterns:
            if found := phrase.shape.fullmatch(text):
                values = {name: self._known(value) or self._value(value) for name, value in found.groupdict().items()}
                return _HOLE.sub(lambda hole, values=values: values.get(hole[1], hole[0]), phrase.words)
        return None


def _phrase(said: str, words: str) -> _Phrase:
    parts = _HOLE.split(said)
    shape = "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return _Phrase(shape=re.compile(shape, re.DOTALL), words=words, literal=sum(map(len, parts[::2])))
