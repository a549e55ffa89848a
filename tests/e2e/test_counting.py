"""That pages are counted of those who allow it and of nobody else, as a real browser sends it, or does not."""

import re
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.e2e.test_studio_page import sign_up

pytestmark = pytest.mark.slow

ADDRESS = "/v1/usage/beacon"
SWITCH = "Count how the studio is used"
# Longer than a page waits before it tells, in two halves with a movement between them.
HALF_MS = 18_000


class Watched:
    """A browser whose clock is the test's, and what it sends."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.sent: list[Request] = []
        context.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.sent.append(request)

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.clock.install()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    def use(self, page: Page) -> None:
        """Somebody looks at the page and moves, for longer than it waits before it tells."""
        for place in (60, 90):
            page.mouse.move(place, place)
            page.clock.run_for(HALF_MS)
        # Whatever it began to ask or tell is answered.
        page.wait_for_load_state("networkidle")
        page.evaluate("fetch('/healthz').then((answer) => answer.ok)")

    @property
    def told(self) -> Sequence[Request]:
        """What it said of the use of pages."""
        return [each for each in self.sent if urlsplit(each.url).path == ADDRESS and each.method == "POST"]

    @property
    def asked(self) -> Sequence[Request]:
        """Whatever it sent there."""
        return [each for each in self.sent if urlsplit(each.url).path == ADDRESS]


@pytest.fixture
def watch(browser, stack) -> Iterator[Callable[..., Watched]]:
    contexts: list[BrowserContext] = []

    def watch(**options: Any) -> Watched:
        contexts.append(browser.new_context(base_url=stack.gateway, ignore_https_errors=True, **options))
        contexts[-1].set_default_timeout(60_000)
        return Watched(contexts[-1])

    yield watch
    for context in contexts:
        context.close()


def test_a_visitors_page_is_told_without_a_cookie_and_to_nobody_else(watch, stack) -> None:
    visitor = watch()
    # The page's clock goes on by itself besides, for as long as this machine takes.
    began = perf_counter()
    page = visitor.open("/credits")
    with page.expect_response(lambda answer: urlsplit(answer.url).path == ADDRESS and answer.status == 204) as told:
        visitor.use(page)
    request = told.value.request
    assert request.post_data_json["page"] == "/credits"
    assert 1 <= request.post_data_json["seconds"] <= 36 + perf_counter() - began
    assert "cookie" not in request.all_headers()
    assert visitor.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    home = urlsplit(stack.gateway).netloc
    assert {urlsplit(each.url).netloc for each in visitor.sent if each.url.startswith("http")} == {home}


@pytest.mark.parametrize(
    ("options", "script"),
    [
        ({"extra_http_headers": {"Sec-GPC": "1"}}, ""),
        ({"extra_http_headers": {"DNT": "1"}}, ""),
        ({}, "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"),
        ({}, "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })"),
    ],
    ids=["the header Sec-GPC", "the header DNT", "Global Privacy Control", "Do Not Track"],
)
def test_whose_browser_wants_not_to_be_followed_sends_nothing(watch, options, script) -> None:
    visitor = watch(**options)
    if script:
        visitor.context.add_init_script(script)
    visitor.use(visitor.open("/"))
    assert visitor.asked == []


def test_who_takes_it_back_stops_the_page_that_is_open_and_the_next_one_at_once(watch) -> None:
    person = watch()
    page = person.context.new_page()
    page.goto("/signup")
    sign_up(page)
    studio = person.open("/privacy")
    with studio.expect_response(lambda answer: urlsplit(answer.url).path == ADDRESS and answer.status == 204):
        person.use(studio)
    page.goto("/account")
    toggle = page.get_by_role("switch", name=SWITCH)
    expect(toggle).to_have_attribute("aria-checked", "true")
    toggle.click()
    expect(page.get_by_text("You are no longer counted.")).to_be_visible()
    person.sent.clear()
    person.use(studio)
    assert person.told == []
    person.sent.clear()
    person.use(person.open("/studio"))
    assert person.asked == []
    assert not re.search(r"follow|track|analytics", str(person.context.cookies()))
    # She is signed in, on a browser that is known; neither is for counting.
    assert {cookie["name"] for cookie in person.context.cookies()} == {"__Host-session", "__Host-device"}
