"""A real browser, for the pages of the running studio."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# A machine may be slow: what is waited for is a condition, and this only ends the wait for one that never comes.
expect.set_options(timeout=30_000)
PATIENCE_MS = 60_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The system's Chromium where there is one, else the one Playwright brought."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser, stack) -> Iterator[BrowserContext]:
    # The stack's CA is its own; that its certificates are right is another test's business.
    context = browser.new_context(base_url=stack.gateway, ignore_https_errors=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context) -> Page:
    return context.new_page()
