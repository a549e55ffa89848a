"""News: how a piece of it goes on, what may be said in it, and mail that comes back."""

from uuid import UUID

import pytest

from common.clock import SYSTEM_CLOCK
from common.errors import Invalid
from gateway.adapters.links import Links
from gateway.adapters.markup import as_html, as_text
from gateway.domain.announcements import (
    LETTER_TRANSITIONS,
    TRANSITIONS,
    AnnouncementState,
    LetterState,
    LinkNotWhole,
    OtherNumber,
    Tally,
    WrongMoment,
    check_number,
    check_step,
    check_text,
)
from gateway.domain.bounces import MOST_BYTES, Bounce, NoBounce, is_of_mailbox, read_bounce

LINKS = Links(b"k" * 32, public_url="https://studio.example", clock=SYSTEM_CLOCK)
TRACE = LINKS.trace(UUID("0197a000-0000-7000-8000-000000000001"))


def report(
    *, action: str = "failed", status: str = "5.1.1", to: str = "bounces@studio.example", original: str = ""
) -> bytes:
    """What a mail server sends back (the example of RFC 3464, appendix E, shortened)."""
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Fri, 27 Nov 2026 06:00:00 +0000

Final-Recipient: rfc822; somebody@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 said so

--B
{original}
--B--
""".replace("\n", "\r\n").encode()


def headers(trace: str = TRACE) -> str:
    return f"Content-Type: text/rfc822-headers\n\nFrom: studio@studio.example\nMessage-ID: <{trace}@figurine.invalid>\n"


def test_sending_begins_once_and_ends_once() -> None:
    assert {state for state, to in TRANSITIONS.items() if not to} == {AnnouncementState.SENT, AnnouncementState.STOPPED}
    assert [state for state, to in TRANSITIONS.items() if AnnouncementState.SENDING in to] == [AnnouncementState.READY]
    with pytest.raises(WrongMoment):
        check_step(AnnouncementState.SENT, AnnouncementState.SENDING)


def test_no_letter_waits_a_second_time() -> None:
    assert not any(LetterState.WAITING in targets for targets in LETTER_TRANSITIONS.values())


@pytest.mark.parametrize(
    ("subject", "words"), [("", "x"), ("x", " \n"), ("x" * 121, "x"), ("x", "a\x00b"), ("x\u202e", "x")]
)
def test_what_nobody_could_read_is_not_sent(subject: str, words: str) -> None:
    with pytest.raises(Invalid):
        check_text(subject, words)


def test_a_subject_is_one_line() -> None:
    assert check_text(" A new\r\nstyle ", "x\r\ny").subject == "A new style"
    assert check_text("x", "x\r\ny").words == "x\ny"


def test_a_number_that_was_shown_may_differ_by_a_few_people_and_not_by_many() -> None:
    check_number(0, 5)
    check_number(1000, 1100)
    for now in (899, 1101):
        with pytest.raises(OtherNumber):
            check_number(1000, now)


def test_whoever_left_in_between_is_passed_over() -> None:
    assert Tally(entitled=10, waiting=1, sent=5, refused=1, uncertain=1, bounced=2).passed_over == 2


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](http://plain.example)",
        '[x](https://a.example/"onmouseover="x)',
        "![x](https://a.example/p.png)",
        "<img src=x>",
        "[x](data:text/html,x)",
        "&lt;script&gt;",
    ],
)
def test_nothing_of_the_writers_becomes_markup_but_links_lists_and_emphasis(words: str) -> None:
    html = as_html(words)
    for forbidden in ("<script", "<img", 'javascript:alert(1)"', 'href="http:', 'href="data:', '" onmouseover'):
        assert forbidden not in html.lower()


def test_words_read_well_as_html_and_as_text() -> None:
    words = "A *new* style, [see it](https://a.example/x).\n\n- one\n- two\n\n3. three"
    assert '<a href="https://a.example/x" style="color:#a93620">see it</a>' in as_html(words)
    assert "<li>two</li>" in as_html(words)
    assert as_text(words) == "A new style, see it (https://a.example/x).\n\n- one\n- two\n\n3. three"


@pytest.mark.parametrize("to", [f"bounces+{TRACE}@studio.example", f"<bounces+{TRACE.upper()}@studio.example>"])
def test_what_comes_back_is_recognised_by_where_it_comes_to(to: str) -> None:
    assert read_bounce(report(to=to)) == Bounce(trace=TRACE, of_mailbox=True)


def test_what_comes_back_is_recognised_by_the_letter_in_it() -> None:
    assert read_bounce(report(original=headers())).trace == TRACE
    whole = f"Content-Type: message/rfc822\n\nFrom: a@b.example\nMessage-ID: <{TRACE}@figurine.invalid>\n\nwords\n"
    assert read_bounce(report(original=whole)).trace == TRACE


@pytest.mark.parametrize(
    ("status", "of_mailbox"), [("5.1.1", True), ("5.2.2", True), ("5.7.1", False), ("550", True), ("4.2.2", False)]
)
def test_a_server_that_does_not_like_the_letter_says_nothing_of_the_mailbox(status: str, *, of_mailbox: bool) -> None:
    assert is_of_mailbox(status) is of_mailbox


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff\x00",
        report(action="delayed", status="4.4.1", original=headers()),
        report(action="delivered", status="2.0.0", original=headers()),
        report(action="failed", status="4.4.7", original=headers()),
        report(original=headers("nonsense")),
        report().replace(b"multipart/report", b"multipart/mixed"),
        b"Subject: Out of office\r\n\r\n" + TRACE.encode(),
        report(original=headers()) + b"x" * MOST_BYTES,
        b"Content-Type: multipart/report; boundary=B\r\n\r\n" + b"--B\r\n" * 2000,
    ],
)
def test_what_says_of_no_letter_that_it_failed_is_no_bounce(message: bytes) -> None:
    with pytest.raises(NoBounce):
        read_bounce(message)


def test_a_trace_fits_before_the_at_of_an_address_and_nobody_makes_one() -> None:
    mail_id = SYSTEM_CLOCK.new_id()
    trace = LINKS.trace(mail_id)
    assert len(f"{'b' * 20}+{trace}") <= 64
    assert LINKS.read_trace(trace) == LINKS.read_trace(trace.upper()) == mail_id
    other = Links(b"o" * 32, public_url="https://studio.example", clock=SYSTEM_CLOCK)
    assert other.read_trace(trace) is None
    assert LINKS.read_trace(trace[:-1] + ("a" if trace[-1] != "a" else "b")) is None
    assert LINKS.read_trace("ä") is None


def test_a_key_that_stops_news_is_nobodys_to_make() -> None:
    account, announcement = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    key = LINKS.stop_news(account, announcement).partition("key=")[2]
    assert LINKS.read_stop_news(key) == (account, announcement)
    forged = [
        "", "x", key[:-1], key + "A", key[::-1], "ä" * 64, key.swapcase(),
        *(key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :] for place in range(0, 64, 7)),
    ]  # fmt: skip
    for each in forged:
        with pytest.raises(LinkNotWhole):
            LINKS.read_stop_news(each)
