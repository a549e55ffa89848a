"""That a page was used is told of those who let it be counted, coarse, bounded, and of nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from common.clock import MovableClock
from common.contracts import EVENTS, decode
from common.contracts.billing import EntitlementsChanged
from common.contracts.gateway import ImageUploaded, UsageObserved
from common.database import Database
from common.erasure.fence import Fence
from common.erasure.tombstones import Tombstones
from common.web import create_app
from common.work import UnitOfWork
from gateway.domain.people import csrf_token
from gateway.domain.usage import LONGEST
from gateway.repository import Work
from gateway.routes.context import COOKIE
from gateway.routes.signals import Tally
from gateway.use_cases import payments
from tests.integration.gateway.studio import ORIGIN, Person, Studio

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537"
HOME = "203.0.113.77"


@pytest.fixture
def ada(studio: Studio) -> Person:
    ada = studio.sign_up()
    studio.forget_everything_to_do()
    return ada


def beacon(
    studio: Studio,
    person: Person | None = None,
    *,
    page: object = "/studio",
    seconds: object = 12,
    headers: Mapping[str, str] | None = None,
    address: str = HOME,
) -> TestResponse:
    """As the page sends it: with the cookie of its browser, if somebody is signed in there."""
    client = studio.client()
    if person is not None:
        client.set_cookie(COOKIE, person.token, domain="localhost", secure=True)
    own = {} if person is None else {"X-CSRF-Token": csrf_token(person.token)}
    response = client.post(
        "/v1/usage/beacon",
        json={"page": page, "seconds": seconds},
        headers={"User-Agent": PHONE, "Sec-Fetch-Site": "same-origin", **own, **(headers or {})},
        environ_base={"REMOTE_ADDR": address},
        base_url=ORIGIN,
    )
    response.close()
    return response


def told(studio: Studio) -> list[UsageObserved]:
    """What was recorded to be told."""
    with studio.service.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    return [event for event in events if isinstance(event, UsageObserved)]


def refuse(person: Person, purpose: str = "analytics", *, granted: bool = False) -> None:
    answer = person.ask("PUT", f"/v1/consents/{purpose}", json={"granted": granted})
    assert answer.status_code == 200, answer.get_json()


def test_a_page_is_told_of_with_its_reader_and_three_words_about_her_device(studio: Studio, ada: Person) -> None:
    before = studio.service.unit.clock.now()
    assert beacon(studio, ada, page="/s/{token}", seconds=31).status_code == 204
    (seen,) = told(studio)
    assert (seen.user_id, seen.page, seen.seconds, seen.kind) == (ada.id, "/s/{token}", 31, "page")
    assert (seen.device, seen.os, seen.browser) == ("phone", "Android", "Chrome")
    assert (seen.network, seen.country, seen.words) == ("203.0.113.0/24", None, {})
    assert seen.observed_at is not None
    assert before <= seen.observed_at <= studio.service.unit.clock.now()


def test_neither_the_address_nor_the_user_agent_stands_in_any_column(studio: Studio, ada: Person) -> None:
    beacon(studio, ada)
    beacon(studio, address="2001:db8:77:1::99")
    with studio.service.unit.database.begin() as connection:
        found = everywhere(studio.service.unit.database, [HOME, "Pixel 8", "2001:db8:77:1"])
        ((rates,),) = connection.execute("SELECT count(*) FROM usage_rates").fetchall()
    assert (found, rates) == ([], 3)
    assert [seen.network for seen in told(studio)] == ["203.0.113.0/24", "2001:db8:77::/48"]


def everywhere(database: Database, needles: Sequence[str]) -> list[str]:
    """Tables in a row of which one of these stands."""
    with database.begin() as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            " AND table_type = 'BASE TABLE'"
        ).fetchall()
        return [
            table
            for (table,) in tables
            if connection.execute(
                f'SELECT 1 FROM "{table}" AS held WHERE held::text ~ ANY(%s) LIMIT 1'.encode(),  # noqa: S608 - own names
                [[needle.encode().hex() for needle in needles] + [needle.replace(".", r"\.") for needle in needles]],
            ).fetchall()
        ]


def test_of_a_visitor_nothing_is_known_but_that(studio: Studio) -> None:
    response = beacon(studio, page="/")
    (seen,) = told(studio)
    assert (response.status_code, seen.user_id, seen.page) == (204, None, "/")
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_whose_browser_wants_not_to_be_followed_is_not(studio: Studio, ada: Person, header: str) -> None:
    for who in (ada, None):
        assert beacon(studio, who, headers={header: "1"}).status_code == 204
    assert told(studio) == []
    assert ada.get("/v1/usage/beacon", headers={header: "1"}).get_json() == {"counted": False}


def test_who_takes_it_back_is_dropped_from_that_moment_and_counted_again_after_a_yes(
    studio: Studio, ada: Person
) -> None:
    refuse(ada)
    assert ada.get("/v1/usage/beacon").get_json() == {"counted": False}
    assert beacon(studio, ada).status_code == 204
    assert told(studio) == []
    refuse(ada, granted=True)
    assert ada.get("/v1/usage/beacon").get_json() == {"counted": True}
    beacon(studio, ada)
    (seen,) = told(studio)
    assert seen.words["analytics"].granted


@pytest.mark.parametrize("kind", ["restriction", "objection"])
def test_who_restricts_or_objects_is_dropped_until_she_lifts_it(studio: Studio, ada: Person, kind: str) -> None:
    asked = ada.ask("POST", "/v1/privacy/requests", json={"kind": kind})
    assert asked.status_code in {200, 201, 202}, asked.get_json()
    beacon(studio, ada)
    assert told(studio) == []
    assert ada.ask("POST", f"/v1/privacy/requests/{asked.get_json()['id']}/cancel").status_code < 300
    beacon(studio, ada)
    assert len(told(studio)) == 1


def test_who_is_leaving_is_dropped(studio: Studio, ada: Person) -> None:
    fence = Fence(b"f" * 32)
    fenced = with_unit(studio, replace(studio.service.unit, fence=fence))
    assert beacon(fenced, ada).status_code == 204
    with fenced.service.unit.open() as opened:
        Tombstones(opened.connection).add(fence.mark(ada.id), opened.clock.new_id(), at=opened.clock.now())
    assert beacon(fenced, ada).status_code == 204
    assert len(told(studio)) == 1


def test_a_page_of_somebody_who_was_signed_out_since_counts_her_as_no_visitor(studio: Studio, ada: Person) -> None:
    assert ada.ask("DELETE", "/v1/sessions").status_code == 200
    (own,) = [each["id"] for each in ada.get("/v1/sessions").get_json()["items"]]
    ada.ask("DELETE", f"/v1/sessions/{own}")
    assert beacon(studio, ada).status_code == 204
    assert told(studio) == []


def test_another_sites_page_says_nothing_in_her_name(studio: Studio, ada: Person) -> None:
    assert beacon(studio, ada, headers={"X-CSRF-Token": "guessed"}).status_code == 403
    assert beacon(studio, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert told(studio) == []


@pytest.mark.parametrize(
    "body",
    [
        {"page": "/s/abc123def456"},
        {"page": "/invoices/0190b3c4-0000-7000-8000-000000000000"},
        {"page": "/nowhere"},
        {"page": None},
        {"seconds": 0},
        {"seconds": LONGEST + 1},
        {"seconds": -5},
        {"seconds": "many"},
    ],
    ids=str,
)
def test_what_is_no_page_or_no_time_is_refused(studio: Studio, body: dict[str, Any]) -> None:
    refused = beacon(studio, **body)
    assert (refused.status_code, refused.content_type) == (400, "application/problem+json")
    assert told(studio) == []


def test_nobody_uses_the_studio_longer_than_time_passes(studio: Studio, ada: Person) -> None:
    clock = MovableClock()
    timed = with_clock(studio, clock)
    for _ in range(30):
        assert beacon(timed, ada, seconds=LONGEST).status_code == 204
    assert sum(seen.seconds for seen in told(studio)) <= 2 * 5 * 60
    clock.advance(timedelta(minutes=1))
    beacon(timed, ada, seconds=LONGEST)
    beacon(timed, ada, seconds=LONGEST)
    assert sum(seen.seconds for seen in told(studio)) <= 2 * 6 * 60
    (tally,) = [port for port in timed.service.ports if isinstance(port, Tally)]
    tally.write()
    with studio.service.unit.database.begin() as connection:
        ((refused,),) = connection.execute("SELECT count FROM signals WHERE signal = 'usage_refused'").fetchall()
    assert refused == 32 - len(told(studio))


def test_who_changes_her_address_within_a_network_of_hers_is_bounded_all_the_same(studio: Studio) -> None:
    timed = with_clock(studio, MovableClock())
    for n in range(160):
        beacon(timed, seconds=LONGEST, address=f"2001:db8:5:{n:x}::{n:x}")
    assert sum(seen.seconds for seen in told(studio)) <= 50 * 5 * 60


def with_clock(studio: Studio, clock: MovableClock) -> Studio:
    """The same studio with a clock that stands still."""
    return with_unit(studio, replace(studio.service.unit, clock=clock))


def with_unit(studio: Studio, unit: UnitOfWork[Work]) -> Studio:
    """The same studio that opens its transactions in another way."""
    ports = [Tally(unit) if isinstance(port, Tally) else port for port in studio.service.ports]
    service = replace(studio.service, unit=unit, ports=ports)
    return replace(studio, service=service, app=create_app(service))


def marks(html: str) -> str:
    """The tag that tells a page's scripts what they may do."""
    return html[html.index("<body") : html.index(">", html.index("<body"))]


