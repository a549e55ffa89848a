"""What the gateway looks at: each kept as things are, broken where something was broken, patient with what goes on."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.consents import NEWS, PROCESSING
from common.database import Connection
from common.erasure import Fence
from common.erasure.tombstones import Tombstones
from common.errors import Unavailable
from common.probes import Finding, Found, Look
from gateway.domain.security import FAILURES_A_DAY
from gateway.jobs.heralding import look_at_stops
from gateway.jobs.kept import SignUpForm, Switchboard, kept_probes
from gateway.jobs.uses_seen import USE_PROBES
from gateway.routes.accounts import SignUpBody
from gateway.wiring import TEMPLATES

FENCE = Fence(b"g" * 32)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FORM = SignUpForm(page=TEMPLATES / "signup.html", body=SignUpBody.model_fields)


class House:
    """The gateway's rows, and what is seen of them."""

    def __init__(self, owner: Connection, look: Look, clock: MovableClock) -> None:
        self._owner = owner
        self.look = look
        self.clock = clock
        self.people: list[UUID] = []

    def at(self, promise: str, form: SignUpForm = FORM) -> Finding:
        mine = [*kept_probes(others={}, sign_up=form, fence=FENCE), *USE_PROBES]
        looks = {probe.promise: probe for probe in mine}
        return looks[promise].check(self.look)

    def do(self, query: str, **values: object) -> None:
        self._owner.execute(query.encode(), values)
        self._owner.commit()

    def person(self) -> UUID:
        user_id = SYSTEM_CLOCK.new_id()
        self.people.append(user_id)
        self.do(
            """
            INSERT INTO accounts (id, email, email_index, name, password_hash, adult, policy_version, created_at)
            VALUES (%(id)s, 'sealed', %(index)s, 'sealed', 'hash', true, '2026-11-01', now())
            """,
            id=user_id,
            index=user_id.bytes,
        )
        self.do(
            "INSERT INTO person_keys (id, user_id, wrapped, version) VALUES (%(key)s, %(id)s, %(wrapped)s, 1)",
            key=SYSTEM_CLOCK.new_id(),
            id=user_id,
            wrapped=bytes(65),
        )
        return user_id

    def leave(self, user_id: UUID) -> None:
        Tombstones(self._owner).add(FENCE.mark(user_id), SYSTEM_CLOCK.new_id(), at=self.clock.now())
        self._owner.commit()

    def says(self, user_id: UUID, purpose: str, *, granted: bool, ago: timedelta = timedelta()) -> None:
        self.do(
            "INSERT INTO consents VALUES (%(id)s, %(purpose)s, %(granted)s, %(at)s)",
            id=user_id,
            purpose=purpose,
            granted=granted,
            at=self.clock.now() - ago,
        )

    def get_news(self, user_id: UUID, template: str = "news") -> None:
        self.do(
            """
            INSERT INTO mails (id, account_id, template, state, created_at, next_try_at, sent_at)
            VALUES (%(mail)s, %(id)s, %(template)s, 'sent', %(now)s, %(now)s, %(now)s)
            """,
            mail=SYSTEM_CLOCK.new_id(),
            id=user_id,
            template=template,
            now=self.clock.now(),
        )

    def order(self, user_id: UUID) -> None:
        self.do(
            """
            INSERT INTO figurines (id, account_id, state, rank, style, variants, aspect_ratio, title, price, created_at)
            VALUES (%(order)s, %(id)s, 'queued', 1, 'window-box', 1, '1:1', 'sealed', 5, %(now)s)
            """,
            order=SYSTEM_CLOCK.new_id(),
            id=user_id,
            now=self.clock.now(),
        )

    def sign_in(self, user_id: UUID, *, noted: bool = True) -> None:
        session_id = SYSTEM_CLOCK.new_id()
        self.do(
            """
            INSERT INTO sessions VALUES (%(session)s, %(id)s, %(digest)s, 'a browser', %(now)s, %(now)s, %(now)s)
            """,
            session=session_id,
            id=user_id,
            digest=session_id.bytes,
            now=self.clock.now(),
        )
        if noted:
            self.use(user_id, "signed_in", session_id=session_id)

    def use(self, user_id: UUID, kind: str, *, session_id: UUID | None = None, address: bytes = b"\x02sealed") -> None:
        self.do(
            """
            INSERT INTO security_log (id, account_id, kind, at, session_id, address)
            VALUES (%(use)s, %(id)s, %(kind)s, %(now)s, %(session)s, %(address)s)
            """,
            use=SYSTEM_CLOCK.new_id(),
            id=user_id,
            kind=kind,
            now=self.clock.now(),
            session=session_id,
            address=address,
        )

    def correct(self, user_id: UUID) -> None:
        self.do(
            """
            INSERT INTO corrections (id, account_id, fields, corrected_at, state, next_try_at)
            VALUES (%(correction)s, %(id)s, '{name}', %(now)s, 'following', %(now)s)
            """,
            correction=SYSTEM_CLOCK.new_id(),
            id=user_id,
            now=self.clock.now(),
        )


