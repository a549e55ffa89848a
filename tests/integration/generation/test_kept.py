"""What generation looks at: kept in a studio that works, broken where a mechanism is, patient with what goes on."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts.consents import GEMINI, PROCESSING, QUALITY
from common.contracts.privacy import ConsentChanged
from common.erasure import Fence
from common.erasure.tombstones import Tombstones
from common.probes import Finding, Found, Look
from generation import use_cases
from generation.inventory import INVENTORY
from generation.jobs.kept import kept_probes
from generation.repository import quality
from tests.builders import Life
from tests.integration.generation.shop import Shop

MINUTE = timedelta(minutes=1)
FENCE = Fence(b"k" * 32)
HOUR = timedelta(hours=1)


class Watch:
    """The probes of this shop, by promise."""

    def __init__(self, shop: Shop) -> None:
        self._probes = {probe.promise: probe for probe in kept_probes(shop.pictures, INVENTORY, FENCE)}
        self._look = Look(database=shop.unit.database, clock=shop.clock)

    def at(self, promise: str) -> Finding:
        return self._probes[promise].check(self._look)


@pytest.fixture
def watch(shop: Shop) -> Watch:
    return Watch(shop)


def painted(shop: Shop) -> Life:
    life = shop.ready()
    assert shop.workshop.render_next()
    assert shop.state(life)[0] == "succeeded"
    return life


def change(shop: Shop, query: str, **values: object) -> None:
    with shop.unit.database.begin() as connection:
        connection.execute(query.encode(), values)


def says(shop: Shop, user_id: UUID, purpose: str, *, granted: bool, ago: timedelta = timedelta()) -> None:
    said = ConsentChanged(
        user_id=user_id,
        purpose=purpose,
        granted=granted,
        policy_version="2026-11-01",
        changed_at=shop.clock.now() - ago,
    )
    with shop.unit.begin() as work:
        use_cases.note_consent(work, said)


def told(shop: Shop, user_id: UUID, *, ago: timedelta = timedelta()) -> None:
    change(
        shop,
        """
        INSERT INTO disclosures (id, user_id, figurine_id, attempt, partner, kind, purpose, at)
        VALUES (%(id)s, %(user_id)s, %(id)s, 1, 'google_gemini', 'photo_and_prompt', 'U2', %(at)s)
        """,
        id=SYSTEM_CLOCK.new_id(),
        user_id=user_id,
        at=shop.clock.now() - ago,
    )


def test_a_studio_that_works_keeps_its_promises_and_so_does_an_empty_one(shop: Shop, watch: Watch) -> None:
    every = ("C3", "K2", "R5", "U2", "U5")
    assert {promise: watch.at(promise).state for promise in every} == dict.fromkeys(every, Found.KEPT)
    painted(shop)
    under_way = shop.ready()
    shop.claim()
    assert shop.state(under_way)[0] == "rendering"
    found = {promise: watch.at(promise) for promise in every}
    assert {promise: finding.state for promise, finding in found.items()} == dict.fromkeys(every, Found.KEPT)
    looked: Mapping[str, object] = {**found["C3"].figures, **found["K2"].figures, **found["U2"].figures}
    assert (looked["figurines"], looked["uploads"]) == (1, 2)


def test_a_picture_that_is_not_in_the_store_is_missed_unless_its_owner_deleted_it(shop: Shop, watch: Watch) -> None:
    life = painted(shop)
    key = next(key for key in shop.keys("figurines", life.figurine_id) if key.endswith("-thumb"))
    shop.client.remove_object(shop.buckets["figurines"], key)
    assert (watch.at("C3").state, watch.at("C3").figures["lost"]) == (Found.BROKEN, 1)
    with shop.unit.begin() as work:
        use_cases.delete_figurine(work, life.user_id, life.figurine_id)
    assert watch.at("C3").state is Found.KEPT


@pytest.mark.parametrize(
    "loss",
    ["DELETE FROM pictures WHERE figurine_id = %(id)s", "UPDATE figurines SET gone_at = now() WHERE id = %(id)s"],
)
def test_a_figurine_that_goes_without_its_owners_word_is_missed(shop: Shop, watch: Watch, loss: str) -> None:
    life = painted(shop)
    change(shop, loss, id=life.figurine_id)
    assert (watch.at("K2").state, watch.at("K2").figures["lost"]) == (Found.BROKEN, 1)


def test_nothing_is_missed_of_somebody_who_is_being_forgotten(shop: Shop, watch: Watch) -> None:
    """Her pictures go before the rows that tell of them."""
    life = painted(shop)
    for key in shop.keys("figurines", life.figurine_id):
        shop.client.remove_object(shop.buckets["figurines"], key)
    change(shop, "DELETE FROM pictures WHERE figurine_id = %(id)s", id=life.figurine_id)
    change(shop, "UPDATE figurines SET gone_at = now() WHERE id = %(id)s", id=life.figurine_id)
    assert watch.at("K2").state is Found.BROKEN
    with shop.unit.database.begin() as connection:
        Tombstones(connection).add(FENCE.mark(life.user_id), SYSTEM_CLOCK.new_id(), at=shop.clock.now())
    assert {watch.at("C3").state, watch.at("K2").state} == {Found.KEPT}


def test_a_photo_that_serves_somebody_else_is_noticed(shop: Shop, watch: Watch) -> None:
    life = shop.ready()
    assert watch.at("U2").state is Found.KEPT
    change(
        shop, "UPDATE uploads SET user_id = %(other)s WHERE id = %(id)s", other=SYSTEM_CLOCK.new_id(), id=life.upload_id
    )
    assert (watch.at("U2").state, watch.at("U2").figures["others"]) == (Found.BROKEN, 1)


def test_an_order_that_nobody_takes_up_is_noticed_after_a_day(shop: Shop, watch: Watch) -> None:
    shop.ready()
    shop.clock.advance(24 * HOUR)
    assert watch.at("U2").state is Found.KEPT
    shop.clock.advance(2 * HOUR)
    assert (watch.at("U2").state, watch.at("U2").figures["forgotten"]) == (Found.BROKEN, 1)


def test_ratings_count_only_of_who_agreed_and_a_report_that_asks_for_something_else_is_noticed(
    shop: Shop, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for agrees in (True, False):
        life = painted(shop)
        with shop.unit.begin() as work:
            use_cases.rate_figurine(work, life.user_id, life.figurine_id, stars=5, comment=None, reasons=())
        says(shop, life.user_id, QUALITY, granted=agrees)
        says(shop, life.user_id, GEMINI, granted=True)
    found = watch.at("U5")
    assert (found.state, found.figures["allowed"], found.figures["counted"]) == (Found.KEPT, 1, 1)
    monkeypatch.setattr(quality, "QUALITY_CONSENT", GEMINI)
    found = watch.at("U5")
    assert (found.state, found.figures["allowed"], found.figures["counted"]) == (Found.BROKEN, 1, 2)


def test_what_a_partner_is_told_without_a_yes_or_after_a_no_is_noticed(shop: Shop, watch: Watch) -> None:
    grace, ada, bob = (SYSTEM_CLOCK.new_id() for _ in range(3))
    says(shop, grace, GEMINI, granted=True)
    told(shop, grace)
    # News of a no is on its way for a moment.
    says(shop, ada, GEMINI, granted=False, ago=MINUTE / 2)
    told(shop, ada)
    assert (watch.at("R5").state, watch.at("R5").figures["told"]) == (Found.KEPT, 2)
    says(shop, bob, GEMINI, granted=False, ago=2 * MINUTE)
    told(shop, bob)
    assert (watch.at("R5").state, watch.at("R5").figures["unasked"]) == (Found.BROKEN, 1)
    told(shop, SYSTEM_CLOCK.new_id())
    assert watch.at("R5").figures["unasked"] == 2
    # What happened once is history after a day, and stands in the history.
    shop.clock.advance(25 * HOUR)
    assert watch.at("R5").state is Found.KEPT


def test_a_painting_of_somebody_who_restricted_everything_is_noticed(shop: Shop, watch: Watch) -> None:
    life = painted(shop)
    says(shop, life.user_id, PROCESSING, granted=False)
    assert watch.at("R5").state is Found.KEPT
    change(
        shop,
        "UPDATE attempts SET started_at = %(at)s WHERE figurine_id = %(id)s",
        at=shop.clock.now() + 2 * MINUTE,
        id=life.figurine_id,
    )
    assert (watch.at("R5").state, watch.at("R5").figures["restricted"]) == (Found.BROKEN, 1)
