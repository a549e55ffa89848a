"""Printable models over generation's door and on its bench: asked for once, made once, for their owner."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from common.errors import Unavailable
from common.sealing import Sealer
from common.storage import ObjectStore
from common.tokens import TokenIssuer
from common.web import create_app
from generation import use_cases
from generation.adapters.objects import S3Models, S3Pictures
from generation.adapters.relief.checks import read_back
from generation.adapters.relief.kernel import inside_of, is_closed
from generation.adapters.relief.maker import ReliefMaker
from generation.domain import MODEL_ATTEMPTS, MODEL_LEASE, PRINTABLE, ModelFailure, ModelPart
from generation.jobs import ModelBench
from generation.routes import ModelDesk
from generation.wiring import build
from tests.builders import Life
from tests.fakes.engine import FakeEngine, card
from tests.fakes.engine import fails as engine_fails
from tests.fakes.maker import FakeMaker, Hangs, away, fails
from tests.fakes.toy.keys import PRIVATE_KEY
from tests.fixtures.signing import SigningFiles
from tests.integration.generation.conftest import S3
from tests.integration.generation.doors import settings_of
from tests.integration.generation.shop import Shop

IN_THE_MAKING = 3
Ask = Callable[..., TestResponse]
PARTS = ["model.glb", "model.stl", "model.3mf", "model/preview", "model/turntable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A figurine with two pictures, and whoever makes models of them."""

    shop: Shop
    maker: FakeMaker
    desk: ModelBench
    life: Life

    def state(self, picture: int = 1, height_mm: int = 80) -> tuple[str, int, str | None]:
        """State, attempts and failure of a model of the figurine."""
        with self.shop.unit.database.begin() as connection:
            (row,) = connection.execute(
                "SELECT state, attempt, failure_code FROM models WHERE figurine_id = %s AND picture = %s"
                " AND height_mm = %s",
                [self.life.figurine_id, picture, height_mm],
            ).fetchall()
        return row

    def files(self) -> list[str]:
        """The places of every model's files in the store."""
        return [key for key in self.shop.keys("figurines", self.life.figurine_id) if "-model-" in key]

    def path(self, what: str = "model.stl") -> str:
        """Where the figurine's model is asked for."""
        return f"/v1/figurines/{self.life.figurine_id}/{what}"


@pytest.fixture
def models(object_store: ObjectStore, s3: S3, sealer: Sealer) -> S3Models:
    return S3Models(object_store, sealer, bucket=s3.buckets["figurines"])


@pytest.fixture
def bench(shop: Shop, models: S3Models, pictures: S3Pictures) -> Bench:
    life = shop.ready(variants=2)
    shop.workshop.render_next()
    maker = FakeMaker()
    desk = ModelBench(unit=shop.unit, maker=maker, models=models, pictures=pictures)
    return Bench(shop=shop, maker=maker, desk=desk, life=life)


@pytest.fixture
def ask(
    generation_dsn: str, shop: Shop, models: S3Models, pictures: S3Pictures, signing_files: SigningFiles
) -> Iterator[Ask]:
    settings = settings_of(generation_dsn, signing_files)
    service = build(settings, engine=FakeEngine())
    issuer = TokenIssuer(PRIVATE_KEY, clock=shop.clock)
    desk = ModelDesk(store=models, in_the_making=IN_THE_MAKING)
    app = create_app(replace(service, unit=shop.unit, ports=[pictures, desk]))

    def ask(path: str, user_id: UUID, *, method: str = "GET", **headers: str) -> TestResponse:
        token = issuer.issue(user_id=user_id, audience="generation")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = app.test_client().open(path, method=method, headers={"Authorization": f"Bearer {token}", **named})
        response.get_data()
        response.close()
        return response

    yield ask
    service.close()


@pytest.mark.parametrize("what", PARTS)
def test_a_model_is_made_when_it_is_asked_for_and_there_the_next_time(ask: Ask, bench: Bench, what: str) -> None:
    first = ask(bench.path(what), bench.life.user_id)
    assert (first.status_code, first.get_json()["state"]) == (202, "making")
    assert int(first.headers["Retry-After"]) == first.get_json()["retry_after"] > 0
    assert bench.desk.make_next() == 1
    then = ask(bench.path(what), bench.life.user_id)
    assert then.status_code == 200
    assert then.content_length == len(then.data) > 0
    assert then.headers["Content-Disposition"].startswith('attachment; filename="figurine-80mm.')
    assert bench.desk.make_next() == 0