@pytest.fixture
def house(
    owner_of: Callable[[str], Connection], look_of: Callable[[str], Look], clock: MovableClock
) -> Iterator[House]:
    house = House(owner_of("gateway"), look_of("gateway"), clock)
    for table in ("mails", "figurines", "corrections", "sessions", "security_log"):
        house.do(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
    yield house
    house.do("DELETE FROM accounts WHERE id = ANY(%(people)s)", people=house.people)
    house.do("DELETE FROM person_keys WHERE user_id = ANY(%(people)s)", people=house.people)
    house.do("DELETE FROM tombstones WHERE person = ANY(%(marks)s)", marks=[FENCE.mark(each) for each in house.people])


def test_an_account_that_goes_by_itself_is_missed_and_one_whose_owner_leaves_is_not(house: House) -> None:
    ada, bob, _ = (house.person() for _ in range(3))
    before = house.at("K3").figures["lost"]
    house.leave(ada)
    house.do("DELETE FROM accounts WHERE id = %(id)s", id=ada)
    assert house.at("K3").figures["lost"] == before
    house.do("DELETE FROM accounts WHERE id = %(id)s", id=bob)
    found = house.at("K3")
    assert (found.state, found.figures["lost"]) == (Found.BROKEN, int(before) + 1)


def test_the_form_asks_for_what_is_promised_and_a_field_more_is_noticed(house: House, tmp_path: Path) -> None:
    found = house.at("C1")
    assert found.state is Found.KEPT
    assert "adult, email, name, password, policy" in found.checked
    page = tmp_path / "signup.html"
    page.write_text(FORM.page.read_text() + '{{ field("birthday", "Birthday") }}')
    assert house.at("C1", SignUpForm(page=page, body=FORM.body)).state is Found.BROKEN
    page.write_text(FORM.page.read_text() + '<select id="x" name="gender">')
    assert house.at("C1", SignUpForm(page=page, body=FORM.body)).state is Found.BROKEN
    assert house.at("C1", SignUpForm(page=FORM.page, body=[*FORM.body, "phone"])).state is Found.BROKEN
    page.write_text("")
    assert house.at("C1", SignUpForm(page=page, body=())).state is Found.BROKEN


def test_a_correction_that_is_not_followed_is_noticed_after_a_day(house: House) -> None:
    assert house.at("R2").state is Found.KEPT
    house.correct(house.person())
    assert (house.at("R2").state, house.at("R2").figures["open"]) == (Found.KEPT, 1)
    house.clock.advance(25 * HOUR)
    assert (house.at("R2").state, house.at("R2").figures["late"]) == (Found.BROKEN, 1)
    house.do("UPDATE corrections SET state = 'proven', proven_at = %(now)s", now=house.clock.now())
    assert house.at("R2").state is Found.KEPT


def test_an_order_of_somebody_who_restricted_everything_is_noticed(house: House) -> None:
    ada = house.person()
    house.order(ada)
    house.says(ada, PROCESSING, granted=False)
    house.clock.advance(MINUTE / 2)
    house.order(ada)
    assert (house.at("R5").state, house.at("R5").figures["orders"]) == (Found.KEPT, 2)
    house.clock.advance(MINUTE)
    house.order(ada)
    assert (house.at("R5").state, house.at("R5").figures["restricted"]) == (Found.BROKEN, 1)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({NEWS: True}, Found.KEPT),
        ({}, Found.BROKEN),
        ({NEWS: False}, Found.BROKEN),
        ({NEWS: True, PROCESSING: False}, Found.BROKEN),
    ],
)
def test_news_is_for_those_who_said_yes(house: House, said: dict[str, bool], state: Found) -> None:
    ada = house.person()
    for purpose, granted in said.items():
        house.says(ada, purpose, granted=granted, ago=2 * MINUTE)
    # Another letter is no news.
    house.get_news(ada, template="invoice")
    assert house.at("U6").state is Found.KEPT
    house.get_news(ada)
    assert house.at("U6").state is state
    house.clock.advance(25 * HOUR)
    assert house.at("U6").state is Found.KEPT


