"""Pages in German in a real browser: what their modules say is German, and English where the words cannot be had."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gateway.domain.languages import Language
from gateway.domain.phrases import Phrasebook
from ops.languages import LOCALE, read
from tests.e2e.conftest import chromium
from tests.integration.gateway.conftest import serving_over_tls
from tests.integration.gateway.studio import Person, Studio

pytestmark = pytest.mark.slow
DOMAINS: Final = ("scripts", "problems")
# Every piece of text that can be seen or is read aloud.
TEXTS: Final = """() => {
  const seen = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const place = node.parentElement;
    if (place.checkVisibility() && !place.closest("script, template, [lang='en']")) seen.push(node.data);
  }
  for (const each of document.querySelectorAll("[aria-label], [title]")) {
    seen.push(each.getAttribute("aria-label") ?? each.title);
  }
  return seen.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""


@pytest.fixture(scope="module")
def address(studio: Studio) -> Iterator[str]:
    """The studio over TLS, without which a browser keeps no cookie of it."""
    with serving_over_tls(studio.app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def ada(studio: Studio) -> Person:
    ada = studio.sign_up()
    studio.settle()
    return ada


@pytest.fixture
def page(browser: Browser, address: str, ada: Person) -> Iterator[Page]:
    context = browser.new_context(base_url=address, ignore_https_errors=True, locale="de-DE")
    context.add_cookies([{"name": "__Host-session", "value": ada.token, "url": address, "secure": True}])
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def english() -> Phrasebook:
    """Knows every English text that has a German one of its own."""
    known: dict[str, str] = {}
    for domain in DOMAINS:
        for message in read(LOCALE / "de/LC_MESSAGES" / f"{domain}.po", Language.GERMAN):
            pairs = zip(_forms(message.id), _forms(message.string), strict=True) if message.id else ()
            known |= {said: words for said, words in pairs if said != words and any(map(str.isalpha, _literal(said)))}
    return Phrasebook(known)


def said_in_english(page: Page, english: Phrasebook) -> list[str]:
    """What there are German words for, and stands there without them; not what the page itself came with."""
    came = page.request.get(page.url).text()
    return [text for text in page.evaluate(TEXTS) if english.say(text) != text and text not in came]


def test_credits_and_studio_say_nothing_in_english(page: Page, english: Phrasebook) -> None:
    page.goto("/credits")
    expect(page.locator("#statement")).to_contain_text("Willkommen: Credits, um das Studio auszuprobieren")
    expect(page.locator("#packs")).to_contain_text("4,99 €")
    expect(page.locator("#pictures")).to_contain_text("Ein Bild kostet je nach Stil")
    expect(page.locator("#lots-say")).to_contain_text("Gültig bis zum")
    assert said_in_english(page, english) == []
    page.goto("/studio")
    expect(page.locator("#balance")).to_contain_text("Du hast 10 Credits")
    page.locator("#make").click()
    expect(page.locator("#photo-error")).to_have_text("Wähle zuerst ein Foto.")
    assert said_in_english(page, english) == []


def test_where_the_words_cannot_be_had_modules_say_theirs_in_english(page: Page) -> None:
    page.route("**/static/words/**", lambda route: route.abort())
    page.goto("/credits")
    expect(page.locator("#packs")).to_contain_text("€4.99")
    expect(page.locator("#lots-say")).to_contain_text("To be spent until")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),)


def _literal(text: str) -> str:
    return "".join(part.partition("}")[2] if i else part for i, part in enumerate(text.split("{")))
