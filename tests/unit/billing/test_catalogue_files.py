"""The catalogue: what is offered when, and that a wrong file says what is wrong with it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from billing.adapters.catalogue import read_catalogues
from billing.domain.catalogue import CatalogueBroken, NotOffered
from common.contracts.allowances import FREE as EVERYBODY
from common.contracts.allowances import MOST_VARIANTS, Allowance

FREE = "[free]\nvariants = 4\nresolution = 1024\nprivate_shares = false\napi_rate = 60\n"
TRIAL = "[trial]\ncredits = 10\n"
PLAN = """
[[plans]]
price_id = "plan-month"
name = "Plan"
interval = "month"
credits = 50
amount = 899
currency = "eur"
rollover_cap = 50
[plans.entitlements]
variants = 4
resolution = 2048
private_shares = true
shares = 10
api_rate = 60
"""
PACK = '[[packs]]\nprice_id = "pack-20-eur"\nname = "20 credits"\ncredits = 20\namount = 499\ncurrency = "eur"\n'


def write(folder: Path, version: str, body: str = PACK, *, says: str | None = None, day: str | None = None) -> Path:
    text = f'version = "{says or version}"\neffective_from = {day or version}\n{TRIAL}{FREE}{body}'
    (folder / f"{version}.toml").write_text(text)
    return folder


def test_what_the_studio_offers_is_a_sound_catalogue() -> None:
    offered = read_catalogues().at(datetime(2027, 1, 1, tzinfo=UTC))
    assert offered.packs
    assert {plan.interval for plan in offered.plans} == {"month", "year"}
    assert offered.trial.credits == 10


def test_a_version_is_in_force_from_its_day_and_what_was_agreed_before_can_still_be_found(tmp_path: Path) -> None:
    write(tmp_path, "2026-11-01")
    write(tmp_path, "2027-02-01", PACK.replace("pack-20-eur", "pack-20-eur-b").replace("499", "599"))
    found = read_catalogues(tmp_path)
    assert found.at(datetime(2027, 1, 31, 23, 59, tzinfo=UTC)).pack("pack-20-eur").amount == 499
    after = found.at(datetime(2027, 2, 1, tzinfo=UTC))
    assert after.pack("pack-20-eur-b").amount == 599
    with pytest.raises(NotOffered):
        after.pack("pack-20-eur")
    assert found.pack("pack-20-eur").amount == 499


def test_a_price_may_be_called_otherwise_and_nothing_more(tmp_path: Path) -> None:
    write(tmp_path, "2026-11-01")
    write(tmp_path, "2027-02-01", PACK.replace("20 credits", "Twenty credits"))
    assert len(read_catalogues(tmp_path).versions) == 2
    write(tmp_path, "2027-03-01", PACK.replace("499", "599"))
    with pytest.raises(CatalogueBroken, match="pack-20-eur means something else in 2027-03-01 than in 2026-11-01"):
        read_catalogues(tmp_path)


def test_what_a_plan_allows_may_grow_under_its_price_and_never_shrinks(tmp_path: Path) -> None:
    write(tmp_path, "2026-11-01", PLAN)
    write(tmp_path, "2027-02-01", PLAN.replace("variants = 4", "variants = 6"))
    found = read_catalogues(tmp_path)
    allowed = [found.entitlements("plan-month", datetime(2027, month, 1, tzinfo=UTC)).variants for month in (1, 2)]
    assert allowed == [4, 6], "also for whoever has had the plan from before"
    write(tmp_path, "2027-03-01", PLAN)
    with pytest.raises(CatalogueBroken, match="plan-month means something else in 2027-03-01"):
        read_catalogues(tmp_path)


def test_a_plan_that_is_sold_no_more_allows_what_it_allowed_last(tmp_path: Path) -> None:
    write(tmp_path, "2026-11-01", PLAN)
    write(tmp_path, "2027-02-01", PACK)
    assert read_catalogues(tmp_path).entitlements("plan-month", datetime(2027, 5, 1, tzinfo=UTC)).variants == 4


def test_without_a_plan_one_may_do_what_services_take_for_granted_and_every_plan_gives_more() -> None:
    offered = read_catalogues().versions[-1]
    names = list(Allowance.__slots__)
    assert {name: getattr(offered.free, name) for name in names} == {name: getattr(EVERYBODY, name) for name in names}
    for plan in offered.plans:
        assert all(getattr(plan.entitlements, name) > getattr(EVERYBODY, name) for name in names)
        assert plan.entitlements.variants <= MOST_VARIANTS


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (PACK + PACK, "has the price pack-20-eur twice"),
        (PACK.replace('"eur"', '"doubloon"'), "packs.0.currency"),
        (PACK.replace("499", "4.99"), "packs.0.amount"),
        (PACK.replace("credits = 20\n", "credits = 0\n"), "packs.0.credits"),
        (PACK + "colour = 1\n", "packs.0.colour"),
        ("[[packs]\n", "is not TOML"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, body: str, sentence: str) -> None:
    write(tmp_path, "2026-11-01", body)
    with pytest.raises(CatalogueBroken, match=r"2026-11-01") as refused:
        read_catalogues(tmp_path)
    assert sentence in str(refused.value)


def test_a_version_is_named_after_its_file_and_has_its_day_for_itself(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match="name the file after its version"):
        read_catalogues(write(tmp_path, "2026-11-01", says="2026-12-01"))
    write(tmp_path, "2026-11-01")
    write(tmp_path, "2026-12-01", day="2026-11-01")
    with pytest.raises(CatalogueBroken, match="both begin on 2026-11-01"):
        read_catalogues(tmp_path)


def test_a_studio_without_a_catalogue_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match="not one file is there"):
        read_catalogues(tmp_path)
