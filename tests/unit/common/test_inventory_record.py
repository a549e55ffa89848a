"""The record of processing says in words what the declarations say in terms."""

from dataclasses import replace

import pytest

from common.inventory import (
    AsFiles,
    AsJson,
    Blank,
    Bucket,
    Category,
    Column,
    Days,
    Delete,
    Hours,
    Inventory,
    NamedBy,
    Pseudonymise,
    Purpose,
    Table,
    Until,
    UntilErased,
    Withheld,
    Years,
)
from common.inventory.record import Entry, entries

LETTERS = Table(
    "letters",
    what="Letters you wrote",
    subject="user_id",
    category=Category.C1,
    purposes=(Purpose.U4,),
    columns={
        "user_id": "Who wrote.",
        "text": Column("What was written.", sealed=True),
        "digest": Column("A digest.", withheld="It says nothing."),
        "sent_at": "When it was sent.",
    },
    retain=UntilErased(),
    erase=Delete(),
    export=AsJson("letters.json"),
)
SCANS = Bucket(
    "scans",
    prefix="in/",
    what="Scans of your letters",
    subject=NamedBy("letters", "user_id"),
    category=Category.C1,
    purposes=(Purpose.U4,),
    retain=Days(1),
    erase=Delete(),
    export=AsFiles("scans"),
)
STAMPS = Table("stamps", subject=None, because="stamps are about nobody", columns={"id": "Which stamp."})


def said(declared: Table | Bucket) -> Entry:
    (entry,) = entries(Inventory("post", STAMPS, declared))
    return entry


def test_an_entry_says_what_is_stored_and_why() -> None:
    letters = said(LETTERS)
    assert (letters.key, letters.what, letters.category, letters.purposes) == (
        "letters",
        "Letters you wrote",
        Category.C1,
        (Purpose.U4,),
    )
    assert [(field.name, field.sealed, field.withheld) for field in letters.fields] == [
        ("user_id", False, None),
        ("text", True, None),
        ("digest", False, "It says nothing."),
        ("sent_at", False, None),
    ]


def test_files_are_told_as_sealed_files() -> None:
    scans = said(SCANS)
    assert (scans.key, scans.kept, scans.exported) == (
        "scans/in/",
        "For 1 day from its arrival.",
        "In your archive, in the folder scans.",
    )
    assert [(field.name, field.sealed) for field in scans.fields] == [("file", True)]


@pytest.mark.parametrize(
    ("retain", "kept"),
    [
        (UntilErased(), "Until you delete it, or your account."),
        (Until("sent_at"), "Until the moment that is stored with it (when it was sent)."),
        (Hours(24, after="sent_at"), "For 24 hours from then on (when it was sent)."),
        (
            Years(10, after="sent_at", ground="tax law"),
            "For 10 years from then on (when it was sent), because of tax law.",
        ),
    ],
    ids=["erased", "until", "hours", "ground"],
)
def test_retention_is_told_in_words(retain: UntilErased | Until | Hours | Years, kept: str) -> None:
    assert said(replace(LETTERS, retain=retain)).kept == kept


@pytest.mark.parametrize(
    ("erase", "erased", "outcome"),
    [
        (Delete(), "It is destroyed when you ask for erasure.", "destroyed"),
        (Blank("text"), "What is yours in it is emptied when you ask for erasure.", "emptied"),
        (Pseudonymise("user_id"), "It loses every link to you when you ask for erasure.", "unlinked"),
        (Withheld("A court asked for it."), "A court asked for it.", "kept"),
    ],
    ids=["delete", "blank", "pseudonymise", "withheld"],
)
def test_erasure_is_told_in_words(erase: Delete | Blank | Pseudonymise | Withheld, erased: str, outcome: str) -> None:
    entry = said(replace(LETTERS, erase=erase))
    assert (entry.erased, entry.outcome) == (erased, outcome)


def test_what_the_law_keeps_says_which_law() -> None:
    kept = replace(LETTERS, erase=Pseudonymise("user_id"), retain=Years(10, after="sent_at", ground="tax law"))
    assert said(kept).erased.endswith("It has to be kept, because of tax law.")


def test_what_is_not_declared_completely_is_not_told() -> None:
    with pytest.raises(LookupError, match="letters is not declared completely"):
        said(replace(LETTERS, erase=None))
