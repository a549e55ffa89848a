"""Promise T5 where people read it: each record says who got what and what for, in words of the policy."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from common.clock import MovableClock
from common.contracts.generation import PartnerDisclosed
from common.database import Database
from common.probes import Finding, Found, Look
from common.work import UnitOfWork
from privacy.jobs.disclosures_seen import look_at_the_record
from privacy.repository import Work
from privacy.use_cases import file_disclosure


@pytest.fixture(autouse=True)
def _nothing_told_yet(database: Database) -> Iterator[None]:
    def clear() -> None:
        with database.begin() as connection:
            connection.execute("DELETE FROM disclosures")

    clear()
    yield
    clear()


def tell(unit: UnitOfWork[Work], who: UUID, **said: str) -> None:
    words = {"partner": "mail_relay", "kind": "address_and_letter", "purpose": "U1", "tier": "processor"} | said
    with unit.begin() as work:
        file_disclosure(work, PartnerDisclosed(user_id=who, disclosed_at=work.clock.now(), **words))


@pytest.fixture
def look(database: Database, clock: MovableClock) -> Look:
    return Look(database=database, clock=clock)


def test_records_are_counted_by_partner_and_name_what_is_known(unit: UnitOfWork[Work], ada: UUID, look: Look) -> None:
    empty = look_at_the_record(look)
    assert (empty.state, empty.checked.endswith("within a day: none.")) == (Found.KEPT, True)
    tell(unit, ada)
    tell(unit, ada, partner="google_gemini", kind="photo_and_prompt", purpose="U2", tier="")
    found: Finding = look_at_the_record(look)
    assert found.state is Found.KEPT, found
    assert (found.figures["mail_relay"], found.figures["google_gemini"]) == (1, 1)


@pytest.mark.parametrize(
    "said", [{"partner": "somebody"}, {"kind": "everything"}, {"purpose": "U99"}, {"tier": "for_itself"}]
)
def test_a_record_without_words_for_it_is_found(
    unit: UnitOfWork[Work], ada: UUID, look: Look, said: dict[str, str]
) -> None:
    tell(unit, ada)
    tell(unit, ada, **said)
    found = look_at_the_record(look)
    assert (found.state, found.figures["strange"]) == (Found.BROKEN, 1)


def test_the_record_itself_cannot_be_changed_by_the_service(database: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute("UPDATE disclosures SET partner = 'nobody'")
