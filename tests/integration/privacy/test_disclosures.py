"""What partners were given: filed once, whatever arrives how often, and shown to whom it concerns."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK
from common.contracts.generation import PartnerDisclosed
from common.database import Database
from common.intake import Intake
from common.work import UnitOfWork
from privacy.ports import Pace
from privacy.repository import Work
from privacy.subscribers import subscriptions
from tests.builders import envelope
from tests.fakes.asking import Ask

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Consumer:
    """Takes events as the service's consumer does."""

    intake: Intake[Work]

    def take(self, *events: PartnerDisclosed) -> None:
        self.intake.take([envelope(event) for event in events], wake_relay=False)


@pytest.fixture(scope="module")
def consumer(database: Database) -> Iterator[Consumer]:
    unit = UnitOfWork(service="privacy", database=database, build=Work)
    with closing(Intake(database=database, unit=unit, subscriptions=subscriptions(None, Pace(of_probes=1)))) as intake:
        yield Consumer(intake)


def disclosed(user_id: UUID, *, at: datetime | None = None, figurine_id: UUID | None = None) -> PartnerDisclosed:
    return PartnerDisclosed(
        figurine_id=figurine_id or SYSTEM_CLOCK.new_id(),
        user_id=user_id,
        partner="google_gemini",
        kind="photo_and_prompt",
        purpose="U2",
        disclosed_at=at or SYSTEM_CLOCK.now(),
    )


def test_a_person_reads_who_got_what_of_hers_when_and_why(consumer: Consumer, ask: Ask, ada: UUID) -> None:
    event = disclosed(ada)
    consumer.take(event, disclosed(SYSTEM_CLOCK.new_id()))
    status, answer = ask("/v1/privacy/disclosures", ada)
    assert status == 200
    (item,) = answer["items"]
    assert datetime.fromisoformat(item.pop("at")) == event.disclosed_at
    assert item == {
        "partner": "google_gemini",
        "partner_name": "Google Gemini",
        "what": "Your photo and your wishes for the picture",
        "why": "To paint the figurine you asked for",
        "figurine_id": str(event.figurine_id),
        "terms": "",
        "expires_at": None,
    }
    assert answer["next_cursor"] is None


@settings(max_examples=60)
@given(order=st.permutations((0, 0, 1, 1, 2, 2)), size=st.integers(1, 6), replayed=st.booleans())
def test_every_disclosure_twice_in_every_order_is_filed_once(
    *, consumer: Consumer, ask: Ask, order: Sequence[int], size: int, replayed: bool
) -> None:
    ada, noon, figurine = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.now(), SYSTEM_CLOCK.new_id()
    # The same figurine twice: a second try gives the photo away a second time.
    events = [
        disclosed(ada, at=noon, figurine_id=figurine),
        disclosed(ada, at=noon + SECOND, figurine_id=figurine),
        disclosed(ada, at=noon),
    ]
    first = [envelope(event) for event in events]
    arriving = [envelope(events[n]) if replayed else first[n] for n in order]
    for start in range(0, len(arriving), size):
        consumer.intake.take(arriving[start : start + size], wake_relay=False)
    _, answer = ask("/v1/privacy/disclosures", ada)
    assert sorted((item["figurine_id"], item["at"]) for item in answer["items"]) == sorted(
        (str(event.figurine_id), event.model_dump(mode="json")["disclosed_at"]) for event in events
    )


def test_pages_go_from_the_newest_to_the_oldest_however_they_came(consumer: Consumer, ask: Ask, ada: UUID) -> None:
    noon = SYSTEM_CLOCK.now()
    # Two at the same moment, and what came last is not the latest.
    for seconds in (3, 1, 4, 1, 2):
        consumer.take(disclosed(ada, at=noon + seconds * SECOND))
    pages: list[list[str]] = []
    cursor = ""
    while cursor is not None:
        _, answer = ask(f"/v1/privacy/disclosures?limit=2{cursor and f'&cursor={cursor}'}", ada)
        pages.append([item["at"] for item in answer["items"]])
        cursor = answer["next_cursor"]
    assert [len(page) for page in pages] == [2, 2, 1]
    shown = [datetime.fromisoformat(at) - noon for page in pages for at in page]
    assert shown == [seconds * SECOND for seconds in (4, 3, 2, 1, 1)]


def test_a_cursor_of_somebody_else_shows_nothing(consumer: Consumer, ask: Ask, ada: UUID) -> None:
    grace = SYSTEM_CLOCK.new_id()
    consumer.take(disclosed(grace), disclosed(grace), disclosed(ada))
    _, hers = ask("/v1/privacy/disclosures?limit=1", grace)
    _, answer = ask(f"/v1/privacy/disclosures?cursor={hers['next_cursor']}", ada)
    assert answer == {"items": [], "next_cursor": None}


def test_a_code_nobody_has_words_for_is_shown_as_it_came(consumer: Consumer, ask: Ask, ada: UUID) -> None:
    consumer.take(disclosed(ada).model_copy(update={"partner": "somebody", "kind": "a_thing", "purpose": "U9"}))
    _, answer = ask("/v1/privacy/disclosures", ada)
    (item,) = answer["items"]
    assert (item["partner_name"], item["what"], item["why"]) == ("somebody", "a_thing", "U9")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "cursor=yesterday"])
def test_a_page_that_does_not_exist_is_a_malformed_request(ask: Ask, ada: UUID, query: str) -> None:
    status, answer = ask(f"/v1/privacy/disclosures?{query}", ada)
    assert (status, answer["code"]) == (400, "invalid_request")


def test_disclosures_are_for_people_who_are_signed_in(ask: Ask) -> None:
    assert ask("/v1/privacy/disclosures", None)[0] == 401


def test_a_letter_is_for_no_figurine_and_says_on_which_terms_and_until_when_it_is_kept(
    consumer: Consumer, ask: Ask, ada: UUID
) -> None:
    now = SYSTEM_CLOCK.now()
    event = PartnerDisclosed(
        user_id=ada,
        partner="mail_relay",
        kind="address_and_letter",
        purpose="U1",
        disclosed_at=now,
        disclosure_id=SYSTEM_CLOCK.new_id(),
        tier="processor",
        expires_at=now + timedelta(days=55),
    )
    # Told again, also with another moment, the same call is one disclosure.
    consumer.take(event, event, event.model_copy(update={"disclosed_at": now + SECOND}))
    _, answer = ask("/v1/privacy/disclosures", ada)
    (item,) = answer["items"]
    assert (item["figurine_id"], item["why"]) == (None, "To keep your account working")
    assert item["what"] == "Your e-mail address and the letter to you"
    assert item["terms"] == "Under a contract: it may use it for this alone"
    assert datetime.fromisoformat(item["expires_at"]) == event.expires_at


@pytest.mark.parametrize("service", ["gateway", "generation", "billing", "analytics"])
def test_who_gave_something_away_cannot_take_it_off_the_record(
    consumer: Consumer, service_database: Callable[[str], str], ada: UUID, service: str
) -> None:
    consumer.take(disclosed(ada))
    for statement in (b"SELECT FROM privacy.disclosures", b"DELETE FROM privacy.disclosures"):
        with psycopg.connect(service_database(service)) as caller:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                caller.execute(statement)
            caller.rollback()


def test_a_disclosure_cannot_be_made_different(consumer: Consumer, database: Database, ada: UUID) -> None:
    consumer.take(disclosed(ada))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute("UPDATE disclosures SET partner = 'nobody' WHERE user_id = %s", [ada])