def test_a_model_comes_in_ranges_and_not_twice(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    bench.desk.make_next()
    whole = ask(bench.path(), bench.life.user_id)
    part = ask(bench.path(), bench.life.user_id, Range="bytes=3-8")
    assert (part.status_code, part.data) == (206, whole.data[3:9])
    assert ask(bench.path(), bench.life.user_id, Range="bytes=9999999-").status_code == 416
    again = ask(bench.path(), bench.life.user_id, If_None_Match=whole.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    head = ask(bench.path(), bench.life.user_id, method="HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole.data)))
    other = ask(bench.path("model.glb"), bench.life.user_id)
    assert other.headers["ETag"] != whole.headers["ETag"]


def test_asking_often_makes_one_model(ask: Ask, bench: Bench) -> None:
    with ThreadPoolExecutor(6) as people:
        asked = [people.submit(ask, bench.path(what), bench.life.user_id) for what in PARTS * 2]
    assert {answer.result().status_code for answer in asked} == {202}
    assert bench.desk.make_next() == 1
    assert bench.desk.make_next() == 0
    assert bench.maker.made == [("", 80)]


def test_what_the_studio_engine_painted_is_modelled_as_such(ask: Ask, bench: Bench) -> None:
    with bench.shop.unit.database.begin() as connection:
        connection.execute("UPDATE figurines SET engine = 'studio'")
    ask(bench.path(), bench.life.user_id)
    bench.desk.make_next()
    assert bench.maker.made == [(bench.life.style, 80)]


def test_each_picture_and_each_height_has_a_model_of_its_own(ask: Ask, bench: Bench) -> None:
    for query in ("", "?picture=2", "?height_mm=120"):
        assert ask(bench.path() + query, bench.life.user_id).status_code == 202
    while bench.desk.make_next():
        pass
    answers = [ask(bench.path() + query, bench.life.user_id) for query in ("", "?picture=2", "?height_mm=120")]
    assert len({answer.data for answer in answers}) == 3
    assert len({answer.headers["ETag"] for answer in answers}) == 3


def test_a_model_is_known_before_it_is_asked_for_while_it_is_made_and_when_it_is_there(ask: Ask, bench: Bench) -> None:
    def known() -> dict[str, object]:
        return ask(bench.path("model"), bench.life.user_id).get_json()

    assert (known()["state"], known()["report"]) == ("none", None)
    assert bench.desk.make_next() == 0
    ask(bench.path(), bench.life.user_id)
    assert (known()["state"], bool(known()["retry_after"])) == ("asked", True)
    bench.desk.make_next()
    ready = known()
    assert ready["state"] == "ready"
    assert isinstance(ready["report"], dict)
    assert ready["report"]["watertight"] is True
    assert set(ready["report"]["bytes"]) == {part.value for part in ModelPart}


@pytest.mark.parametrize("what", ["model", *PARTS])
def test_somebody_elses_model_does_not_exist(ask: Ask, bench: Bench, what: str) -> None:
    ask(bench.path(), bench.life.user_id)
    bench.desk.make_next()
    response = ask(bench.path(what), SYSTEM_CLOCK.new_id())
    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "status"),
    [("?picture=3", 404), ("?picture=0", 400), ("?picture=x", 400), ("?height_mm=39", 400), ("?height_mm=151", 400)],
)
def test_a_model_that_cannot_be_is_refused(ask: Ask, bench: Bench, query: str, status: int) -> None:
    assert ask(bench.path() + query, bench.life.user_id).status_code == status
    assert bench.desk.make_next() == 0


def test_there_is_no_other_format(ask: Ask, bench: Bench) -> None:
    assert ask(bench.path("model.obj"), bench.life.user_id).status_code == 400


def test_a_figurine_nobody_knows_and_one_without_pictures_are_told_apart(ask: Ask, bench: Bench) -> None:
    unknown = ask(f"/v1/figurines/{SYSTEM_CLOCK.new_id()}/model.stl", bench.life.user_id)
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "not_found")
    waiting = bench.shop.ready()
    early = ask(f"/v1/figurines/{waiting.figurine_id}/model.stl", waiting.user_id)
    assert (early.status_code, early.get_json()["code"]) == (409, "conflict")
    assert "no pictures" in early.get_json()["detail"]
    bench.shop.engine.will(engine_fails("no_picture"))
    bench.shop.workshop.render_next()
    assert ask(f"/v1/figurines/{waiting.figurine_id}/model", waiting.user_id).status_code == 409


