"""What changed between two versions: sentence by sentence, and in a sentence the words. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from common.policy.text import Policy, Section

# Below this, a sentence was said anew: marks between its words would help nobody.
_ALIKE: Final = 0.4
_WORD: Final = re.compile(r"\S+\s*")


class Mark(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


class ChangeKind(StrEnum):
    """What became of a sentence."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words and what became of them."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A sentence that is new, gone, or says something else; `section` is the heading it stands or stood under."""

    id: str
    kind: ChangeKind
    section: str
    pieces: tuple[Piece, ...]


def difference(before: Policy, after: Policy) -> Sequence[Change]:
    """Every sentence that is not what it was, in the order of the newer version; what is gone comes last."""
    old, new = _placed(before), _placed(after)
    changes = [_change(sentence, section, text, old.get(sentence)) for sentence, (section, text) in new.items()]
    gone = [
        Change(id=sentence, kind=ChangeKind.REMOVED, section=section.title, pieces=(_piece(text, Mark.REMOVED),))
        for sentence, (section, text) in old.items()
        if sentence not in new
    ]
    return [*(change for change in changes if change is not None), *gone]


def _placed(policy: Policy) -> dict[str, tuple[Section, str]]:
    return {sentence.id: (section, sentence.text) for section in policy.sections for sentence in section.sentences}


def _change(sentence: str, section: Section, text: str, old: tuple[Section, str] | None) -> Change | None:
    if old is None:
        return Change(id=sentence, kind=ChangeKind.ADDED, section=section.title, pieces=(_piece(text, Mark.ADDED),))
    if old[1] == text:
        return None
    return Change(id=sentence, kind=ChangeKind.CHANGED, section=section.title, pieces=tuple(_pieces(old[1], text)))


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    # Compared without the spaces behind them: the last word of a sentence has none.
    matcher = SequenceMatcher(None, [word.strip() for word in before], [word.strip() for word in after], autojunk=False)
    if matcher.ratio() < _ALIKE:
        yield _piece(old, Mark.REMOVED)
        yield _piece(new, Mark.ADDED)
        return
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if kind == "equal":
            yield _piece("".join(after[new_first:new_last]), Mark.KEPT)
            continue
        if first < last:
            yield _piece("".join(before[first:last]), Mark.REMOVED)
        if new_first < new_last:
            yield _piece("".join(after[new_first:new_last]), Mark.ADDED)


def _piece(text: str, mark: Mark) -> Piece:
    return Piece(text=text.strip(), mark=mark)
