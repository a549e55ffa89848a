"""Credits that end, come back, are taken back and wait for a dispute, on real Postgres."""

from collections.abc import Callable
from datetime import timedelta

from billing.domain.ledger import Kind
from billing.domain.lots import GRACE, RENEWAL_SLACK, LotKind
from billing.jobs import expire_lots
from billing.repository import Work
from billing.use_cases import granting, ledger
from billing.use_cases.ledger import Wallet
from common.clock import MovableClock
from common.contracts import Event
from common.contracts.billing import CreditsExpired, CreditsGranted, CreditsWithdrawn
from common.work import UnitOfWork
from tests.builders import DAY, Life


def give(unit: UnitOfWork[Work], life: Life, credits: int, *, days: int | None = None, kind: str = "pack") -> str:
    """Credits of their own lot; its source."""
    source = f"test:{unit.clock.new_id()}"
    ends = None if days is None else unit.clock.now() + DAY * days
    with unit.begin() as work:
        assert granting.grant(
            work,
            life.user_id,
            kind=LotKind(kind),
            credits=credits,
            source=source,
            expires_at=ends,
            reason="Test",
        )
    return source


def hold(unit: UnitOfWork[Work], life: Life) -> None:
    with unit.begin() as work:
        ledger.hold_for_figurine(work, life.requested())


def deliver(unit: UnitOfWork[Work], life: Life, pictures: int) -> None:
    with unit.begin() as work:
        ledger.capture_delivered_pictures(work, life.generated(pictures))


def fail(unit: UnitOfWork[Work], life: Life) -> None:
    with unit.begin() as work:
        ledger.release_hold(work, life.failed("cancelled"))


def wallet(unit: UnitOfWork[Work], life: Life) -> Wallet:
    with unit.begin() as work:
        return ledger.read_wallet(work, life.user_id)


def left(unit: UnitOfWork[Work], life: Life) -> list[tuple[str, int]]:
    return [(lot.kind.value, lot.free) for lot in wallet(unit, life).lots]


def newest(unit: UnitOfWork[Work], life: Life) -> tuple[Kind, int, str]:
    with unit.begin() as work:
        line = ledger.read_statement(work, life.user_id, before=None, limit=1)[0]
    return line.kind, line.credits, line.reason


def test_the_same_source_gives_credits_once(unit: UnitOfWork[Work], published: Callable[[], list[Event]]) -> None:
    life = Life()
    for _ in range(2):
        with unit.begin() as work:
            granting.grant(
                work,
                life.user_id,
                kind=LotKind.PACK,
                credits=5,
                source=f"order:{life.hold_id}",
                expires_at=None,
                reason="Bought",
            )
    (granted,) = published()
    assert isinstance(granted, CreditsGranted)
    assert (granted.credits, granted.reason, granted.available) == (5, "pack", 5)


def test_the_next_to_end_is_spent_first_and_what_was_not_needed_goes_back_there(unit: UnitOfWork[Work]) -> None:
    life = Life(unit_price=2, variants=4)
    give(unit, life, 6)
    give(unit, life, 5, days=3, kind="trial")
    hold(unit, life)
    assert left(unit, life) == [("pack", 3)]
    deliver(unit, life, 1)
    assert left(unit, life) == [("trial", 3), ("pack", 6)]


def test_what_was_not_spent_in_time_ends_and_the_statement_says_so(
    unit: UnitOfWork[Work], clock: MovableClock, published: Callable[[], list[Event]]
) -> None:
    life = Life()
    give(unit, life, 4, days=3, kind="trial")
    give(unit, life, 1)
    clock.advance(DAY * 3)
    assert wallet(unit, life).available == 1, "it cannot be spent any more though nobody has swept"
    while expire_lots(unit):
        pass
    assert newest(unit, life) == (Kind.EXPIRY, -4, "4 trial credits expired unspent")
    (expired,) = [event for event in published() if isinstance(event, CreditsExpired) and event.user_id == life.user_id]
    assert (expired.credits, expired.available) == (4, 1)


