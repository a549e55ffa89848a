"""Every room of the console, and the sheet of an invoice, for those who use a keyboard, a telephone or the night.

Looked at by axe (WCAG 2.2 A and AA), for anything asked of another machine, for errors in the browser's console and for
what reaches over the edge of a telephone; each with something in it, as on a day with work to do.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pydantic import SecretStr

import gateway.settings
import gateway.wiring
from common.broker import declare
from common.service import Service
from common.topology import topology
from common.web import create_app
from gateway.adapters.peers import Peers
from gateway.domain.rooms import ROOMS
from gateway.domain.staff import Role
from tests.e2e.conftest import PATIENCE_MS, chromium
from tests.e2e.test_every_page import DESKTOP, PHONE, Look
from tests.integration.gateway.conftest import serving, serving_over_tls
from tests.integration.gateway.hired import colleague
from tests.integration.gateway.studio import Person, Studio
from tests.integration.gateway.test_console import REASON
from tests.integration.gateway.test_console_house import die, vhost
from tests.integration.gateway.test_console_money import Bought, billing_service, bought
from tests.integration.gateway.test_console_rooms import ask
from tests.integration.gateway.test_invoices import order, receipt
from tests.integration.gateway.test_operator_reports import counter
from tests.integration.gateway.test_policy_room import Lay, lay

pytestmark = pytest.mark.slow
__all__ = ["billing_service", "bought", "counter", "lay", "vhost"]

REFUSED = "/operator/trail?by=nobody"
REACHES = """() => {
  const over = [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility()
    && each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.tabled, pre, .out-of-sight'));
  return document.documentElement.scrollWidth > innerWidth
    ? [`the page is ${document.documentElement.scrollWidth} px wide: ${over.slice(0, 3).map((each) => each.outerHTML
      .slice(0, 120)).join(' | ')}`] : [];
}"""
# From one stop of the keyboard to the next: what it is, and whether it can be seen that one is there.
STOPS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  return { what: at.outerHTML.slice(0, 100), seen: ring && box.width > 0 && box.height > 0 };
}"""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])


@pytest.fixture
def house(
    studio: Studio, lay: Lay, counter: Service[Any], vhost: str, ca_file: Path | None
) -> Iterator[tuple[Studio, str]]:
    """The whole studio over TLS, without which a browser keeps no cookie of it, and a policy that waits."""
    version = lay(days=3).version
    declare(vhost, topology("gateway", ["figurine.generated"]), ca_file=ca_file)
    settings = studio.service.settings.model_copy(update={"broker_url": SecretStr(vhost), "ca_file": ca_file})
    assert isinstance(settings, gateway.settings.Settings)
    with serving(create_app(counter)) as address:
        peers = gateway.wiring.connect(settings.model_copy(update={"analytics_url": address, "ca_file": None}))
        ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
        service = replace(studio.service, settings=settings, ports=ports)
        yield replace(studio, service=service, app=create_app(service)), version


@pytest.fixture
def address(house: tuple[Studio, str]) -> Iterator[str]:
    with serving_over_tls(house[0].app) as address:
        yield address


@pytest.fixture
def mira(house: tuple[Studio, str]) -> Person:
    """Whoever does all the work there is."""
    return colleague(house[0], *Role)


@pytest.fixture
def look_as(chrome: Browser, address: str) -> Iterator[Callable[[Person, dict[str, Any]], Look]]:
    contexts: list[BrowserContext] = []

    def look_as(who: Person, screen: dict[str, Any]) -> Look:
        context = chrome.new_context(base_url=address, ignore_https_errors=True, reduced_motion="reduce", **screen)
        context.set_default_timeout(PATIENCE_MS / 4)
        context.add_cookies([{"name": "__Host-session", "value": who.token, "url": address, "secure": True}])
        contexts.append(context)
        return Look(context, address)

    yield look_as
    for context in contexts:
        context.close()


