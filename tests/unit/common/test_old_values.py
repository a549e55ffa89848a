"""Recognising what was corrected without knowing it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.corrections import OldValues

LETTERS = st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="{[\x85\u2028\u2029")
WORDS = st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
OLD = OldValues.of({"name": "Ada Byron", "email": "ada@example.org"})


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Ada Byron", {"name"}),
        ("  Ada Byron ", {"name"}),
        ("Ada Byron\nHeumarkt 1", {"name"}),
        ('{"who": {"name": "Ada Byron"}, "also": ["ADA@example.org"]}', {"name", "email"}),
        ("write to <Ada@Example.org>, please", {"email"}),
        ("ada byron", set[str]()),
        ("Ada Byron King", set[str]()),
        ("bada@example.org", set[str]()),
        ("{not json", set[str]()),
        ("", set[str]()),
    ],
)
def test_an_old_value_is_seen_where_it_stands_and_not_where_it_does_not(text: str, fields: set[str]) -> None:
    assert OLD.fields_in(text) == fields


def test_lines_and_texts_of_json_are_replaced_and_everything_else_stays() -> None:
    new = {"name": "Ada King", "email": "ada@example.com"}
    assert OLD.replaced("Ada Byron\nHeumarkt 1", new) == "Ada King\nHeumarkt 1"
    assert OLD.replaced('{"name":"Ada Byron","n":[1,null,"ada@example.org"]}', new) == (
        '{"name":"Ada King","n":[1,null,"ada@example.com"]}'
    )
    assert OLD.replaced("Ada Byron was here", new) == "Ada Byron was here"


@given(old=WORDS, new=WORDS)
def test_what_was_replaced_is_not_seen_any_more(old: str, new: str) -> None:
    values = OldValues.of({"name": old}).unlike({"name": new})
    assert values.fields_in(values.replaced(old, {"name": new})) == frozenset()


@given(value=WORDS)
def test_the_same_value_has_another_digest_each_time_and_is_read_back(value: str) -> None:
    one, other = OldValues.of({"contact": value}), OldValues.of({"contact": value})
    assert one.told() != other.told()
    assert OldValues.read(one.key, one.told()).fields_in(value) == {"contact"}


def test_a_field_one_went_back_to_is_no_old_value() -> None:
    assert OLD.unlike({"name": "Ada Byron", "email": "ada@example.com"}).digests.keys() == {"email"}


@pytest.mark.parametrize(("key", "digests"), [(b"short", {}), (bytes(32), {"name": "no digits"})])
def test_what_is_no_key_or_no_digest_is_refused(key: bytes, digests: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"32 bytes|hex"):
        OldValues.read(key, digests)
