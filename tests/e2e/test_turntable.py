"""The turntable in a real browser, opened as the file that was downloaded."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from generation.adapters.relief.figure import cropped
from generation.adapters.relief.model import model_of
from generation.domain import ModelPart
from tests.e2e.conftest import BROWSERS
from tests.e2e.test_studio_page import FLAWS

pytestmark = pytest.mark.slow

# A machine without a graphics card draws with its processor.
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mask = np.zeros((200, 160), np.float32)
    cv2.circle(mask, (80, 60), 45, 1.0, -1)
    cv2.rectangle(mask, (50, 90), (110, 190), 1.0, -1)
    colour = np.zeros((200, 160, 3), np.uint8)
    colour[..., 0] = np.arange(160)[None, :]
    colour[..., 1] = np.arange(200)[:, None]
    path = tmp_path_factory.mktemp("turntable") / "ada-80mm.html"
    path.write_bytes(model_of(cropped(colour, mask), 80).files[ModelPart.TURNTABLE])
    return path


@pytest.fixture
def page(file: Path) -> Iterator[Page]:
    chosen = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen, args=SOFTWARE)
        page = browser.new_page(reduced_motion="reduce", viewport={"width": 480, "height": 520})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.on("console", lambda message: asked.append(message.text))
        page.goto(file.as_uri())
        expect(page.locator("#stage")).to_have_attribute("data-ready", "true")
        yield page
        assert set(asked) <= {"file", "data"}
        browser.close()


def seen(page: Page) -> bytes:
    return page.locator("#stage").screenshot()


def test_the_model_stands_still_for_who_wants_no_motion_and_turns_by_keys_and_pointer(page: Page) -> None:
    expect(page.get_by_role("button", name="Turn")).to_have_attribute("aria-pressed", "false")
    page.locator("#stage").focus()
    first = seen(page)
    for key in ("ArrowRight", "ArrowUp", "+"):
        page.keyboard.press(key, delay=50)
        assert seen(page) != first
    box = page.locator("#stage").bounding_box()
    assert box is not None
    before = seen(page)
    page.mouse.move(200, 200)
    page.mouse.down()
    page.mouse.move(260, 210, steps=3)
    page.mouse.up()
    assert seen(page) != before


def test_the_model_turns_when_asked_to_and_stops(page: Page) -> None:
    page.get_by_role("button", name="Turn").click()
    expect(page.get_by_role("button", name="Stop")).to_have_attribute("aria-pressed", "true")
    first = seen(page)
    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))) || 1")
    assert seen(page) != first
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Turn")).to_be_visible()


def test_everything_on_the_turntable_has_a_name(page: Page) -> None:
    assert page.evaluate(FLAWS) == []
