"""Every page of the studio, as those need it who use a keyboard, a screen reader, a phone or a thin line.

Looked at by axe (WCAG 2.2 A and AA), for anything asked of another machine, and for errors in the browser's console.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from gateway.domain.usage import PAGES
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.test_studio_page import FLAWS
from tests.e2e.test_versions_page import order_chelsea

pytestmark = pytest.mark.slow

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
# An invoice is a sheet of paper, made from a purchase; its own tests look at it.
ELSEWHERE = {"/invoices/{invoice_id}"}
# Only those who are not signed in see them.
AT_THE_DOOR = {"/", "/signup", "/signin", "/recover"}
# What a visitor's first page may weigh, and by how much of the screen something may move that was seen already.
FIRST_PAGE_BYTES = 100_000
STEADY = 0.01

WEIGHED = """() => ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
SHIFTED = """() => new Promise((answer) => {
  let sum = 0;
  const what = [];
  new PerformanceObserver((list) => list.getEntries().forEach((shift) => {
    if (shift.hadRecentInput) return;
    sum += shift.value;
    for (const { node, previousRect, currentRect } of shift.sources)
      what.push(`${(node?.outerHTML ?? node?.textContent ?? '').slice(0, 90)}: ${previousRect.y} to ${currentRect.y}`);
  })).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => answer([sum, what])));
})"""


class Look:
    """Somebody's browser, and what is found wrong in it."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.page = context.new_page()
        self.found: list[str] = []
        self._home = urlsplit(home).netloc
        self._axe = Axe()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))
        context.on("request", lambda asked: self._heed(asked.url))

    def at(self, paths: Sequence[str]) -> None:
        """Open each, and look at it once it has nothing left to ask."""
        for path in paths:
            self.page.goto(path)
            self.page.wait_for_load_state("networkidle")
            self.found += [f"{path}: {each}" for each in self.breaches()]

    def breaches(self) -> Iterator[str]:
        """What is wrong with the page that is shown."""
        results: Mapping[str, Any] = self._axe.run(self.page, options=RULES).response
        for breach in results["violations"]:
            for node in breach["nodes"]:
                yield f"{breach['impact']} {breach['id']} at {node['target']}: {node['failureSummary'][:200]}"
        yield from map(str, self.page.evaluate(FLAWS))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._note(f"console: {said.text} {said.location['url']}")

    def _heed(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.netloc != self._home:
            self._note(f"asked {parts.netloc}")

    def _note(self, what: str) -> None:
        self.found.append(f"{urlsplit(self.page.url).path}: {what}")


@pytest.fixture(params=[PHONE, DESKTOP], ids=["a phone at night", "a desk by day"])
def look(request: pytest.FixtureRequest, browser: Browser, stack: Any) -> Iterator[Look]:
    context = browser.new_context(
        base_url=stack.gateway, ignore_https_errors=True, reduced_motion="reduce", **request.param
    )
    context.set_default_timeout(PATIENCE_MS)
    yield Look(context, stack.gateway)
    context.close()


def test_every_page_is_fit_for_everybody(look: Look) -> None:
    version = look.page.request.get("/v1/policy").json()["version"]
    places = {"/policy/{version}": f"/policy/{version}"}
    public = [places.get(path, path) for path in sorted(PAGES - ELSEWHERE) if path in AT_THE_DOOR]
    look.at(public)
    figurine = ordered(look.page)
    places["/figurines/{figurine_id}"] = f"/figurines/{figurine}"
    places["/s/{token}"] = share_of(look.page, figurine)
    look.at([places.get(path, path) for path in sorted(PAGES - ELSEWHERE - AT_THE_DOOR)])
    assert not look.found, "\n".join(look.found)


def test_the_first_page_is_light_and_stands_still(look: Look) -> None:
    look.page.goto("/")
    look.page.wait_for_load_state("networkidle")
    assert 0 < look.page.evaluate(WEIGHED) <= FIRST_PAGE_BYTES
    moved, what = look.page.evaluate(SHIFTED)
    assert moved <= STEADY, what


def ordered(page: Page) -> str:
    """A figurine that is done, of somebody new."""
    order_chelsea(page)
    page.goto("/gallery")
    link = page.get_by_role("link", name="Chelsea")
    expect(link).to_be_visible()
    return str(link.get_attribute("href")).rpartition("/")[2]


def share_of(page: Page, figurine: str) -> str:
    """Where everybody may see it."""
    page.goto(f"/figurines/{figurine}")
    answer = page.evaluate(
        """async (id) => {
          const token = document.querySelector('meta[name="csrf-token"]').content;
          const answer = await fetch(`/v1/figurines/${id}/share`, {
            method: 'POST', headers: { 'X-CSRF-Token': token, 'Idempotency-Key': crypto.randomUUID() } });
          return answer.json();
        }""",
        figurine,
    )
    return urlsplit(answer["url"]).path