def test_credits_that_have_ended_buy_nothing_even_before_the_sweep(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    life = Life(unit_price=1, variants=1)
    give(unit, life, 4, days=1, kind="trial")
    clock.advance(DAY)
    hold(unit, life)
    assert (wallet(unit, life).available, wallet(unit, life).held) == (0, 0)
    assert newest(unit, life)[0] is Kind.EXPIRY


def test_what_is_set_aside_does_not_end_and_has_a_week_when_it_comes_back(
    unit: UnitOfWork[Work], clock: MovableClock
) -> None:
    life = Life(unit_price=1, variants=3)
    again = Life(user_id=life.user_id, unit_price=1, variants=1)
    give(unit, life, 5, days=1, kind="trial")
    hold(unit, life)
    clock.advance(DAY)
    while expire_lots(unit):
        pass
    assert (wallet(unit, life).available, wallet(unit, life).held) == (0, 3)
    fail(unit, life)
    ends = clock.now() + GRACE
    told = f"{ends.day} {ends:%B %Y}"
    assert newest(unit, life)[2] == f"You cancelled; all credits came back; 3 trial credits can be spent until {told}"
    clock.advance(GRACE - timedelta(hours=1))
    hold(unit, again)
    clock.advance(timedelta(hours=2))
    fail(unit, again)
    assert wallet(unit, life).available == 0, "the days of grace are given once"
    assert newest(unit, life)[2] == "You cancelled; nothing was charged; 1 trial credit had expired"


def test_taking_back_takes_what_is_left_now_and_what_is_set_aside_when_it_returns(
    unit: UnitOfWork[Work], published: Callable[[], list[Event]]
) -> None:
    life = Life(unit_price=2, variants=2)
    source = give(unit, life, 10)
    hold(unit, life)
    with unit.begin() as work:
        assert granting.claw_back(work, source, credits=None, reason="Refunded") == 6
        assert granting.claw_back(work, source, credits=None, reason="Refunded") == 0
        assert not granting.untouched(work, source)
    assert (wallet(unit, life).available, wallet(unit, life).held) == (0, 4)
    deliver(unit, life, 1)
    assert (wallet(unit, life).available, wallet(unit, life).held) == (0, 0)
    assert newest(unit, life)[2] == (
        "Charged for 1 of 2 pictures; the rest was not charged; 2 bought credits went back with their payment"
    )
    assert [event.credits for event in published() if isinstance(event, CreditsWithdrawn)] == [6]


def test_a_disputed_lot_waits_and_keeps_the_days_it_had(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    life = Life(unit_price=1, variants=1)
    source = give(unit, life, 3, days=2, kind="plan")
    with unit.begin() as work:
        assert granting.freeze(work, source, cause="dispute", reason="Disputed")
        assert not granting.freeze(work, source, cause="dispute", reason="Disputed")
    assert (wallet(unit, life).available, wallet(unit, life).frozen) == (0, 3)
    hold(unit, life)
    assert wallet(unit, life).held == 0
    clock.advance(DAY * 30)
    while expire_lots(unit):
        pass
    with unit.begin() as work:
        assert granting.thaw(work, source, cause="dispute", reason="Decided")
        assert not granting.thaw(work, source, cause="dispute", reason="Decided")
    (lot,) = wallet(unit, life).lots
    assert (lot.free, lot.expires_at) == (3, clock.now() + DAY * 2)


def test_a_lost_dispute_takes_the_frozen_credits(unit: UnitOfWork[Work]) -> None:
    life = Life()
    source = give(unit, life, 3)
    with unit.begin() as work:
        granting.freeze(work, source, cause="dispute", reason="Disputed")
        assert granting.claw_back(work, source, credits=None, reason="Lost") == 3
        assert not granting.thaw(work, source, cause="dispute", reason="Late news")
    assert (wallet(unit, life).available, wallet(unit, life).frozen) == (0, 0)


def test_only_a_lot_nobody_has_ever_touched_is_untouched(unit: UnitOfWork[Work]) -> None:
    life = Life(unit_price=1, variants=1)
    source = give(unit, life, 3)
    with unit.begin() as work:
        assert granting.untouched(work, source)
    hold(unit, life)
    fail(unit, life)
    assert left(unit, life) == [("pack", 3)]
    with unit.begin() as work:
        assert not granting.untouched(work, source)
        assert not granting.untouched(work, "order:nobody's")


def period(unit: UnitOfWork[Work], life: Life, number: int, credits: int, cap: int) -> bool:
    month = timedelta(days=30)
    with unit.begin() as work:
        return granting.start_period(
            work,
            life.user_id,
            subscription=f"{life.figurine_id}",
            period_start=life.began + month * number,
            period_end=life.began + month * (number + 1),
            credits=credits,
            rollover_cap=cap,
            reason="Collector",
        )


def test_unused_credits_of_a_plan_go_on_up_to_the_cap_and_end_with_the_next_period(
    unit: UnitOfWork[Work], clock: MovableClock
) -> None:
    life = Life(began=clock.now())
    assert period(unit, life, 0, 50, 20)
    assert not period(unit, life, 0, 50, 20)
    clock.advance(timedelta(days=30, hours=30))
    assert period(unit, life, 1, 50, 20), "the renewal is told a day late, and nothing has ended yet"
    assert wallet(unit, life).available == 70
    with unit.begin() as work:
        carried, ended = ledger.read_statement(work, life.user_id, before=None, limit=2)
    assert carried.reason == "Collector; 20 unused credits of before can still be spent"
    assert (ended.credits, ended.kind) == (-30, Kind.EXPIRY)
    assert ended.reason == "30 plan credits ended with their period; at most 20 unused ones go on"
    ends = {lot.expires_at for lot in wallet(unit, life).lots}
    assert ends == {life.began + timedelta(days=60) + RENEWAL_SLACK}


def test_news_of_a_period_that_comes_after_its_successors_still_gives_its_credits(
    unit: UnitOfWork[Work], clock: MovableClock
) -> None:
    life = Life(began=clock.now())
    assert period(unit, life, 1, 50, 20)
    assert period(unit, life, 0, 40, 20)
    assert wallet(unit, life).available == 90
    assert {lot.expires_at for lot in wallet(unit, life).lots} == {life.began + timedelta(days=60) + RENEWAL_SLACK}
