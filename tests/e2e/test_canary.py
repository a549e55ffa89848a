"""The canary person: she lives a life by the public door, and everybody can read what she saw."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from common.contracts.consents import POLICY_VERSIONS
from common.contracts.promises import witnesses_of
from ops.canary.__main__ import live
from ops.canary.leaving import clear_up
from ops.canary.memory import Memory
from ops.canary.person import Person
from ops.canary.settings import Settings, load
from ops.embedded.waiting import until
from ops.services import CANARY
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(stack: RunningStack) -> Settings:
    return load(stack.environments.file(CANARY))


@pytest.fixture
def door(stack: RunningStack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=stack.gateway, verify=ssl.create_default_context(cafile=stack.ca)) as client:
        yield client


def views(door: httpx2.Client) -> dict[tuple[str, str], str]:
    """What the canary found last, by promise and probe."""
    return {
        (item["id"], view["probe"]): view["state"]
        for item in door.get("/v1/promises").json()["items"]
        for view in item["views"]
        if view["service"] == CANARY
    }


def test_a_life_is_as_promised_and_becomes_evidence_and_nothing_of_it_stays(
    settings: Settings, door: httpx2.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert live(settings), capsys.readouterr().out
    assert settings.canary_domain not in capsys.readouterr().out
    assert not settings.canary_memory.exists()
    hers = {(witness.promise, witness.probe): "kept" for witness in witnesses_of(CANARY)}
    until(lambda: views(door) == hers, "The canary's findings", seconds=30)


def test_a_life_that_was_cut_short_is_cleared_up_by_the_next(settings: Settings, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "self.json")
    person = Person(settings.public_url, ca=settings.ca_file)
    who = memory.begin(settings.canary_domain)
    person.sign_up(email=who.email, password=who.password, name="Canary", policy_version=POLICY_VERSIONS[-1])
    clear_up(person, memory, seconds=60)
    assert memory.recall() is None
    assert person.status_of_signing_in(email=who.email, password=who.password) == 401
    person.close()