def test_a_failed_model_says_why_and_can_be_asked_for_again(ask: Ask, bench: Bench) -> None:
    bench.maker.will(fails(ModelFailure.NOT_PRINTABLE))
    ask(bench.path(), bench.life.user_id)
    bench.desk.make_next()
    refused = ask(bench.path(), bench.life.user_id)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "model_failed")
    assert "would not print" in refused.get_json()["detail"]
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    known = ask(bench.path("model"), bench.life.user_id).get_json()
    assert (known["state"], known["failure"]) == ("failed", "not_printable")
    bench.shop.clock.advance(timedelta(seconds=61))
    assert ask(bench.path(), bench.life.user_id).status_code == 202
    bench.desk.make_next()
    assert ask(bench.path(), bench.life.user_id).status_code == 200


def test_so_many_models_are_in_the_making_for_one_person_and_no_more(ask: Ask, bench: Bench) -> None:
    heights = range(60, 70)
    with ThreadPoolExecutor(5) as people:
        asked = [people.submit(ask, f"{bench.path()}?height_mm={mm}", bench.life.user_id) for mm in heights]
    statuses = sorted(answer.result().status_code for answer in asked)
    assert statuses == [202] * IN_THE_MAKING + [429] * (len(heights) - IN_THE_MAKING)
    (refused, *_) = [answer.result() for answer in asked if answer.result().status_code == 429]
    assert (refused.get_json()["code"], int(refused.headers["Retry-After"]) > 0) == ("rate_limited", True)
    other = bench.shop.ready()
    bench.shop.workshop.render_next()
    assert ask(f"/v1/figurines/{other.figurine_id}/model.stl", other.user_id).status_code == 202
    bench.desk.make_next()
    bench.desk.make_next()
    assert ask(f"{bench.path()}?height_mm=90", bench.life.user_id).status_code == 202


