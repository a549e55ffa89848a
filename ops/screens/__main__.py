"""python -m ops.screens: photograph the pages of the running studio into docs/screens.

Needs the studio started (`make up`) and Chromium; makes two people in it, with figurines.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from playwright.sync_api import Browser, Page, sync_playwright

from ops.demo import endpoints
from ops.demo.failures import DemoFailed
from ops.embedded.stack import Stack
from ops.screens.people import colleague, customer

OUT: Final = endpoints.PROJECT / "docs" / "screens"
COOKIE: Final = "__Host-session"
QUALITY: Final = 72
PHONE: Final[Mapping[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
}
DESK: Final[Mapping[str, Any]] = {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"}
PUBLIC: Final = {"landing": "/", "styles": "/styles", "promises": "/promises", "status": "/status", "policy": "/policy"}
OWN: Final = {
    "studio": "/studio",
    "gallery": "/gallery",
    "figurine": "/figurines/{figurine}",
    "credits": "/credits",
    "privacy": "/privacy",
    "account": "/account",
    "developers": "/developers",
}
STAFF: Final = {
    "console": "/operator",
    "console-jobs": "/operator/jobs",
    "console-promises": "/operator/promises",
    "console-ledger": "/operator/ledger",
    "console-reports": "/operator/reports",
    "console-news": "/operator/announcements",
}


def main() -> int:
    """Photograph every page at a desk and on a phone."""
    parser = argparse.ArgumentParser(prog="python -m ops.screens", description=__doc__)
    parser.add_argument("--directory", type=Path, default=endpoints.PROJECT / ".figurine", help="the stack's folder")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder to write to")
    wishes = parser.parse_args()
    try:
        photograph(wishes.directory, wishes.out)
    except DemoFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def photograph(directory: Path, out: Path) -> None:
    """Make the people, and a picture of each page for each way to look at it."""
    found = endpoints.read(directory)
    os.environ.update(Stack(directory).environments.of("gateway"))
    ada, figurines = customer(found.gateway, ca=found.ca)
    mira = colleague(found.gateway, ca=found.ca)
    own = {name: path.format(figurine=figurines[0]) for name, path in OWN.items()}
    out.mkdir(parents=True, exist_ok=True)
    with _browser() as browser:
        for look, options in (("desk", DESK), ("phone", PHONE)):
            for person, pages in ((None, PUBLIC), (ada, own), (mira, STAFF)):
                context = browser.new_context(
                    base_url=found.gateway, ignore_https_errors=True, reduced_motion="reduce", **options
                )
                if person is not None:
                    cookie = {"name": COOKIE, "value": person.token, "url": found.gateway, "secure": True}
                    context.add_cookies([cast("Any", cookie)])
                _all(context.new_page(), {out / f"{name}-{look}.jpg": path for name, path in pages.items()})
                context.close()


@contextmanager
def _browser() -> Generator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _all(page: Page, pages: Mapping[Path, str]) -> None:
    for to, path in pages.items():
        _one(page, path, to)


def _one(page: Page, path: str, to: Path) -> None:
    """A page that shows live news is never quiet: what is waited for is what it shows."""
    page.goto(path, wait_until="load")
    # Pictures further down are fetched when somebody comes to them.
    page.wait_for_function(
        "() => [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight)"
    )
    page.wait_for_function("() => !document.querySelector('main [aria-busy=true], main [inert]')")
    page.screenshot(path=to, type="jpeg", quality=QUALITY, full_page=False)
    print(to.name, to.stat().st_size // 1024, "kB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
