"""What may be written to the studio, and how a question goes on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Invalid
from gateway.domain.tickets import (
    MAX_MESSAGE,
    TRANSITIONS,
    Author,
    NoSuchTicket,
    TicketClosed,
    TicketState,
    check_message,
    check_operator,
    check_reason,
    check_reference,
    client_of,
    moved,
    new_reference,
)


@pytest.mark.parametrize(
    ("state", "author", "then"),
    [
        ("open", "person", "open"),
        ("open", "studio", "answered"),
        ("answered", "person", "waiting"),
        ("answered", "studio", "answered"),
        ("waiting", "person", "waiting"),
        ("waiting", "studio", "answered"),
    ],
)
def test_whoever_writes_moves_a_ticket_the_way_the_table_allows(state: str, author: str, then: str) -> None:
    now = TicketState(state)
    assert moved(now, Author(author)) == then
    assert then == state or TicketState(then) in TRANSITIONS[now]


@pytest.mark.parametrize("author", list(Author))
def test_nobody_writes_in_a_closed_ticket(author: Author) -> None:
    with pytest.raises(TicketClosed):
        moved(TicketState.CLOSED, author)


def test_the_one_state_that_ends_a_ticket_is_closed() -> None:
    assert [state for state, to in TRANSITIONS.items() if not to] == [TicketState.CLOSED]
    assert TRANSITIONS.keys() == set(TicketState)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Hello,\r\n\r\nwhere is it?  \n", "Hello,\n\nwhere is it?"),
        ("a\tb\u00a0c", "a b c"),
        ("soft\u00adly\u200b", "softly"),
        ("नमस्ते 👨‍👩‍👧 می‌خواهم", "नमस्ते 👨‍👩‍👧 می‌خواهم"),
        ("<b>bold</b> https://example.org", "<b>bold</b> https://example.org"),
        ("x" * MAX_MESSAGE, "x" * MAX_MESSAGE),
    ],
)
def test_a_message_keeps_its_words_and_lines(written: str, kept: str) -> None:
    assert check_message(written) == kept


@pytest.mark.parametrize(
    "written", ["", " \n\t ", "x" * (MAX_MESSAGE + 1), "a\x00b", "a\x1b[31m", "\ud800", "a\u202eb"]
)
def test_a_message_that_says_nothing_too_much_or_what_cannot_be_seen_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        check_message(written)


@settings(max_examples=30)
@given(st.text(max_size=60))
def test_what_a_message_keeps_is_kept_again(written: str) -> None:
    try:
        kept = check_message(written)
    except Invalid:
        return
    assert check_message(kept) == kept


def test_a_reference_is_read_however_it_was_typed() -> None:
    reference = new_reference()
    assert check_reference(reference) == reference
    assert check_reference(f" {reference.lower().removeprefix('fs-')} ") == reference


@pytest.mark.parametrize("reference", ["", "FS-", "FS-00000O", "FS-7K3M9", "FS-7K3M9Q2", "' OR 1=1"])
def test_what_is_no_reference_leads_to_nothing(reference: str) -> None:
    with pytest.raises(NoSuchTicket):
        check_reference(reference)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("a socket", "unknown"),
    ],
)
def test_a_household_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client


@pytest.mark.parametrize(("operator", "reason"), [("", "To answer it"), ("two words", "To answer it"), ("mira", "so")])
def test_nobody_looks_without_a_handle_and_a_reason(operator: str, reason: str) -> None:
    with pytest.raises(Invalid):
        check_reason(reason if check_operator(operator) else "")
