"""The probes of N2 and U4 turn red when nobody acknowledges, answers or tells, and green again when somebody does."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from common.clock import MovableClock
from common.contracts.promises import witnesses_of
from common.probes import Finding, Found, Look
from gateway.domain.tickets import ACKNOWLEDGED_WITHIN, ANSWERED_WITHIN
from gateway.jobs.probes import PROBES
from tests.integration.gateway.asking import QUESTION, answered, guest_of, send
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import Studio

Seen = Callable[..., Finding]
A_MOMENT = timedelta(minutes=1)


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def seen(studio: Studio) -> Seen:
    """What a probe sees after so long."""
    probes = {probe.name: probe for probe in PROBES}

    def seen(name: str, *, after: timedelta = timedelta()) -> Finding:
        clock = MovableClock()
        clock.advance(after)
        return probes[name].check(Look(database=studio.service.unit.database, clock=clock))

    return seen


def test_every_probe_is_written_down(studio: Studio) -> None:
    ours = {(probe.promise, probe.name) for probe in studio.service.probes}
    assert ours >= {(probe.promise, probe.name) for probe in PROBES}
    assert {probe.name for probe in PROBES} <= {witness.probe for witness in witnesses_of("gateway")}


@pytest.mark.parametrize("name", [probe.name for probe in PROBES])
def test_where_nobody_asked_nobody_waits(seen: Seen, name: str) -> None:
    finding = seen(name, after=timedelta(days=300))
    assert (finding.state, finding.figures["waiting"]) == (Found.KEPT, 0)


def test_a_question_nobody_was_told_has_arrived_breaks_the_promise_until_the_letter_goes(
    studio: Studio, post: PostOffice, seen: Seen
) -> None:
    send(studio)
    name = "questions are acknowledged"
    assert seen(name, after=ACKNOWLEDGED_WITHIN - A_MOMENT).state is Found.KEPT
    broken = seen(name, after=ACKNOWLEDGED_WITHIN + A_MOMENT)
    assert (broken.state, broken.figures["waiting"]) == (Found.BROKEN, 1)
    assert broken.checked == (
        "1 person waits for the letter that a question has arrived, the first for 16 minutes; "
        "nobody may for more than 15 minutes."
    )
    post.deliver()
    assert seen(name, after=timedelta(days=1)).state is Found.KEPT


def test_a_question_nobody_answers_breaks_the_promise_until_somebody_does(
    studio: Studio, post: PostOffice, seen: Seen
) -> None:
    guest = guest_of(studio, post)
    name = "questions are answered"
    assert seen(name, after=ANSWERED_WITHIN - A_MOMENT).state is Found.KEPT
    broken = seen(name, after=ANSWERED_WITHIN + A_MOMENT)
    assert broken.state is Found.BROKEN
    assert not any(words in repr(broken) for words in (QUESTION, "guest@example.org", guest.ticket_id))
    answered(studio, guest.thread()["reference"])
    assert seen(name, after=ANSWERED_WITHIN + A_MOMENT).state is Found.KEPT


def test_an_answer_nobody_is_told_of_breaks_the_promise_until_the_letter_goes(
    studio: Studio, post: PostOffice, seen: Seen
) -> None:
    guest = guest_of(studio, post)
    answered(studio, guest.thread()["reference"])
    name = "answers are told of"
    assert seen(name).state is Found.KEPT
    assert seen(name, after=ACKNOWLEDGED_WITHIN + A_MOMENT).state is Found.BROKEN
    post.deliver()
    assert seen(name, after=timedelta(days=1)).state is Found.KEPT
