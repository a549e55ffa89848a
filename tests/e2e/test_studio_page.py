"""The studio page in a real browser, against the running stack."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

CAT = Path(__file__).parents[2] / "examples" / "cat.png"
PASSWORD = "four unrelated quiet words"
PAGES = ("/", "/signup", "/signin", "/studio", "/credits", "/privacy")
FIGURINE_MS = 60_000

# Everything that can be operated must have a name; ids must be unique, pictures described, headings in order.
FLAWS = """() => {
  const flaws = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility();
  const name = (element) => element.ariaLabel || element.labels?.[0]?.textContent || element.textContent
    || element.querySelector?.("img")?.alt || "";
  for (const element of all("a[href], button, input, select, textarea, summary").filter(shown))
    if (!name(element).trim()) flaws.push(`no name: ${element.outerHTML}`);
  for (const image of document.images) if (!image.hasAttribute("alt")) flaws.push(`no alt: ${image.outerHTML}`);
  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) flaws.push(`id twice: ${id}`);
  for (const attribute of ["aria-describedby", "aria-labelledby", "for"])
    for (const element of all(`[${attribute}]`))
      for (const id of element.getAttribute(attribute).split(" "))
        if (!document.getElementById(id)) flaws.push(`refers to nothing: ${id}`);
  const levels = all("h1, h2, h3, h4").filter(shown).map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) flaws.push("not exactly one h1");
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) flaws.push(`heading jumps to ${level}`); });
  return flaws;
}"""


def sign_up(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_label("E-mail").fill(f"ada-{uuid4().hex}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("I am 18 or older.").check()
    page.get_by_label("I have read what happens to my photos and data").check()
    page.get_by_role("button", name="Create my account").click()
    page.wait_for_url("**/studio")


def choose_cat(page: Page) -> None:
    page.locator("#photo").set_input_files(CAT)
    expect(page.locator("#photo-about")).to_contain_text("cat.png")


def choose_dark_box(page: Page) -> None:
    page.get_by_role("radio", name="Window box").check()
    page.get_by_text("Options").click()
    page.get_by_role("radio", name="Dark", exact=True).check()


def test_a_photo_chosen_before_signing_up_becomes_a_figurine_after_it(page):
    page.goto("/studio")
    choose_cat(page)
    page.get_by_label("Name on the base").fill("Chelsea")
    choose_dark_box(page)
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("dialog").get_by_role("link", name="Create an account").click()
    sign_up(page)

    expect(page.locator("#photo-about")).to_contain_text("cat.png")
    expect(page.get_by_label("Name on the base")).to_have_value("Chelsea")
    expect(page.locator("#options-told")).to_have_text("Dark")
    expect(page.locator("#photo-hints")).to_contain_text("cut the subject off", timeout=FIGURINE_MS)
    expect(page.locator("#balance")).to_contain_text("would be left", timeout=FIGURINE_MS)
    page.get_by_role("button", name="Make it").click()

    picture = page.get_by_role("list").locator(".piece").get_by_role("img", name="Chelsea")
    expect(picture).to_be_visible(timeout=FIGURINE_MS)
    expect(picture).not_to_have_attribute("data-waiting", "")
    assert picture.evaluate("image => image.naturalWidth") > 0
    expect(page.locator("#photo-line")).to_contain_text("was deleted at", timeout=FIGURINE_MS)

    (figurine,) = page.request.get("/v1/figurines").json()["items"]
    assert (figurine["style"], figurine["options"]["backdrop"]) == ("window-box", "dark")

    page.reload()
    expect(page.locator("#shelf").get_by_text("Chelsea")).to_be_visible()


def test_a_photo_that_came_and_went_between_two_looks_is_still_told_of(page):
    page.goto("/signup")
    sign_up(page)
    looks = []

    def see_nothing(route):
        """The first looks come before the photo, or after it and before its proof."""
        looks.append(route)
        if len(looks) <= 2:
            route.fulfill(json={"uploads": [], "saved": [], "proofs": []})
        else:
            route.continue_()

    page.route("**/v1/photos", see_nothing)
    page.reload()
    choose_cat(page)
    page.get_by_role("button", name="Make it").click()

    expect(page.locator("#photo-line")).to_contain_text("was deleted at", timeout=FIGURINE_MS)
    assert len(looks) > 2


def test_what_is_chosen_with_a_style_is_told_and_remembered_with_it(page):
    page.goto("/studio")
    choose_dark_box(page)
    expect(page.locator("#style-about")).to_contain_text("collector's box")
    expect(page.locator("#options-told")).to_have_text("Dark")
    expect(page.locator("#price")).to_have_text("This takes 2 credits.")
    page.get_by_role("radio", name="Acrylic standee").check()
    expect(page.locator("#options-told")).to_have_text("Backdrop, size, shape and a note")
    expect(page.get_by_role("radio", name="Dark", exact=True)).not_to_be_checked()
    page.get_by_role("radio", name="Window box").check()
    expect(page.get_by_role("radio", name="Dark", exact=True)).to_be_checked()


def test_a_style_this_studio_cannot_make_says_why_and_cannot_be_chosen(page):
    page.goto("/studio")
    statue = page.get_by_role("radio", name="Desk statue")
    expect(statue).to_be_disabled()
    expect(statue).to_have_accessible_description(re.compile("Painted by Google Gemini"))


def test_the_wall_shows_what_suits_and_whatever_is_chosen(page):
    page.goto("/studio")
    page.get_by_role("radio", name="Objects").check()
    expect(page.get_by_role("radio", name="Window box")).to_be_visible()
    expect(page.locator("[name=style][value=chibi]")).to_be_hidden()
    page.get_by_role("radio", name="People").check()
    expect(page.locator("[name=style][value=chibi]")).to_be_visible()


def test_signed_out_the_shelf_says_where_its_figurines_are(page):
    page.goto("/studio")
    expect(page.locator("#shelf-empty")).to_contain_text("Sign in to see the ones you have made")


def test_a_wrong_password_is_said_in_words_and_keeps_the_address(page):
    page.goto("/signin")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("password")
    expect(page.get_by_label("E-mail")).to_have_value("nobody@example.org")


def test_an_empty_form_says_next_to_each_field_what_is_missing(page):
    page.goto("/signup")
    page.get_by_role("button", name="Create my account").click()
    for field in ("name", "email", "password", "adult", "policy"):
        expect(page.locator(f"#{field}-error")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()


def test_a_file_the_studio_cannot_read_is_refused_before_it_is_sent(page):
    page.goto("/studio")
    page.locator("#photo").set_input_files({"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    expect(page.locator("#photo-error")).to_contain_text("does not read SVG files")


def test_the_tab_key_walks_through_the_three_steps_in_order(page):
    page.goto("/studio")
    expect(page.locator("#price")).not_to_be_empty()
    page.locator("#photo").focus()
    walked = []
    for _ in range(6):
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.name || document.activeElement.localName"))
    assert walked == ["for", "style", "title", "variants", "summary", "button"]


@pytest.mark.parametrize("path", PAGES)
def test_every_control_has_a_name_and_every_heading_its_place(page, path):
    page.goto(path)
    assert page.evaluate(FLAWS) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_the_page_breaks_its_own_security_policy(page, path):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path, wait_until="networkidle")
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(page, path):
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/signup", "/signin", "/studio"])
def test_without_javascript_the_page_says_what_needs_it(browser, stack, path):
    context = browser.new_context(base_url=stack.gateway, ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_text(re.compile("needs JavaScript, which is switched off"))).to_be_visible()
    context.close()


@pytest.fixture
def viewer(page):
    """A finished figurine of somebody new, opened in full."""
    page.goto("/signup?next=/studio")
    sign_up(page)
    choose_cat(page)
    page.get_by_label("Name on the base").fill("Chelsea")
    expect(page.locator("#balance")).to_contain_text("would be left", timeout=FIGURINE_MS)
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("list").locator(".piece").get_by_role("img", name="Chelsea").click(timeout=FIGURINE_MS)
    return page.get_by_role("dialog", name="Picture")


@pytest.fixture
def stranger(browser, stack):
    context = browser.new_context(base_url=stack.gateway, ignore_https_errors=True)
    yield context.new_page()
    context.close()


def test_a_shared_figurine_is_seen_by_whoever_has_the_link_until_it_is_taken_back(viewer, stranger):
    viewer.get_by_role("button", name="Share by a link").click()
    expect(viewer.get_by_label("Public link")).to_have_value(re.compile(r"/s/[\w-]{43}$"))
    stranger.goto(viewer.get_by_label("Public link").input_value())
    expect(stranger.get_by_text("Made with AI.")).to_be_visible()
    picture = stranger.get_by_role("main").get_by_role("img")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert "Chelsea" not in stranger.content()
    assert stranger.evaluate(FLAWS) == []

    viewer.get_by_role("button", name="Take the link back").click()
    expect(viewer.get_by_role("status")).to_contain_text("leads nowhere")
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")


def test_a_figurine_is_made_printable_and_says_how_it_came_to_be(page, viewer):
    expect(viewer.get_by_text("Its signature holds.")).to_be_visible()
    viewer.get_by_role("button", name="Make it printable").click()
    stl = viewer.get_by_role("link", name="STL")
    expect(stl).to_be_visible(timeout=FIGURINE_MS)
    with page.expect_download() as begun:
        stl.click()
    assert begun.value.suggested_filename.endswith(".stl")
    assert Path(begun.value.path()).stat().st_size > 10_000


def test_an_owner_keeps_rates_and_deletes_her_figurine(page, viewer):
    viewer.get_by_role("button", name="Make it a favourite").click()
    expect(viewer.get_by_role("button", name="A favourite")).to_have_attribute("aria-pressed", "true")
    expect(viewer.get_by_text("What could be better?")).to_be_hidden()
    viewer.get_by_text("★").nth(3).click()
    expect(viewer.locator("[data-wish=said]")).to_contain_text("The last rating counts")
    viewer.get_by_label("Something is cut off").check()
    counted = viewer.get_by_role("switch", name="Learn from your ratings")
    expect(counted).to_have_attribute("aria-checked", "false")
    expect(viewer.locator("[data-wish=counted]")).to_have_text("It is not counted.")
    counted.click()
    expect(viewer.locator("[data-wish=counted]")).to_have_text("It is counted, without your name.")
    assert page.evaluate(FLAWS) == []
    viewer.get_by_role("button", name="Close").click()
    page.get_by_role("list").locator(".piece").get_by_role("img", name="Chelsea").click()
    expect(viewer.get_by_label("Something is cut off")).to_be_checked()
    expect(viewer.get_by_role("radio", name="4 of 5")).to_be_checked()
    viewer.get_by_role("button", name="Delete this figurine").click()
    expect(viewer.get_by_role("button", name="Keep it")).to_be_focused()
    viewer.get_by_role("button", name="Delete for good").click()
    expect(viewer).to_be_hidden()
    page.reload()
    expect(page.locator("#shelf-empty")).to_be_visible()


def test_when_is_asked_only_where_an_order_can_wait_and_the_price_follows(page):
    page.goto("/studio")
    expect(page.locator("#price")).not_to_be_empty()
    expect(page.locator("#delivery")).to_be_hidden()
    # As the page comes from a studio with Gemini, in which one choice costs more.
    page.evaluate("""() => {
      document.querySelector('[name=style][value="window-box"]').toggleAttribute("data-batch", true);
      document.querySelector('[name="window-box.backdrop"][value="dark"]').dataset.surcharge = "1";
    }""")
    choose_dark_box(page)
    expect(page.locator("#price")).to_have_text("This takes 3 credits.")
    page.get_by_role("radio", name="Within a day").check()
    expect(page.locator("#price")).to_have_text("This takes 1 credit instead of 3.")
    page.get_by_role("radio", name="2", exact=True).check()
    expect(page.locator("#price")).to_have_text("This takes 2 credits instead of 6.")
    page.get_by_role("radio", name="Acrylic standee").check()
    expect(page.locator("#delivery")).to_be_hidden()
    expect(page.locator("#price")).to_have_text("This takes 2 credits.")
