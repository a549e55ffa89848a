"""Every sentence a service says to people has its German one, and is told from all others."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Final

from common.errors import Refused
from gateway.adapters.phrasebooks import phrasebook
from gateway.domain.languages import Language
from ops import sentences
from ops.languages import DOMAINS, LOCALE, faults, read, template_of

HOLE: Final = re.compile(r"\{(\w+)\}")
ALL: Final = sorted({text for _, text in sentences.said()})
GERMAN: Final = phrasebook(Language.GERMAN)


def filled(text: str) -> str:
    return HOLE.sub(lambda hole: f"q{hole[1]}ß", text)


def known() -> Iterator[type[Refused]]:
    """Every class of refusal of every service."""
    for package in ("common", *sentences.SERVICES):
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    waiting: list[type[Refused]] = [Refused]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if not each.__module__.startswith("tests"):
            yield each


def test_the_catalogue_has_every_sentence_and_no_other() -> None:
    said = template_of(DOMAINS["problems"]())
    assert list(faults(said, read(LOCALE / "de/LC_MESSAGES/problems.po", Language.GERMAN))) == []


def test_what_every_refusal_says_by_itself_is_said_in_german() -> None:
    silent = [each.__name__ for each in known() if GERMAN.say(_first_line(each)) == _first_line(each)]
    assert silent == []


def test_every_class_of_refusals_is_found_in_the_sources() -> None:
    assert {each.__name__ for each in known()} <= sentences.refusals()


def test_every_sentence_is_translated_as_itself_and_not_as_another() -> None:
    """With values in it, the pattern that fits best is its own."""
    catalogue = read(LOCALE / "de/LC_MESSAGES/problems.po", Language.GERMAN)
    wrong = [
        text
        for text in ALL
        if (message := catalogue.get(text)) is None or GERMAN.say(filled(text)) != filled(str(message.string))
    ]
    assert wrong == []


def _first_line(refusal: type[Refused]) -> str:
    return inspect.cleandoc(refusal.__doc__ or "").splitlines()[0]
