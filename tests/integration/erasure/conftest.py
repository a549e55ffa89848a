"""Five services that people leave."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.erasure.five import Five, five_services


@pytest.fixture(scope="module")
def many(service_database: Callable[[str], str], admin_dsn: str) -> Iterator[Five]:
    with five_services(service_database, admin_dsn) as five:
        yield five


@pytest.fixture
def five(many: Five) -> Iterator[Five]:
    """Nobody is half gone in them, before and after."""
    many.clear()
    yield many
    many.clear()
