"""Consent and its record in a real browser, against the running stack."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from playwright.sync_api import Page, expect
from psycopg.types.json import Jsonb

from common.clock import SYSTEM_CLOCK
from common.contracts.generation import PartnerDisclosed
from common.database import Database
from common.work import UnitOfWork
from generation.repository import Work
from tests.e2e.test_studio_page import FLAWS, choose_cat, sign_up

pytestmark = pytest.mark.slow

GEMINI = "Let Google Gemini paint"
PATIENCE_MS = 60_000


@pytest.fixture
def signed_in(page) -> Page:
    page.goto("/signup")
    sign_up(page)
    return page


@pytest.fixture
def _box_by_gemini(stack) -> Iterator[None]:
    """The catalogue as the gateway has it with a key for Gemini: it alone paints the window box."""
    dsn = stack.endpoints["postgres"]["gateway"]
    with psycopg.connect(dsn) as connection:
        ((before,),) = connection.execute("SELECT style FROM styles WHERE id = 'window-box'").fetchall()
        # Heard of in the future, so that it is not asked for again before the test is over.
        connection.execute("UPDATE styles SET heard_at = now() + interval '1 hour'")
        connection.execute(
            "UPDATE styles SET style = %s WHERE id = 'window-box'", [Jsonb({**before, "engines": ["gemini"]})]
        )
    yield
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE styles SET style = %s WHERE id = 'window-box'", [Jsonb(before)])
        connection.execute("UPDATE styles SET heard_at = now() - interval '1 hour'")


def switch(page: Page, name: str = GEMINI):
    return page.get_by_role("switch", name=name)


def choose_style(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check(force=True)


def test_a_consent_is_switched_on_seen_on_record_and_switched_off_by_keyboard(signed_in):
    page = signed_in
    page.get_by_role("link", name="Privacy", exact=True).click()
    gemini = switch(page)
    expect(gemini).not_to_be_checked()
    item = page.locator(".consents > li").filter(has=gemini)
    expect(item).to_contain_text("You have not allowed this")

    gemini.focus()
    page.keyboard.press("Space")
    expect(gemini).to_be_checked()
    expect(gemini).to_be_focused()
    expect(item.get_by_role("status")).to_contain_text("On since")

    page.reload()
    expect(switch(page)).to_be_checked()
    page.get_by_text("What this means").first.click()
    expect(item.locator(".consent-history > li")).to_have_count(1)
    expect(item.locator(".consent-history > li")).to_contain_text("Switched on at")
    expect(item.locator(".consent-history > li")).to_contain_text("on a page of the studio")

    switch(page).focus()
    page.keyboard.press("Enter")
    expect(switch(page)).not_to_be_checked()
    expect(item.locator(".consent-history > li")).to_have_text([re.compile("Switched off"), re.compile("Switched on")])
    expect(item.get_by_role("status")).to_contain_text("Off since")


def disclose(stack, figurine_id: str) -> None:
    """As if Gemini had painted this figurine."""
    with psycopg.connect(stack.endpoints["postgres"]["generation"]) as connection:
        ((user_id,),) = connection.execute("SELECT user_id FROM figurines WHERE id = %s", [figurine_id]).fetchall()
    database = Database(stack.endpoints["postgres"]["generation"], application="test")
    with UnitOfWork(service="generation", database=database, build=Work).begin() as work:
        work.outbox.add(
            PartnerDisclosed(
                figurine_id=figurine_id,
                user_id=user_id,
                partner="google_gemini",
                kind="photo_and_prompt",
                purpose="U2",
                disclosed_at=SYSTEM_CLOCK.now(),
                tier="paid",
                expires_at=SYSTEM_CLOCK.now() + timedelta(days=55),
            )
        )
    database.close()


def test_what_went_to_a_partner_and_what_became_of_a_photo_are_sentences(signed_in, stack):
    page = signed_in
    choose_cat(page)
    choose_style(page, "Acrylic standee")
    page.get_by_label("Name on the base").fill("Chelsea")
    with page.expect_response(re.compile(r"/v1/figurines$")) as accepted:
        page.get_by_role("button", name="Make it").click()
    figurine_id = accepted.value.json()["id"]
    expect(page.locator("#photo-line")).to_contain_text("was deleted at", timeout=PATIENCE_MS)

    disclose(stack, figurine_id)

    page.goto("/privacy")
    photo = page.locator("#photos > li")
    expect(photo).to_contain_text(re.compile(r"Your photo from \d\d:\d\d was deleted at \d\d:\d\d\."))
    expect(photo).to_contain_text("went because its figurine exists")
    sent = page.locator("#disclosures > li").filter(has_text="Google Gemini")

    def shown() -> bool:
        page.reload(wait_until="networkidle")
        return sent.count() == 1

    assert any(shown() for _ in range(30))
    expect(sent).to_contain_text("Your photo and your wishes for the picture went to Google Gemini at")
    expect(sent).to_contain_text("To paint the figurine you asked for: Chelsea.")
    expect(sent).to_contain_text(re.compile(r"paid terms.* rid of it by \d+ [A-Z]"))
    # The letter that confirms her address went over a mail server, and is on the same list.
    letter = page.locator("#disclosures > li").filter(has_text="Your e-mail address and the letter to you")
    expect(letter).to_contain_text("To keep your account working.")


def test_nothing_yet_is_said_in_words(signed_in):
    page = signed_in
    page.goto("/privacy")
    expect(page.locator("#photos-none")).to_be_visible()
    expect(page.locator("#restriction")).to_contain_text("You have not asked for this.")
    expect(page.locator("#objection")).to_contain_text("You have not asked for this.")


def test_a_restriction_is_asked_for_twice_thought_about_seen_in_the_studio_and_lifted(signed_in):
    page = signed_in
    page.goto("/privacy")
    card = page.locator("#restriction")
    # By keyboard: what comes above it moves it while one aims.
    ask = card.get_by_role("button", name="Restrict the use of my data")
    ask.press("Enter")
    expect(card).to_contain_text("no figurine is made for you")
    card.get_by_role("button", name="Leave it as it is").press("Enter")
    expect(ask).to_be_focused(timeout=PATIENCE_MS)
    ask.press("Enter")
    card.get_by_role("button", name="Restrict the use of my data").last.press("Enter")
    lift = card.get_by_role("button", name="Lift the restriction")
    expect(lift).to_be_focused(timeout=PATIENCE_MS)
    expect(card.get_by_role("status")).to_contain_text("In force since")

    page.goto("/studio")
    choose_cat(page)
    choose_style(page, "Acrylic standee")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("You have restricted the use of your data")).to_be_visible(timeout=PATIENCE_MS)

    page.goto("/privacy")
    lift.press("Enter")
    expect(ask).to_be_focused(timeout=PATIENCE_MS)
    expect(card.get_by_role("status")).to_contain_text("Lifted at")
    card.get_by_text("On record").click()
    expect(card.locator(".stop-history > li")).to_contain_text("lifted at")


def test_an_objection_moves_the_switches_it_is_about_and_says_so_in_their_history(signed_in):
    page = signed_in
    page.goto("/privacy")
    counted = switch(page, "Count how the studio is used")
    expect(counted).to_be_checked(timeout=PATIENCE_MS)
    card = page.locator("#objection")
    card.get_by_role("button", name="Object to everything else").click()
    card.get_by_role("button", name="Object to everything else").last.click()
    expect(card.get_by_role("status")).to_contain_text("In force since")
    expect(counted).not_to_be_checked(timeout=PATIENCE_MS)
    counted.click()
    item = page.locator(".consents > li").filter(has=counted)
    expect(item.get_by_role("status")).to_contain_text("You have objected to this")
    card.get_by_role("button", name="Take my objection back").click()
    expect(counted).to_be_checked(timeout=PATIENCE_MS)
    item.get_by_text("What this means").click()
    expect(item.locator(".consent-history > li").last).to_contain_text("by your objection")


def sent_from(page: Page) -> list[str]:
    """Where the page sends something from now on; a photo that is only looked at does not count."""
    sent: list[str] = []

    def note(request):
        if request.method == "POST" and not request.url.endswith("/v1/photos/check"):
            sent.append(request.url)

    page.on("request", note)
    return sent


@pytest.mark.usefixtures("_box_by_gemini")
def test_an_order_that_needs_gemini_says_so_offers_the_switch_and_is_sent_after_it(signed_in):
    page = signed_in
    orders = sent_from(page)
    page.reload()
    expect(switch(page)).not_to_be_checked()
    choose_style(page, "Acrylic standee")
    expect(page.locator("#gemini-say")).to_contain_text("The studio paints Acrylic standee itself")
    choose_cat(page)
    choose_style(page, "Window box")
    expect(page.locator("#gemini-say")).to_contain_text("Only Gemini paints Window box")
    page.get_by_role("button", name="Make it").click()
    error = page.locator("#order-error")
    expect(error).to_be_focused()
    expect(error).to_contain_text("Nothing was sent")
    assert orders == []

    error.get_by_role("button", name=GEMINI).click()
    expect(switch(page)).to_be_checked()
    expect(error).to_be_hidden()
    expect(page.get_by_role("button", name="Make it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#bench .piece-say")).not_to_contain_text("Sending", timeout=PATIENCE_MS)
    assert [url.rsplit("/", 1)[1] for url in orders] == ["figurines"]


@pytest.mark.usefixtures("_box_by_gemini")
def test_consent_taken_back_in_another_tab_is_noticed_when_ordering(signed_in, context):
    page = signed_in
    page.reload()
    switch(page).click()
    expect(switch(page)).to_be_checked()
    other = context.new_page()
    other.goto("/privacy")
    switch(other).click()
    expect(switch(other)).not_to_be_checked()

    choose_cat(page)
    choose_style(page, "Window box")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#order-error")).to_contain_text("you have not allowed that")
    expect(switch(page)).not_to_be_checked()
    expect(page.locator("#photo-about")).to_contain_text("cat.png")


def test_while_privacy_is_away_the_page_says_so_and_a_switch_keeps_its_side(signed_in, stack):
    page = signed_in
    page.goto("/privacy")
    expect(switch(page)).to_be_visible()
    with stack.without("privacy-web"):
        switch(page).click()
        status = page.locator(".consents > li").filter(has=switch(page)).get_by_role("status")
        expect(status).to_contain_text("It is still off", timeout=PATIENCE_MS)
        expect(switch(page)).not_to_be_checked()
        page.reload()
        for part in ("consents", "photos", "disclosures"):
            expect(page.locator(f"#{part}-away")).to_be_visible(timeout=PATIENCE_MS)
    for part in ("consents", "photos", "disclosures"):
        page.locator(f"#{part}-again").click()
        expect(page.locator(f"#{part}-away")).to_be_hidden(timeout=PATIENCE_MS)
    expect(switch(page)).not_to_be_checked()


@pytest.mark.parametrize("path", ["/privacy", "/studio"])
@pytest.mark.usefixtures("_box_by_gemini")
def test_signed_in_the_pages_keep_their_order_and_fit_a_phone(signed_in, path):
    page = signed_in
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(path)
    expect(switch(page)).to_be_visible()
    assert page.evaluate(FLAWS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


def test_what_is_stored_is_listed_counted_and_explained(signed_in):
    page = signed_in
    page.goto("/privacy")
    account = page.locator(".stored-entry", has=page.get_by_text("Your account", exact=True))
    expect(account.locator(".stored-count")).to_have_text("1", timeout=PATIENCE_MS)
    account.locator("summary").press("Enter")
    expect(account).to_contain_text("The e-mail address. Encrypted.")
    expect(account).to_contain_text("Until you delete it, or your account.")
    expect(page.locator("#stored-missing")).to_be_hidden()
    assert page.evaluate(FLAWS) == []


def test_signed_out_the_page_lists_what_the_studio_stores_about_people(page):
    page.goto("/privacy")
    statement = page.get_by_text("Your statement", exact=True)
    expect(statement).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".stored-count")).to_have_count(0)
