"""Promise C6: no card number lies in the database.

A number counts as a card's when it has the length and the beginning of one (ISO/IEC 7812: the ranges of Visa,
Mastercard, American Express, Discover, JCB and Diners Club), stands by itself, and its check digit fits.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, cast

from common.inventory import Inventory
from common.probes import windows
from common.probes.finding import Finding
from common.probes.probe import Look, Probe

# In one piece or in the groups that are stamped on cards; nothing that is part of a longer word or number.
_NUMBER: Final = re.compile(
    r"(?<![\w.+/-])(?<!\d )(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w+/=-])(?! \d)",
    re.ASCII,
)
_CARD: Final = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}|3(?:0[0-5]|[68]\d)\d{11}"
)


def no_card_numbers(inventory: Inventory) -> Probe:
    """Look for card numbers in some rows of every table.

    Broken on purpose: write 4111 1111 1111 1111, which is nobody's, into any column of text.
    """
    return Probe(promise="C6", name="no card number", check=lambda look: _look(look, inventory))


def holds_card_number(text: str) -> bool:
    """Whether a card's number stands in a text."""
    return any(_CARD.fullmatch(digits) and _is_checked(digits) for digits in _numbers(text))


def _strings(value: Any) -> Iterator[str]:
    """The texts in a value: what is kept as a number counts or sorts something of ours, as a seed does."""
    match value:
        case str():
            yield value
        case bytes():
            yield from _strings(_read(value))
        case dict():
            yield from _strings(list(cast("dict[str, Any]", value).values()))
        case list():
            for each in cast("list[Any]", value):
                yield from _strings(each)
        case _:
            return


def _read(value: bytes) -> Any:
    """JSON, or else a text."""
    text = value.decode(errors="ignore")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        yield re.sub(r"[ -]", "", found.group())


def _is_checked(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right is doubled."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def _look(look: Look, inventory: Inventory) -> Finding:
    declared = {table.name: table for table in inventory.tables}
    rows = 0
    wrong: set[str] = set()
    with look.read() as connection:
        for stored in windows.tables(connection):
            known = declared.get(stored.of)
            for row in windows.rows(connection, stored):
                rows += 1
                wrong.update(
                    f"{stored.of}.{name}"
                    for name, value in row.items()
                    if not (known and name in known.columns and known.column(name).ours)
                    and any(map(holds_card_number, _strings(value)))
                )
    which = ", ".join(sorted(wrong)[:5])
    return Finding.of(
        f"In {rows} rows of every table of {inventory.service}, its newest and others by chance, "
        + (
            f"a card number was found: {which}."
            if wrong
            else "no card number was found; logs and sealed values cannot be looked into."
        ),
        broken=bool(wrong),
        rows=rows,
        columns=len(wrong),
        which=which,
    )
