"""People leave while others go on, whatever comes when: nobody comes back, nothing is called complete too soon."""

from functools import partial
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.domain.laws import Law
from billing.use_cases import auditing, ledger
from common.erasure import PersonGone
from gateway.domain.figurines import Order
from gateway.use_cases.figurines import Placement, place_order
from gateway.use_cases.people import SignUp, sign_up
from privacy.domain import RequestState
from tests.builders import DAY
from tests.fakes.engine import cards, fails
from tests.integration.erasure.five import POLICY, Five, Quiet

PRICE = 2
OUTCOMES = (cards(), cards(), cards(1), fails("no_picture"), fails("engine_unavailable"))


def register(five: Five) -> UUID:
    with five.units["gateway"].begin() as work:
        email = f"{work.clock.new_id()}@example.org"
        person = SignUp(email=email, name="Ada", password_hash="-", adult=True, policy_version=POLICY)
        return sign_up(work, person).id


def place(five: Five, house: Quiet, user_id: UUID, variants: int, *, save: bool) -> None:
    """Order, as the gateway does: the photo first, then the row, unless she is leaving."""
    order = Order(style="window-box", variants=variants, aspect_ratio="1:1", title="", note="")
    upload_id = five.clock.new_id()
    house.photos.put(upload_id, owner=user_id, at=five.clock.now())
    placement = Placement(
        figurine_id=five.clock.new_id(), upload_id=upload_id, order=order, price=PRICE * variants, seed=1, save=save
    )
    try:
        with five.units["gateway"].begin(person=user_id) as work:
            place_order(work, user_id, placement)
    except PersonGone:
        house.photos.delete(upload_id)


@settings(max_examples=2)
@given(seed=st.integers(0, 2**32 - 1))
def test_whoever_leaves_is_gone_and_stays_gone_whatever_comes_when(many: Five, seed: int) -> None:
    five, chance = many, Random(seed)
    five.clear()
    house = Quiet(five, chance)
    house.engine.will(*chance.choices(OUTCOMES, k=20))
    leaver, stayer = register(five), register(five)
    for person in (leaver, stayer, leaver):
        place(five, house, person, chance.randint(1, 3), save=chance.random() < 0.5)
    asked: list[UUID] = []
    house.run(
        lambda: asked.append(five.leave(leaver).id),
        partial(place, five, house, leaver, 1, save=True),
        partial(place, five, house, stayer, 1, save=True),
        partial(again, five, asked),
    )
    request = five.request(asked[0])
    assert (request.state, request.missing) == (RequestState.COMPLETED, [])
    assert five.traces(leaver) == set()
    assert "gateway.accounts" in five.traces(stayer)
    assert stored(five) <= owned(five, stayer)
    with five.units["billing"].begin() as work:
        laws = auditing.find_violations(work, stale_after=DAY)
        assert ledger.read_balance(work, stayer).held == 0
    assert {law: broken for law, broken in laws.items() if law != Law.STALE and broken} == {}


def again(five: Five, asked: list[UUID]) -> None:
    """The hour is over, whether anybody answered or not: who is late is asked again."""
    if asked:
        five.chase()


def stored(five: Five) -> set[UUID]:
    """Whose objects there are."""
    return {UUID(key.split("/")[0]) for keys in five.shelves.names().values() for key in keys}


def owned(five: Five, user_id: UUID) -> set[UUID]:
    """What somebody's objects are named by."""
    figurines = five.ask("generation", "SELECT id FROM figurines WHERE user_id = %s", user_id)
    photos = five.ask("generation", "SELECT id FROM saved_photos WHERE user_id = %s", user_id)
    return {id for (id,) in (*figurines, *photos)}
