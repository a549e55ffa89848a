"""What somebody sees while a page comes: nothing that is there already moves, and what takes long is outlined."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from gateway.domain.usage import PAGES
from tests.e2e.conftest import PATIENCE_MS, signed_in
from tests.e2e.test_every_page import AT_THE_DOOR, ELSEWHERE, PHONE, SHIFTED, STEADY
from tests.fixtures.customer import Customer
from tests.fixtures.customer import expect as answered

pytestmark = pytest.mark.slow

# A studio that takes its time: every question of a page is answered so much later.
SLOW_MS = 400
SLOWLY = f"""(() => {{
  const fetched = window.fetch;
  window.asking = 0;
  window.fetch = async (...asked) => {{
    window.asking += 1;
    await new Promise((resolve) => setTimeout(resolve, {SLOW_MS}));
    try {{
      return await fetched(...asked);
    }} finally {{
      window.asking -= 1;
    }}
  }};
}})()"""
# An answer may lead to the next question: nothing is left to ask once that is so for some looks in a row.
ALL_TOLD = """() => new Promise((resolve) => {
  let quiet = 0;
  const look = () => {
    quiet = window.asking ? 0 : quiet + 1;
    if (quiet > 4) resolve();
    else setTimeout(look, 50);
  };
  look();
})"""


@pytest.fixture
def phone(browser: Browser, stack: Any) -> Iterator[BrowserContext]:
    """A phone that reaches the studio over a slow line."""
    context = browser.new_context(base_url=stack.gateway, ignore_https_errors=True, reduced_motion="reduce", **PHONE)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(SLOWLY)
    yield context
    context.close()


def moved(page: Page, path: str) -> Iterator[str]:
    """What moved on the page while it came; nothing if little did."""
    page.goto(path)
    page.evaluate(ALL_TOLD)
    shift, what = page.evaluate(SHIFTED)
    if shift > STEADY:
        yield f"{path} {shift:.3f}: {'; '.join(what)}"


def test_no_page_moves_what_a_visitor_has_seen(phone: BrowserContext) -> None:
    page = phone.new_page()
    found = [each for path in sorted(AT_THE_DOOR | {"/credits", "/privacy"}) for each in moved(page, path)]
    assert not found, "\n".join(found)


def test_no_page_moves_what_its_owner_has_seen(phone: BrowserContext, owner: Customer) -> None:
    figurine = answered(202, owner.order(title="Chelsea"))["id"]
    owner.wait_until_ended(figurine)
    owner.http.put(f"/v1/figurines/{figurine}/rating", json={"stars": 4}).raise_for_status()
    link = answered(200, owner.http.post(f"/v1/figurines/{figurine}/share"))["url"]
    places = {
        "/figurines/{figurine_id}": f"/figurines/{figurine}",
        "/s/{token}": "/s/" + link.rpartition("/")[2],
        "/policy/{version}": f"/policy/{owner.get('policy')['version']}",
    }
    page = signed_in(phone, owner)
    paths = sorted(PAGES - ELSEWHERE - AT_THE_DOOR)
    found = [each for path in paths for each in moved(page, places.get(path, path))]
    assert not found, "\n".join(found)


def test_what_takes_longer_than_a_moment_is_outlined_and_then_there(phone: BrowserContext, owner: Customer) -> None:
    page = signed_in(phone, owner)
    held: list[Route] = []

    def hold(route: Route) -> None:
        # Only the first: news may have it read again meanwhile.
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/credits", hold)
    with page.expect_request("**/v1/credits"):
        page.goto("/credits")
    wait = page.locator("#balance-wait")
    # Not at once: most answers come before there would be anything to see.
    expect(wait).to_have_css("animation-delay", "0.3s")
    expect(wait).to_have_css("opacity", "1")
    expect(page.locator(".credits-head")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#buying-title")).to_be_hidden()
    held[0].continue_()
    expect(wait).to_be_hidden()
    expect(page.locator(".credits-head")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#available")).to_be_visible()
    expect(page.locator("#buying-title")).to_be_visible()
