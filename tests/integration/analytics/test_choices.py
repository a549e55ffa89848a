"""Who does not let herself be counted is not, in whatever order the news and the ends come, and sums stay."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.repository import Work
from analytics.settings import Settings
from analytics.wiring import build
from common.clock import SYSTEM_CLOCK
from common.contracts import Event
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word
from common.intake import Intake
from common.service import Service
from tests.builders import envelope
from tests.integration.analytics.ends import generated
from tests.integration.analytics.test_usage import PUBLIC_KEY

NOON = SYSTEM_CLOCK.now() - timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def service(analytics_dsn: str) -> Iterator[Service[Work]]:
    service = build(
        Settings(
            mode="local",
            database_url=SecretStr(analytics_dsn),
            broker_url=SecretStr("amqp://localhost/unused"),
            token_public_key=PUBLIC_KEY,
            pseudonym_key=SecretStr(b64encode(bytes(range(32))).decode()),
        )
    )
    yield service
    service.unit.database.close()


@pytest.fixture(scope="module")
def intake(service: Service[Work]) -> Iterator[Intake[Work]]:
    intake = Intake(database=service.unit.database, unit=service.unit, subscriptions=service.subscriptions)
    yield intake
    intake.close()


def said(user_id: UUID, *, granted: bool, at: datetime, purpose: str = "analytics") -> ConsentChanged:
    return ConsentChanged(user_id=user_id, purpose=purpose, granted=granted, changed_at=at)


def take(intake: Intake[Work], *events: Event) -> None:
    intake.take([envelope(event) for event in events], wake_relay=False)


def facts(service: Service[Work], user_id: UUID) -> int:
    (pseudonyms,) = [port for port in service.ports if isinstance(port, Pseudonyms)]
    with service.unit.begin() as work:
        return sum(made.figurines for made in use_cases.read_own_usage(work, user_id, pseudonyms=pseudonyms))


def test_whoever_never_said_anything_is_counted(service: Service[Work], intake: Intake[Work]) -> None:
    ada = SYSTEM_CLOCK.new_id()
    take(intake, generated(at=NOON, user_id=ada), said(ada, granted=False, at=NOON, purpose="news"))
    assert facts(service, ada) == 1


@settings(max_examples=40)
@given(order=st.permutations(range(4)), size=st.integers(1, 4), twice=st.booleans())
def test_after_a_no_nothing_is_left_or_counted_in_whatever_order_it_comes(
    *, service: Service[Work], intake: Intake[Work], order: Sequence[int], size: int, twice: bool
) -> None:
    ada = SYSTEM_CLOCK.new_id()
    events = [
        generated(at=NOON - HOUR, user_id=ada),
        generated(at=NOON + HOUR, user_id=ada),
        generated(at=NOON - 40 * 24 * HOUR, user_id=ada),
        said(ada, granted=False, at=NOON),
    ]
    arriving = [envelope(events[n]) for n in order] * (1 + twice)
    for start in range(0, len(arriving), size):
        intake.take(arriving[start : start + size], wake_relay=False)
    assert facts(service, ada) == 0


def test_a_word_that_comes_along_with_an_end_is_as_good_as_its_news(
    service: Service[Work], intake: Intake[Work]
) -> None:
    ada = SYSTEM_CLOCK.new_id()
    take(intake, generated(at=NOON - HOUR, user_id=ada))
    words = {"analytics": Word(granted=False, changed_at=NOON)}
    take(intake, generated(at=NOON + HOUR, user_id=ada).model_copy(update={"words": words}))
    assert facts(service, ada) == 0
    # The news that come later are older, or the same.
    take(intake, said(ada, granted=True, at=NOON - 2 * HOUR), said(ada, granted=False, at=NOON))
    take(intake, generated(at=NOON + 2 * HOUR, user_id=ada))
    assert facts(service, ada) == 0


def test_after_a_new_yes_only_what_comes_then_is_counted(service: Service[Work], intake: Intake[Work]) -> None:
    ada = SYSTEM_CLOCK.new_id()
    take(intake, generated(at=NOON - 48 * HOUR, user_id=ada))
    # The no that lies between is lost: a yes that is news follows one.
    take(intake, said(ada, granted=True, at=NOON))
    take(intake, generated(at=NOON - HOUR, user_id=ada), generated(at=NOON + HOUR, user_id=ada))
    assert facts(service, ada) == 1


def test_a_restriction_keeps_what_is_there_and_lets_nothing_be_added(
    service: Service[Work], intake: Intake[Work]
) -> None:
    ada, request = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    take(intake, generated(at=NOON - HOUR, user_id=ada))
    take(intake, ProcessingRestricted(user_id=ada, request_id=request, changed_at=NOON))
    take(intake, generated(at=NOON + HOUR, user_id=ada))
    assert facts(service, ada) == 1
    take(intake, ProcessingResumed(user_id=ada, request_id=request, changed_at=NOON + 2 * HOUR))
    take(intake, generated(at=NOON + 3 * HOUR, user_id=ada))
    assert facts(service, ada) == 2


def test_whose_word_it_is_leads_to_no_count(service: Service[Work], intake: Intake[Work]) -> None:
    ada = SYSTEM_CLOCK.new_id()
    take(intake, generated(at=NOON, user_id=ada), said(ada, granted=True, at=NOON - HOUR))
    with service.unit.database.begin() as connection:
        shared = connection.execute("SELECT 1 FROM choices JOIN facts ON chooser IN (subject, mark)").fetchall()
    assert shared == []
