"""Operators hear of a broken promise by mail: once, one mail for all that is new, and later if nobody can be told."""

import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts.rights import PromiseBroken
from gateway.jobs import Bell
from gateway.use_cases import promises
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import Studio

OPERATORS = "operators@example.org"


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def bell(studio: Studio, post: PostOffice) -> Bell:
    return Bell(unit=studio.service.unit, mailer=post, to=OPERATORS, page="https://studio.example/promises")


def break_promises(studio: Studio, *names: str) -> None:
    for name in names:
        event = PromiseBroken(promise=name, detail=f"{name} <was> found broken", noticed_at=SYSTEM_CLOCK.now())
        with studio.service.unit.begin() as work:
            promises.tell_operators(work, event)


def test_they_get_one_mail_about_all_that_is_new_and_none_about_what_they_know(
    studio: Studio, bell: Bell, post: PostOffice
) -> None:
    break_promises(studio, "K1", "R3")
    assert [bell.ring() for _ in range(3)] == [0, 0, 0]
    (letter,) = post.boxes[OPERATORS]
    assert letter.subject == "Promises broken: K1, R3"
    assert "K1 <was> found broken" in letter.text
    assert "&lt;was&gt;" in letter.html
    assert "https://studio.example/promises" in letter.text
    break_promises(studio, "S1")
    bell.ring()
    assert [each.subject for each in post.boxes[OPERATORS]] == [letter.subject, "Promise broken: S1"]


def test_while_the_mail_server_is_away_nothing_is_lost(studio: Studio, bell: Bell, post: PostOffice) -> None:
    post.away = True
    break_promises(studio, "K1")
    bell.ring()
    assert post.boxes[OPERATORS] == []
    post.away = False
    bell.ring()
    assert [each.subject for each in post.boxes[OPERATORS]] == ["Promise broken: K1"]


def test_where_nobody_wants_to_be_told_nothing_piles_up(studio: Studio, post: PostOffice) -> None:
    break_promises(studio, "K1")
    Bell(unit=studio.service.unit, mailer=post, to="", page="").ring()
    assert post.letters == []
    with studio.service.unit.begin() as work:
        assert work.alarms.untold(limit=1) == []


def test_very_many_come_in_several_mails(studio: Studio, bell: Bell, post: PostOffice) -> None:
    break_promises(studio, *(f"X{number}" for number in range(60)))
    bell.ring()
    bell.ring()
    bell.ring()
    first, second = post.boxes[OPERATORS]
    assert (first.text.count("found broken"), second.text.count("found broken")) == (50, 10)
    assert first.subject.endswith(" and others")