def test_a_no_that_is_on_its_way_while_a_letter_goes_out_is_forgiven(house: House) -> None:
    ada = house.person()
    house.says(ada, NEWS, granted=False, ago=MINUTE / 2)
    house.get_news(ada)
    assert (house.at("U6").state, house.at("U6").figures["sent"]) == (Found.KEPT, 1)


def test_a_no_by_a_link_that_never_reaches_privacy_is_noticed_after_an_hour(house: House) -> None:
    assert look_at_stops(house.look).state is Found.KEPT
    house.do("INSERT INTO news_stops VALUES (%(id)s, %(now)s, 0, %(now)s)", id=house.person(), now=house.clock.now())
    house.clock.advance(HOUR)
    assert (look_at_stops(house.look).state, look_at_stops(house.look).figures["open"]) == (Found.KEPT, 1)
    house.clock.advance(MINUTE)
    assert (look_at_stops(house.look).state, look_at_stops(house.look).figures["late"]) == (Found.BROKEN, 1)


def test_a_sign_in_that_is_not_in_the_log_is_noticed_once_it_should_be(house: House) -> None:
    ada = house.person()
    # The log is younger than the migration that made it.
    house.clock.advance(MINUTE)
    house.sign_in(ada)
    house.sign_in(ada, noted=False)
    assert house.at("C5").state is Found.KEPT
    house.clock.advance(2 * MINUTE)
    found = house.at("C5")
    assert (found.state, found.figures["sessions"], found.figures["missing"]) == (Found.BROKEN, 2, 1)
    house.clock.advance(25 * HOUR)
    assert house.at("C5").state is Found.KEPT


def test_an_address_that_lies_in_the_clear_is_noticed(house: House) -> None:
    ada = house.person()
    house.use(ada, "signed_out")
    assert (house.at("C5").state, house.at("C5").figures["noted"]) == (Found.KEPT, 1)
    house.use(ada, "signed_out", address=b"203.0.113.7")
    assert (house.at("C5").state, house.at("C5").figures["clear"]) == (Found.BROKEN, 1)


def test_guesses_at_passwords_are_counted_and_more_than_may_be_noted_are_noticed(house: House) -> None:
    ada = house.person()
    for _ in range(3):
        house.use(ada, "sign_in_failed")
    found = house.at("U8")
    assert (found.state, found.figures["failures"], found.figures["accounts"]) == (Found.KEPT, 3, 1)
    for _ in range(FAILURES_A_DAY + 20):
        house.use(ada, "sign_in_failed")
    assert house.at("U8").state is Found.BROKEN


def test_a_service_that_stays_away_is_noticed_and_one_that_is_put_in_anew_is_not(
    look_of: Callable[[str], Look], clock: MovableClock
) -> None:
    away: set[str] = {"billing"}

    def ask(name: str) -> None:
        if name in away:
            raise Unavailable

    switchboard = Switchboard({"billing": lambda: ask("billing"), "privacy": lambda: ask("privacy")})
    look = look_of("gateway")
    assert (switchboard.look(look).state, switchboard.look(look).figures["answered"]) == (Found.KEPT, 1)
    clock.advance(2 * MINUTE)
    assert switchboard.look(look).state is Found.KEPT
    clock.advance(2 * MINUTE)
    found = switchboard.look(look)
    assert found.state is Found.BROKEN
    assert "billing did not" in found.checked
    away.clear()
    assert switchboard.look(look).state is Found.KEPT
    away.add("billing")
    assert switchboard.look(look).state is Found.KEPT
