"""No request, however odd, breaks the public contract: no 5xx, no answer that /openapi.json does not promise."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from pydantic import SecretStr

import analytics.settings
import analytics.wiring
import gateway.settings
import gateway.wiring
from common.web import create_app
from gateway.adapters.peers import Peers
from gateway.routes.scopes import NEEDS
from tests.integration.gateway.conftest import serving
from tests.integration.gateway.fuzzing import asker, fuzz
from tests.integration.gateway.studio import INDEX_KEY, Studio

# The profiles of every day have fewer examples; `make fuzz` has more.
AS_USUAL = 60
# So many requests follow from one another.
CHAIN = 6


@pytest.fixture(scope="module")
def address(studio: Studio, shared: Callable[[str], dict[str, Any]], store_settings: dict[str, Any]) -> Iterator[str]:
    """The studio on a port, with all five services."""
    own = {**shared("analytics"), **store_settings, "export_keys": SecretStr("1:" + "I" * 43 + "=")}
    counting = analytics.wiring.build(analytics.settings.Settings(**own, pseudonym_key=SecretStr(INDEX_KEY)))
    own_settings = studio.service.settings
    assert isinstance(own_settings, gateway.settings.Settings)
    with serving(create_app(counting)) as usage:
        peers = gateway.wiring.connect(own_settings.model_copy(update={"analytics_url": usage}))
        ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
        with serving(create_app(replace(studio.service, ports=ports))) as address:
            yield address
    counting.unit.database.close()


def test_whatever_is_asked_is_answered_as_documented(
    studio: Studio, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = settings.default.max_examples if settings.default else 0
    thoroughly = examples > AS_USUAL
    outcome = fuzz(
        address,
        asker(studio).token,
        examples=examples if thoroughly else 1,
        coverage=thoroughly,
        stateful=CHAIN if thoroughly else 0,
    )
    if thoroughly:
        with capsys.disabled():
            sys.stdout.write(f"\n{outcome.cases} requests\n")
    assert not outcome.failures, str(outcome)
    assert outcome.cases > len(NEEDS)
