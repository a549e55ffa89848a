"""The whole life of a person with the studio, in one story: with a mouse, with a thumb, and with the keyboard alone.

She signs up, confirms her address, buys credits on the payment page, has a figurine made and another version of it,
shows it to somebody, takes everything with her, and leaves. On the way axe looks at what only such a life shows.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ops.demo import mail
from ops.embedded.waiting import until
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.hands import Hands, Keyboard, Pointer
from tests.e2e.test_every_page import DESKTOP, PHONE, RULES
from tests.e2e.test_studio_page import CAT, FIGURINE_MS, FLAWS, PASSWORD

pytestmark = pytest.mark.slow

HERE = {"localhost", "127.0.0.1", "::1"}
MAIL_SECONDS = 30
PAYMENT_MS = 20_000
RIGHTS_MS = 60_000
# What a screen shows sideways of itself cannot be reached with a thumb.
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

WAYS = {
    "with a mouse on a desk": (DESKTOP, Pointer),
    "with a thumb on a phone": (PHONE, lambda page: Pointer(page, touch=True)),
    "with the keyboard alone": (DESKTOP, Keyboard),
}


class Life:
    """Her browser, her hands, her letters, and what was found wrong on the way."""

    def __init__(self, context: BrowserContext, hands: Callable[[Page], Hands], letters: Path) -> None:
        self.page = context.new_page()
        self.hands = hands(self.page)
        self.email = f"ottoline-{uuid4().hex}@example.org"
        self.found: list[str] = []
        self._letters = letters
        self._axe = Axe()
        context.on("console", lambda said: said.type == "error" and self.found.append(f"console: {said.text}"))
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("request", lambda asked: self._heed(asked.url))

    def link(self, name: str, **more: Any) -> None:
        self.hands.press(self.page.get_by_role("link", name=name, **more))

    def button(self, name: str | re.Pattern[str], **more: Any) -> None:
        self.hands.press(self.page.get_by_role("button", name=name, **more))

    def look(self) -> None:
        """What is there now is fit for everybody."""
        place = urlsplit(self.page.url).path
        for breach in self._axe.run(self.page, options=RULES).response["violations"]:
            self.found += [f"{place}: {breach['id']} at {node['target']}" for node in breach["nodes"]]
        self.found += [f"{place}: {flaw}" for flaw in self.page.evaluate(FLAWS)]
        if (wide := self.page.evaluate(TOO_WIDE)) > 0:
            self.found.append(f"{place}: {wide} pixels too wide")

    def letter(self, subject: str) -> mail.Mail:
        """The newest one, once it is this one."""
        until(lambda: self._newest() == subject, f"The mail “{subject}”", seconds=MAIL_SECONDS)
        found = mail.find(self._letters, self.email)
        assert found is not None
        return found

    def _newest(self) -> str:
        found = mail.find(self._letters, self.email)
        return found.subject if found else ""

    def _heed(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname not in HERE:
            self.found.append(f"asked {parts.hostname}")


@pytest.fixture(params=WAYS)
def life(request: pytest.FixtureRequest, browser: Browser, stack: Any) -> Iterator[Life]:
    screen, hands = WAYS[request.param]
    context = browser.new_context(base_url=stack.gateway, ignore_https_errors=True, reduced_motion="reduce", **screen)
    context.set_default_timeout(PATIENCE_MS)
    yield Life(context, hands, stack.site.mail)
    context.close()


def test_a_whole_life(life: Life, tmp_path: Path) -> None:
    sign_up(life)
    confirm_the_address(life)
    buy_credits(life)
    have_a_figurine_made(life)
    make_another_version(life)
    share_it_and_take_it_back(life)
    take_everything(life, tmp_path)
    leave(life)
    assert life.found == []


def sign_up(life: Life) -> None:
    page, hands = life.page, life.hands
    page.goto("/")
    life.link("Create an account", exact=True)
    hands.write(page.get_by_label("Name", exact=True), "Ottoline Fernsby")
    hands.write(page.get_by_label("E-mail"), life.email)
    hands.write(page.get_by_label("Password", exact=True), PASSWORD)
    hands.tick(page.get_by_label("I am 18 or older."))
    hands.tick(page.get_by_label("I have read what happens to my photos and data"))
    life.button("Create my account")
    page.wait_for_url("**/studio")


def confirm_the_address(life: Life) -> None:
    life.page.goto(life.letter("Confirm your e-mail address").link)
    life.button("Confirm this address")
    expect(life.page.get_by_role("heading", level=1)).not_to_have_text("Is this your address?")
    life.look()


def buy_credits(life: Life) -> None:
    page = life.page
    life.link("Credits", exact=True)
    expect(page.locator("#available")).to_have_text("10")
    life.button("Buy: 20 credits")
    life.button(re.compile("^Pay "))
    expect(page.get_by_text(re.compile("Paid: .* for 20 credits"))).to_be_visible(timeout=PAYMENT_MS)
    expect(page.locator("#available")).to_have_text("30")
    expect(page.locator("#documents")).to_contain_text("Invoice and receipt")
    life.look()


def have_a_figurine_made(life: Life) -> None:
    page, hands = life.page, life.hands
    life.link("Studio", exact=True)
    order(life)
    expect(delivered(page)).to_have_count(1, timeout=FIGURINE_MS)
    hands.press(page.locator(".piece[data-look=delivered] button.picture"))
    expect(page.get_by_role("dialog")).to_be_visible()
    life.look()


def make_another_version(life: Life) -> None:
    """From the viewer: the studio engine needs the photo again, everything else is filled in."""
    page = life.page
    life.button("Make another version")
    expect(page.locator("#version-of")).to_contain_text("Another version of Quillfeather")
    page.wait_for_load_state("networkidle")
    life.hands.press(page.get_by_role("button", name="Remove the photo"))
    order(life, again=True)
    expect(delivered(page)).to_have_count(2, timeout=FIGURINE_MS)


def order(life: Life, *, again: bool = False) -> None:
    page, hands = life.page, life.hands
    hands.give(page.locator("#photo"), CAT)
    expect(page.locator("#photo-about")).to_contain_text("cat.png")
    if not again:
        hands.choose(page.get_by_role("radio", name="Keychain"))
        hands.write(page.get_by_label("Name on the base"), "Quillfeather")
    life.button("Make it", exact=True)


def delivered(page: Page) -> Any:
    return page.locator(".piece[data-look=delivered]").get_by_role("img", name="Quillfeather")


def share_it_and_take_it_back(life: Life) -> None:
    page = life.page
    life.link("Gallery", exact=True)
    life.hands.press(page.get_by_role("link", name="Quillfeather").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Quillfeather")
    life.button("Share by a link")
    address = page.get_by_label("Public link")
    expect(address).to_be_visible()
    url = address.input_value()
    life.look()
    assert seen_by_somebody_else(life, url) == 200
    life.button("Take the link back")
    expect(address).to_be_hidden()
    assert seen_by_somebody_else(life, url) == 404


def seen_by_somebody_else(life: Life, url: str) -> int:
    """The status of the page for a browser that nobody is signed in with."""
    browser = life.page.context.browser
    assert browser is not None
    stranger = browser.new_context(ignore_https_errors=True)
    try:
        answer = stranger.new_page().goto(url)
        assert answer is not None
        return answer.status
    finally:
        stranger.close()


def take_everything(life: Life, folder: Path) -> None:
    page = life.page
    life.link("Privacy", exact=True)
    life.button("Put my copy together")
    fetch = page.get_by_role("button", name=re.compile("^Fetch my copy, asked for"))
    expect(fetch).to_be_visible(timeout=RIGHTS_MS)
    life.look()
    with page.expect_download() as begun:
        life.hands.press(fetch)
    begun.value.save_as(folder / "copy.zip")
    with ZipFile(folder / "copy.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert "Ottoline Fernsby" in archive.read("index.html").decode()
    assert sum(name.startswith("pictures/") for name in names) >= 2, names


def leave(life: Life) -> None:
    page = life.page
    life.link("See what goes and what stays")
    expect(page.locator("#goes")).to_contain_text("Your account")
    life.look()
    life.hands.write(page.get_by_label("Your password"), PASSWORD)
    life.button("Delete my account and everything in it")
    page.wait_for_url(re.compile(r"/leaving/[^/]+\?key="))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data is deleted", timeout=RIGHTS_MS)
    expect(page.locator("#seal")).to_contain_text("Every signature is right")
    life.look()
    life.letter("Your data has been deleted")
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
