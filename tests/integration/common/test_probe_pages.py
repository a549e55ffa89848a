"""Promise T4 over HTTP: pages that set a cookie, or fetch from elsewhere, are found."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Thread

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.errors import Unavailable
from common.probes import Finding, Found, Look
from common.probes.pages import Page, Stranger, nothing_from_elsewhere

POLICY = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; frame-ancestors 'none'"
WELL = (
    '<link rel="stylesheet" href="/a.css"><img src="data:image/png;base64,AA"><a href="https://elsewhere.example">x</a>'
)
LOOK = Look(database=Database("", application="unused"), clock=SYSTEM_CLOCK)
NOWHERE = "http://127.0.0.1:1"


@contextmanager
def serving(html: str = WELL, *, policy: str = POLICY, cookie: bool = False) -> Generator[str]:
    """A studio with one page; yields its address."""
    app = Flask("studio")

    @app.get("/studio")
    def studio() -> Response:  # pyright: ignore[reportUnusedFunction] - flask calls it
        response = Response(html, headers={"Content-Security-Policy": policy} if policy else {})
        if cookie:
            response.set_cookie("visitor", "1")
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def look(*addresses: str) -> Finding:
    return nothing_from_elsewhere(Stranger(addresses=addresses, ca_file=None)).check(LOOK)


def test_a_page_of_the_studios_own_is_well_also_where_its_public_address_leads_nowhere() -> None:
    with serving() as address:
        found = look(NOWHERE, address)
    assert (found.state, found.figures["pages"]) == (Found.KEPT, 1), found


@pytest.mark.parametrize(
    ("studio", "which"),
    [
        (lambda: serving(cookie=True), "cookies"),
        (lambda: serving('<script src="https://counter.example/a.js"></script>'), "foreign"),
        (lambda: serving('<img srcset="/a.png 1x, //pixel.example/b.png 2x">'), "foreign"),
        (lambda: serving("<style>body { background: url('https://fonts.example/x') }</style>"), "foreign"),
        (lambda: serving('<p style="background: url(https://fonts.example/x)">'), "foreign"),
        (lambda: serving('<a ping="https://counter.example/" href="/">x</a>'), "foreign"),
        (lambda: serving(policy=f"{POLICY}; script-src 'self' https://counter.example"), "let_in"),
        (lambda: serving(policy="frame-ancestors 'none'"), "let_in"),
        (lambda: serving(policy=""), "let_in"),
    ],
)
def test_what_follows_a_stranger_is_found(studio: Callable[[], Generator[str]], which: str) -> None:
    with studio() as address:  # type: ignore[attr-defined]
        found = look(address)
    assert (found.state, found.figures[which]) == (Found.BROKEN, 1)


@pytest.mark.parametrize("addresses", [[NOWHERE], []])
def test_where_nobody_answers_nothing_is_said(addresses: list[str]) -> None:
    with pytest.raises(Unavailable):
        look(*addresses)


def test_a_host_is_told_from_the_same_one_and_from_what_is_no_address() -> None:
    html = '<img src="https://studio.example/a"><img src="blob:x"><script src="a.js"></script><form action="/b"></form>'
    assert list(Page(address="https://studio.example/", cookies=[], policy=POLICY, html=html).foreign()) == []
