"""Nothing on a page can be pressed before the module that knows it is alive: on a slow line a press was lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import chromium
from tests.integration.gateway.conftest import serving_over_tls
from tests.integration.gateway.studio import Person, Studio

pytestmark = pytest.mark.slow
# What needs no script sends a form; every other button is a module's.
PRESSABLE = """() => [...document.querySelectorAll("button[type=button]")]
  .filter((button) => button.checkVisibility() && !button.matches(":disabled") && !button.closest("[inert]"))
  .map((button) => button.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture(scope="module")
def page(studio: Studio, ada: Person) -> Iterator[Page]:
    """Hers, with no script alive."""
    with serving_over_tls(studio.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(base_url=address, ignore_https_errors=True, java_script_enabled=False)
        session = {"name": "__Host-session", "value": ada.token, "url": address, "secure": True}
        context.add_cookies([session])
        yield context.new_page()
        browser.close()


def test_nothing_can_be_pressed_before_it_works(page: Page, ada: Person) -> None:
    figurine = ada.order().get_json()["id"]
    ada.studio.settle()
    places = ("studio", "gallery", "credits", "privacy", "account", "account/delete", "developers", "support", "styles")
    found: list[str] = []
    for place in (*places, f"figurines/{figurine}"):
        page.goto(f"/{place}")
        assert page.locator("#sign-out").is_visible(), place
        found += [f"/{place}: {button}" for button in page.evaluate(PRESSABLE)]
    assert found == []