@pytest.fixture
def work_to_do(
    house: tuple[Studio, str], mira: Person, peers: dict[str, Service[Any]], bought: Bought
) -> dict[str, str]:
    """Something in every room; what it is, by name."""
    studio, version = house
    ada = studio.sign_up()
    job = ada.order(title="Grandmother").get_json()["id"]
    studio.carry()
    with peers["generation"].unit.begin() as work:
        work.desk.tell({"studio": "open"})
    sold, key = bought(ada), {"Idempotency-Key": uuid4().hex}
    wish = {"order_id": sold, "amount": 500, "reason": REASON}
    assert (
        colleague(studio, Role.FINANCE).ask("POST", "/v1/operator/refunds", json=wish, headers=key).status_code == 201
    )
    said = {"texts": [{"language": "en", "subject": "A new style", "words": "It is *there*."}]}
    news = mira.ask("POST", "/v1/operator/announcements", json=said).get_json()["id"]
    billing = peers["billing"]
    return {
        "question": ask(ada),
        "job": job,
        "order": bought(ada),
        "person": str(ada.id),
        "letter": die(studio, ada.id),
        "news": news,
        "policy": version,
        "paid": str(receipt(billing, mira.id)),
        "owed": order(billing, mira.id).rpartition("/")[2],
    }


def addresses(work: dict[str, str]) -> list[str]:
    """Every page of the console that has an address."""
    return [
        *(room.path for room in ROOMS),
        f"/operator/questions/{work['question']}",
        f"/operator/jobs?id={work['job']}",
        f"/operator/letters/gateway/{work['letter']}",
        f"/operator/policy/{work['policy']}",
        "/operator/announcements/new",
        f"/operator/announcements/{work['news']}",
        f"/operator/announcements/{work['news']}/words",
        f"/operator/announcements/{work['news']}/send",
        REFUSED,
        f"/invoices/{work['paid']}",
        f"/invoices/{work['owed']}",
    ]


def opened(page: Page, work: dict[str, str]) -> Iterator[str]:
    """Every page that a form with a reason leads to, one after the other."""
    for path, fields, button in (
        (f"/operator/questions/{work['question']}", {}, "Show what was written"),
        ("/operator/people", {"who": work["person"]}, "Look her up"),
        ("/operator/refunds", {"order_id": work["order"]}, "Show the order"),
        (f"/operator/letters/gateway/{work['letter']}", {}, "Show what it says"),
    ):
        page.goto(path)
        form = page.locator("main form").filter(has=page.get_by_role("button", name=button)).first
        for name, value in {**fields, "reason": REASON}.items():
            form.locator(f"[name={name}]").fill(value)
        with page.expect_navigation():
            form.get_by_role("button", name=button).click()
        yield path


def judged(look: Look) -> list[str]:
    """What is wrong with the page that is shown."""
    return [*look.breaches(), *look.page.evaluate(REACHES)]


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["a phone at night", "a desk by day"])
def test_every_room_is_fit_for_everybody(
    look_as: Callable[[Person, dict[str, Any]], Look],
    mira: Person,
    work_to_do: dict[str, str],
    screen: dict[str, Any],
) -> None:
    look = look_as(mira, screen)
    for path in addresses(work_to_do):
        look.page.goto(path)
        look.found += [f"{path}: {each}" for each in judged(look)]
    for path in opened(look.page, work_to_do):
        look.found += [f"{path}, opened: {each}" for each in judged(look)]
    # A refusal is told on a page of its own; browsers write its status down as an error.
    wrong = [each for each in look.found if not (REFUSED in each and "status of 400" in each)]
    assert not wrong, "\n".join(wrong)


def test_every_room_can_be_walked_through_with_the_keyboard(
    look_as: Callable[[Person, dict[str, Any]], Look], mira: Person, work_to_do: dict[str, str]
) -> None:
    page, lost = look_as(mira, DESKTOP).page, list[str]()
    for path in [*(room.path for room in ROOMS), f"/operator/policy/{work_to_do['policy']}"]:
        page.goto(path)
        page.keyboard.press("Tab")
        first = page.evaluate(STOPS)
        if not first or "#" not in first["what"]:
            lost.append(f"{path}: the first stop leads not to the main part: {first}")
        page.keyboard.press("Enter")
        for _ in range(40):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOPS)
            if stop is None:
                break
            # In the frame of a letter the browser itself shows where one is.
            if not stop["seen"] and not stop["what"].startswith("<iframe"):
                lost.append(f"{path}: nobody sees that the keyboard is at {stop['what']}")
    assert not lost, "\n".join(lost)
