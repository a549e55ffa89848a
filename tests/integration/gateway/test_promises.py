"""The promises at the public door: for everybody, as they stand, with what was found, and red when in doubt."""

from html.parser import HTMLParser
from typing import Any

import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts.promises import PROMISES
from common.contracts.rights import PromiseChecked
from common.erasure.statements import sign, signing_key_of
from common.probes import Finding, Found, statement_of
from common.service import Service
from gateway.routes.promises_page import WORDS
from privacy.domain.promises import check_chain
from privacy.ports import Pace, ReceiptKeys
from privacy.use_cases import promises
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY
from tests.integration.gateway.studio import ORIGIN, Studio

KEY = signing_key_of(PRIVATE_KEY)
KEYS = ReceiptKeys(private=KEY, public={"billing": PUBLIC_KEY, "privacy": PUBLIC_KEY})


def find(peers: dict[str, Service[Any]], found: Found, checked: str) -> None:
    """Billing looks at its books."""
    named = {"promise": "U7", "probe": "the books balance", "service": "billing"}
    text = statement_of(Finding(state=found, checked=checked), **named, at=SYSTEM_CLOCK.now())
    event = PromiseChecked(**named, statement=text, signature=sign(KEY, text))
    with peers["privacy"].unit.begin() as work:
        promises.file_finding(work, event, keys=KEYS, pace=Pace())


def shown(studio: Studio) -> dict[str, Any]:
    answer = studio.client().get("/v1/promises", base_url=ORIGIN)
    assert answer.status_code == 200
    return {item["id"]: item for item in answer.get_json()["items"]}


class Board(HTMLParser):
    """What the page says of each promise."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.states: dict[str, str] = {}
        self.scripts: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "li" and named.get("class") == "promise":
            self.states[str(named["id"])] = str(named["data-state"])
        if tag == "script":
            self.scripts.append(named.get("src"))


def test_everybody_reads_how_each_promise_stands_and_why(studio: Studio, peers: dict[str, Service[Any]]) -> None:
    find(peers, Found.KEPT, "Every law of the books holds.")
    found = shown(studio)
    assert list(found) == list(PROMISES)
    ledger = found["U7"]
    assert (ledger["state"], ledger["checked"]) == ("kept", "Every law of the books holds.")
    assert ledger["proven_at"]
    assert ledger["fresh_for_seconds"] > 0
    assert [day["kept"] for day in ledger["days"]]
    find(peers, Found.BROKEN, "A law of the books is broken: zero.")
    assert (shown(studio)["U7"]["state"], shown(studio)["U7"]["checked"]) == (
        "broken",
        "A law of the books is broken: zero.",
    )


def test_what_was_found_is_fetched_and_checked_without_us(studio: Studio, peers: dict[str, Service[Any]]) -> None:
    for state in (Found.KEPT, Found.BROKEN, Found.KEPT):
        find(peers, state, f"It was {state}.")
    one = studio.client().get(shown(studio)["U7"]["evidence_url"], base_url=ORIGIN).get_json()
    assert [item["state"] for item in one["items"][:3]] == ["kept", "broken", "kept"]
    last = one["items"][0]["number"]
    page = studio.client().get(f"/v1/findings?cursor={last - 3}", base_url=ORIGIN).get_json()
    assert [item["number"] for item in page["items"]] == [last - 2, last - 1, last]
    keys = studio.client().get("/v1/privacy/keys", base_url=ORIGIN).get_json()["keys"]
    check_chain(page["items"], keys)
    first = studio.client().get("/v1/findings?limit=1", base_url=ORIGIN).get_json()
    assert first["next_cursor"] == first["items"][0]["number"]


def test_the_page_says_the_same_as_the_interface_and_needs_no_script(
    studio: Studio, peers: dict[str, Service[Any]]
) -> None:
    find(peers, Found.BROKEN, "A law of <b>the books</b> is broken.")
    html = studio.client().get("/promises", base_url=ORIGIN).get_data(as_text=True)
    board = Board(html)
    assert board.states == {name: item["state"] for name, item in shown(studio).items()}
    assert "A law of &lt;b&gt;the books&lt;/b&gt; is broken." in html
    assert WORDS["broken"] in html
    assert "Everything we promise is kept" not in html
    assert None not in board.scripts, "nothing inline"


def test_while_nobody_keeps_the_findings_nothing_is_shown_as_kept(alone: Studio) -> None:
    html = alone.client().get("/promises", base_url=ORIGIN).get_data(as_text=True)
    assert "Nothing is proven at this moment" in html
    assert Board(html).states == {}
    assert alone.client().get("/v1/promises", base_url=ORIGIN).status_code == 503


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/promises/Z9/findings", 404),
        ("/v1/promises/nothing/findings", 400),
        ("/v1/promises/K1/findings?cursor=x", 400),
        ("/v1/findings?limit=0", 400),
        ("/v1/findings?cursor=-1", 400),
        ("/v1/findings?cursor=99999999999999999999999", 400),
    ],
)
def test_what_makes_no_sense_is_refused(studio: Studio, path: str, status: int) -> None:
    answer = studio.client().get(path, base_url=ORIGIN)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
