"""The console on a telephone whose browser runs no script: a question is answered with the keyboard alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from common.clock import SYSTEM_CLOCK
from gateway.domain.staff import FACTOR_FOR, Role
from tests.e2e.conftest import chromium
from tests.integration.gateway.asking import ANSWER
from tests.integration.gateway.conftest import serving_over_tls
from tests.integration.gateway.hired import acts_of, hire
from tests.integration.gateway.studio import Person, Studio
from tests.integration.gateway.test_console_rooms import SAID, ask

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(studio: Studio) -> Iterator[str]:
    """The studio over TLS, without which a browser keeps no cookie of it."""
    with serving_over_tls(studio.app) as address:
        yield address


@pytest.fixture
def mira(studio: Studio) -> Person:
    mira = studio.sign_up()
    with studio.service.unit.begin() as work:
        work.staff.add(mira.id, Role.SUPPORT, operator="root")
    return mira


@pytest.fixture
def page(address: str, mira: Person) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(
            base_url=address, ignore_https_errors=True, viewport=PHONE, java_script_enabled=False
        )
        context.add_cookies([{"name": "__Host-session", "value": mira.token, "url": address, "secure": True}])
        yield context.new_page()
        browser.close()


def widest(page: Page) -> float:
    """How far to the right anything on the page reaches, in pixels."""
    boxes = [each.bounding_box() for each in page.locator("main *:visible").all()]
    return max(box["x"] + box["width"] for box in boxes if box)


def later(mira: Person) -> None:
    """So much later that the factor has to be shown once more."""
    then = SYSTEM_CLOCK.now() - FACTOR_FOR - timedelta(minutes=1)
    with mira.studio.service.unit.database.begin() as connection:
        connection.execute("UPDATE sessions SET factor_at = %s WHERE account_id = %s", [then, mira.id])


def test_support_answers_a_question_on_a_telephone_without_a_script(studio: Studio, mira: Person, page: Page) -> None:
    reference = ask(studio.sign_up())
    page.goto("/operator/questions")
    expect(page.get_by_role("link", name="Set one up in your account")).to_be_visible()
    hire(mira)
    page.reload()
    page.get_by_role("link", name=reference).press("Enter")
    expect(page.get_by_text(SAID)).to_have_count(0)
    page.get_by_label("Why").fill("To answer what was asked")
    page.get_by_label("Why").press("Enter")
    expect(page.get_by_text(SAID)).to_be_visible()
    assert widest(page) <= PHONE["width"]
    page.get_by_label("Your answer").fill(ANSWER)
    page.get_by_role("button", name="Send the answer").press("Enter")
    expect(page.get_by_role("status").filter(has_text="The question is answered")).to_be_visible()
    page.get_by_text("Rooms", exact=False).first.press("Enter")
    page.get_by_role("link", name="People").first.press("Enter")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    assert [act for act, _ in acts_of(studio, mira.id)] == ["question.read", "question.answered"]
    later(mira)
    page.reload()
    expect(page.get_by_label("Code")).to_be_focused()
