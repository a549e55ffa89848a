"""The probe of what is told of devices turns red for whatever would tell one from another."""

from collections.abc import Callable, Iterator

import pytest

from analytics.domain import day_of
from analytics.jobs import DEVICE_PROBES
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.promises import witnesses_of
from common.database import Connection
from common.probes import Found, Look

Order = Callable[..., None]
(PROBE,) = DEVICE_PROBES


@pytest.fixture
def owner(owner_of: Callable[[str], Connection]) -> Iterator[Connection]:
    owner = owner_of("analytics")

    def empty() -> None:
        owner.execute("ALTER TABLE facts DROP COLUMN IF EXISTS ip_address")
        owner.execute("DELETE FROM facts")
        owner.commit()

    empty()
    yield owner
    empty()


@pytest.fixture
def observed(owner: Connection, clock: MovableClock) -> Order:
    def observed(
        *, os: str = "macOS", browser: str = "Samsung Internet", device: str = "phone", page: str = "/s/{token}"
    ) -> None:
        owner.execute(
            """
            INSERT INTO facts (mark, kind, day, os, browser, device, page, country)
            VALUES (%s, 'page', %s, %s, %s, %s, %s, 'unknown')
            """,
            [SYSTEM_CLOCK.new_id().bytes, day_of(clock.now()), os, browser, device, page],
        )
        owner.commit()

    return observed


@pytest.fixture
def found(look_of: Callable[[str], Look]) -> Callable[[], Found]:
    look = look_of("analytics")
    return lambda: PROBE.check(look).state


def test_a_few_words_that_many_have_are_kept(observed: Order, found: Callable[[], Found]) -> None:
    assert found() is Found.KEPT
    observed()
    observed(os="unknown", browser="other", device="unknown", page="/figurines/{figurine_id}")
    assert found() is Found.KEPT
    assert (PROBE.promise, PROBE.name) in {(each.promise, each.probe) for each in witnesses_of("analytics")}


@pytest.mark.parametrize(
    "too_fine",
    [
        {"browser": "Mozilla/5.0 (X11; Linux x86_64)"},
        {"browser": "Firefox 144"},
        {"os": "203.0.113.7"},
        {"device": "Pixel"},
        {"page": "/figurines/0190b3c4-0000-7000-8000-000000000000"},
        {"page": "/s/AbCdEfGhIjKlMnOpQrStUv"},
    ],
    ids=str,
)
def test_what_tells_one_device_or_person_from_another_is_not(
    observed: Order, found: Callable[[], Found], too_fine: dict[str, str]
) -> None:
    observed()
    observed(**too_fine)
    assert found() is Found.BROKEN


def test_neither_is_a_column_for_addresses(owner: Connection, found: Callable[[], Found]) -> None:
    owner.execute("ALTER TABLE facts ADD COLUMN ip_address text")
    owner.commit()
    assert found() is Found.BROKEN