def test_a_maker_that_died_is_replaced_once_its_lease_is_over(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    with bench.shop.unit.begin() as work:
        assert use_cases.claim_model(work) is not None
    assert bench.desk.make_next() == 0
    bench.shop.clock.advance(MODEL_LEASE + timedelta(seconds=1))
    assert bench.desk.make_next() == 1
    assert bench.state() == ("ready", 2, None)


def test_a_model_that_silences_every_maker_fails(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    for _ in range(MODEL_ATTEMPTS):
        with bench.shop.unit.begin() as work:
            assert use_cases.claim_model(work) is not None
        bench.shop.clock.advance(MODEL_LEASE + timedelta(seconds=1))
    assert bench.desk.make_next() == 0
    assert bench.state()[::2] == ("failed", "broke_off")


def test_what_a_maker_brings_after_another_took_over_is_dropped(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    hang = Hangs()
    bench.maker.will(hang)
    with ThreadPoolExecutor(1) as threads:
        stuck = threads.submit(bench.desk.make_next)
        assert hang.begun.wait(10)
        bench.shop.clock.advance(MODEL_LEASE + timedelta(seconds=1))
        assert bench.desk.make_next() == 1
        winner = bench.files()
        hang.go_on.set()
        assert stuck.result(20) == 1
    assert bench.files() == winner
    assert len(winner) == len(ModelPart)
    assert bench.state() == ("ready", 2, None)


def test_what_an_attempt_left_goes_when_the_next_one_delivers(ask: Ask, bench: Bench, models: S3Models) -> None:
    ask(bench.path(), bench.life.user_id)
    with bench.shop.unit.begin() as work:
        claim = use_cases.claim_model(work)
    assert claim is not None
    models.put_part(claim.place, ModelPart.STL, b"half a model", owner=claim.owner)
    bench.shop.clock.advance(MODEL_LEASE + timedelta(seconds=1))
    bench.desk.make_next()
    assert not [key for key in bench.files() if key.startswith(f"{claim.place}/")]
    assert ask(bench.path(), bench.life.user_id).status_code == 200


def test_a_model_waits_while_makers_or_store_are_away_and_is_made_then(
    ask: Ask, bench: Bench, s3: S3, sealer: Sealer
) -> None:
    store = ObjectStore(
        endpoint="https://localhost:1", access_key="none", secret_key="none", ca_file=s3.ca_file, patience_seconds=0.2
    )
    nowhere = S3Models(store, sealer)
    ask(bench.path(), bench.life.user_id)
    bench.maker.will(away)
    assert bench.desk.make_next() == 1
    assert bench.state()[0] == "asked"
    bench.shop.clock.advance(timedelta(seconds=20))
    assert replace(bench.desk, models=nowhere).make_next() == 1
    assert bench.state()[0] == "asked"
    assert bench.desk.make_next() == 0
    bench.shop.clock.advance(timedelta(seconds=20))
    assert bench.desk.make_next() == 1
    assert bench.state()[0] == "ready"


def test_a_picture_that_is_gone_from_the_store_gives_no_model(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    bench.shop.pictures.sweep(f"{bench.life.figurine_id}/")
    bench.desk.make_next()
    assert bench.state()[::2] == ("failed", "picture_unreadable")


def test_a_models_files_lie_below_the_place_of_their_picture(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    bench.desk.make_next()
    (place,) = bench.shop.one("SELECT prefix FROM pictures WHERE figurine_id = %s AND n = 1", bench.life.figurine_id)
    assert len(bench.files()) == len(ModelPart)
    assert all(key.startswith(place) for key in bench.files())


@pytest.mark.slow
def test_the_relief_maker_makes_files_that_read_back_as_one_closed_body(ask: Ask, bench: Bench) -> None:
    maker = ReliefMaker()
    try:
        ask(bench.path(), bench.life.user_id)
        assert replace(bench.desk, maker=maker).make_next() == 1
        for part in PRINTABLE:
            answer = ask(bench.path(f"model.{part}"), bench.life.user_id)
            assert answer.status_code == 200
            mesh = read_back(part, answer.data)
            assert is_closed(mesh)
            assert inside_of(mesh)[2] > 1000
    finally:
        maker.close()
    with pytest.raises(Unavailable):
        maker.make(b"", scene="", height_mm=80)


@pytest.mark.slow
def test_a_picture_that_is_none_or_takes_too_much_ends_only_its_own_model() -> None:
    maker = ReliefMaker(seconds_per_model=20)
    tight = ReliefMaker(memory_bytes=150_000_000)
    hasty = ReliefMaker(seconds_per_model=0.01)
    expected = ((maker, ModelFailure.UNREADABLE), (tight, ModelFailure.BROKE_OFF), (hasty, ModelFailure.TOOK_TOO_LONG))
    for each, failure in expected:
        try:
            with pytest.raises(Exception, match=failure):
                each.make(b"no picture" if each is maker else card("tomato", (640, 800)).image, scene="", height_mm=80)
        finally:
            each.close()


def test_a_deleted_figurine_takes_its_models_with_it(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    bench.desk.make_next()
    assert bench.files()
    with bench.shop.unit.begin() as work:
        use_cases.delete_figurine(work, bench.life.user_id, bench.life.figurine_id)
    assert ask(bench.path(), bench.life.user_id).status_code == 404
    assert bench.shop.workshop.delete_figurines() == 1
    assert bench.files() == []
    assert bench.desk.make_next() == 0


def test_a_figurine_whose_model_is_being_made_is_destroyed_after_its_maker_is_done(ask: Ask, bench: Bench) -> None:
    ask(bench.path(), bench.life.user_id)
    with bench.shop.unit.begin() as work:
        claim = use_cases.claim_model(work)
        assert claim is not None
        use_cases.delete_figurine(work, bench.life.user_id, bench.life.figurine_id)
    assert bench.shop.workshop.delete_figurines() == 0
    bench.shop.clock.advance(MODEL_LEASE + timedelta(seconds=1))
    assert bench.desk.make_next() == 0
    assert bench.shop.workshop.delete_figurines() == 1
    assert bench.shop.keys("figurines", bench.life.figurine_id) == []
