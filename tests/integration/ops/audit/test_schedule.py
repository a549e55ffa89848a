"""Audits on a schedule: made when they are due, filed whatever comes between, and told to a machine."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from common.clock import SYSTEM_CLOCK
from ops.audit.filing import NotFiled
from ops.audit.findings import Check, Finding, Severity
from ops.audit.schedule import Schedule
from ops.audit.target import Target
from ops.embedded.secrets import Secrets
from tests.integration.ops.audit import doors

DAY = timedelta(days=1)
FOUND = Finding(id="page.odd", severity=Severity.HIGH, sentence="Mend it.", where="/")


class House:
    """Gateway and privacy in one: knows the age of the last audit, and takes another one while it is open."""

    def __init__(self, age: timedelta | None) -> None:
        self.age = age
        self.open = True
        self.filed: list[str] = []
        self.looked = 0

    def __call__(self, method: str, _path: str) -> tuple[int, Mapping[str, str], bytes]:
        if not self.open:
            return 503, {}, b"{}"
        if method == "POST":
            self.filed.append("one")
            self.age = timedelta()
            return 201, {}, b'{"filed": true}'
        last = None if self.age is None else {"at": (SYSTEM_CLOCK.now() - self.age).isoformat()}
        return 200, {}, json.dumps({"last": last}).encode()

    def look(self, _target: Target) -> list[Any]:
        self.looked += 1
        return [FOUND]


@pytest.fixture
def key(tmp_path: Path) -> str:
    return Secrets(tmp_path / "secrets.json").signing_key("audit tokens")


def schedule(house: House, url: str, ca: Path, key: str) -> Schedule:
    stack = doors.stack_at(url, ca, services={"privacy": {"url": url}}, audit={"key": key})
    checks = [Check(name="pages", title="pages", run=house.look)]
    return Schedule(lambda: Target(stack=stack), every=DAY, checks=checks)


@pytest.mark.parametrize(
    ("age", "made"),
    [
        (None, 1),
        (timedelta(hours=25), 1),
        (timedelta(hours=23), 0),
        # Made under a clock that was ahead: it proves nothing.
        (timedelta(hours=-3), 1),
    ],
)
def test_an_audit_is_made_when_the_last_one_is_old_enough(
    authority: trustme.CA, ca: Path, key: str, age: timedelta | None, made: int
) -> None:
    house = House(age)
    with doors.site(house, doors.identity(authority)) as url:
        asked = schedule(house, url, ca, key)
        asked.look()
        # The next minute: there is one now.
        asked.look()
    assert (house.looked, len(house.filed)) == (made, made)


def test_an_audit_that_could_not_be_filed_is_filed_later_and_not_made_again(
    authority: trustme.CA, ca: Path, key: str
) -> None:
    house = House(None)

    def look(_target: Target) -> list[Any]:
        house.open = False
        return house.look(_target)

    with doors.site(house, doors.identity(authority)) as url:
        asked = schedule(house, url, ca, key)
        asked._checks = [Check(name="pages", title="pages", run=look)]
        for _ in range(2):
            with pytest.raises(NotFiled, match="503"):
                asked.look()
        house.open = True
        asked.look()
    assert (house.looked, len(house.filed)) == (1, 1)