def test_a_page_tells_its_scripts_whether_it_may_be_counted(studio: Studio, ada: Person) -> None:
    def shown(path: str = "/studio", **headers: str) -> str:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return marks(ada.client.get(path, headers=sent, base_url=ORIGIN).text)

    assert shown().endswith('data-page="/studio" data-counted')
    assert 'data-page="/policy/{version}"' in shown("/policy/2026-11-01")
    assert "data-counted" not in shown(Sec_GPC="1")
    assert "data-counted" not in shown(DNT="1")
    assert "data-page" not in shown("/verify?token=x")
    refuse(ada)
    assert "data-counted" not in shown()
    assert "data-counted" in marks(studio.client().get("/", base_url=ORIGIN).text)


def test_an_order_says_from_what_kind_of_device_and_with_which_plan_in_its_own_transaction(
    studio: Studio, ada: Person
) -> None:
    with studio.service.unit.begin() as work:
        payments.note_allowance(
            work,
            EntitlementsChanged(
                user_id=ada.id,
                entitlements_version=1,
                price_id="collector-monthly",
                variants=6,
                resolution=2560,
                shares=9,
                api_rate=600,
            ),
        )
    ordered = ada.order(key="once").get_json()["id"]
    assert ada.order(key="once").status_code in {202, 409, 422}
    (seen,) = told(studio)
    assert (seen.kind, str(seen.figurine_id), seen.plan, seen.seconds) == ("order", ordered, "collector-monthly", 0)
    assert (seen.user_id, seen.page, seen.network) == (ada.id, "/v1/figurines", "127.0.0.0/24")


def test_an_order_of_who_is_not_counted_says_nothing_about_a_device(studio: Studio, ada: Person) -> None:
    refuse(ada)
    assert ada.order().status_code == 202
    refuse(ada, granted=True)
    assert replace(ada, headers={"Sec-GPC": "1"}).order().status_code == 202
    assert told(studio) == []
    with studio.service.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox").fetchall()
    assert sum(isinstance(decode(body, EVENTS).event, ImageUploaded) for (body,) in rows) == 2
