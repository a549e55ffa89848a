"""The quality report: only of those who agree now, only in groups, and nobody's words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from itertools import permutations

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from rich.console import Console

from common.clock import SYSTEM_CLOCK
from common.contracts.privacy import ConsentChanged
from generation import use_cases
from generation.commands import print_quality
from generation.domain import STUDIO
from generation.domain.quality import PERIOD, QualityReport, Reason
from generation.jobs import QualityWatch
from tests.builders import Life
from tests.fakes.engine import FakeEngine, fails
from tests.integration.generation.doors import ISSUER, Ask
from tests.integration.generation.shop import Shop

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class House:
    """People who have figurines made and rate them."""

    shop: Shop

    def rated(self, stars: int, *reasons: Reason, agrees: bool = True, by: Life | None = None) -> Life:
        life = Life(began=self.shop.clock.now()) if by is None else Life(user_id=by.user_id, began=by.began)
        self.shop.afford(self.shop.order(life))
        self.shop.workshop.render_next()
        with self.shop.unit.begin() as work:
            use_cases.rate_figurine(
                work,
                life.user_id,
                life.figurine_id,
                stars=stars,
                comment="Grandma smiles",
                reasons=reasons,
            )
        if agrees:
            self.says(life, granted=True)
        return life

    def says(self, life: Life, *, granted: bool, later: timedelta = timedelta()) -> ConsentChanged:
        said = ConsentChanged(
            user_id=life.user_id,
            purpose="quality_feedback",
            granted=granted,
            policy_version="2026-11-01",
            changed_at=self.shop.clock.now() + later,
        )
        self.hears(said)
        return said

    def hears(self, said: ConsentChanged) -> None:
        with self.shop.unit.begin() as work:
            use_cases.note_consent(work, said)

    def report(self, least: int = 5) -> QualityReport:
        with self.shop.unit.begin() as work:
            return use_cases.report_quality(work, least_people=least)


@pytest.fixture
def house(shop: Shop) -> House:
    engine = FakeEngine(STUDIO)
    return House(replace(shop.with_workshop(engines={STUDIO: engine}), engine=engine))


def test_a_style_is_counted_once_enough_people_have_rated_it(house: House) -> None:
    for stars in (5, 4, 3, 2):
        house.rated(stars, Reason.CUT_OFF)
    assert house.report().styles == ()
    house.rated(1, Reason.CUT_OFF, Reason.LIKENESS_LOST)
    (group,) = house.report().styles
    assert (group.style, group.engine, group.people, group.ratings, group.mean_stars) == (
        ("window-box", "studio", 5, 5, 3.0)
    )
    assert group.reasons == {Reason.LIKENESS_LOST: 1, Reason.CUT_OFF: 5}
    assert group.content.value == 0.4


def test_many_ratings_of_few_people_are_no_group(house: House) -> None:
    first = house.rated(5)
    for _ in range(5):
        house.rated(5, by=first)
    assert house.report().styles == ()
    (group,) = house.report(least=1).styles
    assert (group.people, group.ratings) == (1, 6)


def test_who_has_not_agreed_is_not_counted_and_keeps_her_rating(house: House) -> None:
    for _ in range(5):
        house.rated(5)
    silent = house.rated(1, Reason.OTHER, agrees=False)
    (group,) = house.report().styles
    assert (group.people, group.stars[1], group.reasons) == (5, 0, {})
    with house.shop.unit.begin() as work:
        rating, words = use_cases.find_rating(work, silent.user_id, silent.figurine_id)
    assert (rating.stars, rating.reasons, words) == (1, (Reason.OTHER,), "Grandma smiles")


def test_a_withdrawal_takes_effect_at_once_also_on_what_was_said_before(house: House) -> None:
    people = [house.rated(5) for _ in range(6)]
    house.says(people[0], granted=False, later=SECOND)
    (group,) = house.report().styles
    assert (group.people, group.ratings) == (5, 5)
    house.says(people[1], granted=False, later=SECOND)
    assert house.report().styles == ()


def test_the_latest_word_counts_in_whatever_order_and_however_often_it_comes(house: House) -> None:
    shop = house.shop
    for order in permutations(range(3)):
        life = house.rated(5, agrees=False)
        said = [
            ConsentChanged(
                user_id=life.user_id,
                purpose="quality_feedback",
                granted=granted,
                policy_version="2026-11-01",
                changed_at=shop.clock.now() + n * SECOND,
            )
            for n, granted in enumerate((True, False, True))
        ]
        for n in (*order, *order):
            house.hears(said[n])
    (group,) = house.report().styles
    assert group.people == 6


def test_a_deleted_figurine_is_in_no_number(house: House) -> None:
    people = [house.rated(5) for _ in range(5)]
    with house.shop.unit.begin() as work:
        use_cases.delete_figurine(work, people[0].user_id, people[0].figurine_id)
    assert house.report().styles == ()


def test_what_lies_longer_back_is_forgotten(house: House) -> None:
    for _ in range(5):
        house.rated(5)
    assert len(house.report().styles) == 1
    house.shop.clock.advance(PERIOD + SECOND)
    assert (house.report().styles, house.report().engines) == ((), ())


def test_an_engine_is_told_by_what_became_of_its_jobs(house: House) -> None:
    shop = house.shop
    for code in (None, None, None, "no_picture", "refused_by_engine", "no_picture"):
        if code:
            shop.engine.will(fails(code))
        shop.ready()
        shop.workshop.render_next()
    shop.cancel(shop.ready())
    (engine,) = house.report().engines
    assert (engine.delivered, engine.failures) == (3, {"no_picture": 2, "refused_by_engine": 1})
    assert engine.delivery.value == 0.5


def test_that_ratings_are_no_longer_counted_ends_no_waiting_job(house: House) -> None:
    shop = house.shop
    life = Life(style="plush", began=shop.clock.now())
    shop.afford(shop.order(life))
    with shop.unit.begin() as work:
        work.consents.note(life.user_id, "google_gemini", granted=False, changed_at=life.began - SECOND)
    house.says(life, granted=False, later=SECOND)
    with shop.unit.begin() as work:
        (waiting,) = work.queue.unassigned(limit=5)
    assert waiting.withdrawn_at == life.began - SECOND


def test_only_who_runs_the_studio_reads_it_and_nobody_is_in_it(house: House, ask: Ask, client: FlaskClient) -> None:
    people = [house.rated(4, Reason.OTHER) for _ in range(5)]
    assert ask("/v1/quality", people[0].user_id).status_code == 403
    assert ask("/v1/quality", None).status_code == 403
    assert client.get("/v1/quality").status_code == 401
    token = ISSUER.issue(user_id=None, audience="generation", roles=["operator"])
    response = client.get("/v1/quality", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    (style,) = response.get_json()["styles"]
    assert (style["people"], style["mean_stars"], style["reasons"]) == (5, 4.0, {"other": 5})
    assert "Grandma" not in response.text
    assert not any(str(life.user_id) in response.text for life in people)


def test_the_command_prints_what_the_route_answers(house: House) -> None:
    for stars in (5, 5, 5, 4, 1):
        house.rated(stars, Reason.CUT_OFF)
    page = StringIO()
    print_quality(house.shop.unit, least_people=5, console=Console(file=page, width=160))
    printed = " ".join(page.getvalue().split())
    assert "window-box studio 5 5 4.00 80% 38% and 96% cut_off 5" in printed
    assert "studio 5 5 100% 57% and 100%" in printed


@pytest.fixture
def shown() -> Callable[..., float | None]:
    def value(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(f"generation_quality_{name}", labels)

    return value


def test_what_is_watched_is_of_groups_only_and_goes_with_them(house: House, shown: Callable[..., float | None]) -> None:
    watch = QualityWatch(unit=house.shop.unit, least_people=5)
    people = [house.rated(4) for _ in range(5)]
    watch.show()
    assert (shown("stars", style="window-box", engine="studio"), shown("delivered", engine="studio")) == (4.0, 1.0)
    house.says(people[0], granted=False, later=SECOND)
    watch.show()
    assert shown("stars", style="window-box", engine="studio") is None


def test_a_rating_is_read_by_its_owner_and_nobody_else(house: House, ask: Ask) -> None:
    life = house.rated(2, Reason.WRONG_POSE)
    path = f"/v1/figurines/{life.figurine_id}/rating"
    assert ask(path, SYSTEM_CLOCK.new_id()).status_code == 404
    assert ask(path, house.shop.ready().user_id).status_code == 404
