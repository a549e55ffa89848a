"""Promise T4: what a stranger's browser is given. No cookie, and nothing that comes from elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from common.errors import Unavailable
from common.probes.clear import Place
from common.probes.finding import Finding
from common.probes.probe import Probe
from common.settings import ServiceSettings

PAGES: Final = ("/", "/studio", "/privacy", "/promises", "/signup", "/signin")
# What a browser fetches, or tells, without being asked.
_FETCHED: Final = frozenset(
    {"src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest"}
)
_IN_STYLES: Final = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")
_OWN_SOURCES: Final = frozenset({"data:", "blob:"})
_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it came, with what it sets and what it lets a browser fetch."""

    address: str
    cookies: Sequence[str]
    policy: str
    html: str

    def foreign(self) -> Iterator[str]:
        """Hosts that a browser which shows it would come to."""
        reader = _Reader()
        reader.feed(self.html)
        home = urlsplit(self.address).netloc
        for address in reader.fetched:
            parts = urlsplit(urljoin(self.address, address))
            if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != home:
                yield parts.netloc

    def lets_in(self) -> list[str]:
        """What its content security policy lets a browser fetch from elsewhere; everything where it says nothing."""
        directives = [each.split() for each in self.policy.split(";") if each.split()]
        if not any(name == "default-src" for name, *_ in directives):
            return ["everything"]
        sources = {source for name, *given in directives if name.endswith("-src") for source in given}
        return sorted(source for source in sources if not source.startswith("'") and source not in _OWN_SOURCES)


class _Reader(HTMLParser):
    """Gathers what a page fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if value and (name in _FETCHED or (name == "href" and tag in {"link", "base"})):
                # Of a set of pictures each comes with its size behind it.
                self.fetched += (
                    [each.split()[0] for each in value.split(",") if each.split()] if name == "srcset" else [value]
                )
            elif value and name == "style":
                self.fetched += _IN_STYLES.findall(value)

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.fetched += _IN_STYLES.findall(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody without a cookie, who comes to the first of these addresses that answers."""

    addresses: Sequence[str]
    ca_file: Path | None

    @classmethod
    def of(cls, settings: ServiceSettings, *, public_url: str) -> Self:
        """At the public address; where that leads nowhere from here, at the door itself."""
        place = Place.bound(settings.bind)
        door = f"{'http' if settings.tls is None else 'https'}://{place.host}:{place.port}"
        return cls(addresses=[public_url, door], ca_file=settings.ca_file)

    def visit(self, paths: Sequence[str] = PAGES) -> list[Page]:
        """Every page there is at these paths. Raises Unavailable."""
        with urllib3.PoolManager(
            ca_certs=str(self.ca_file) if self.ca_file else None, retries=False, timeout=_SECONDS
        ) as http:
            for address in self.addresses:
                try:
                    return [page for path in paths if (page := _read(http, f"{address.rstrip('/')}{path}"))]
                except HTTPError:
                    continue
        raise Unavailable


def _read(http: urllib3.PoolManager, address: str) -> Page | None:
    response = http.request("GET", address, redirect=False)
    if response.status != 200 or not response.headers.get("content-type", "").startswith("text/html"):
        return None
    return Page(
        address=address,
        cookies=response.headers.getlist("set-cookie"),
        policy=response.headers.get("content-security-policy", ""),
        html=response.data.decode(errors="replace"),
    )


def nothing_from_elsewhere(stranger: Stranger) -> Probe:
    """Read the studio's public pages as a stranger.

    Broken on purpose: let a page set a cookie for a stranger, fetch a picture or script from another host, or take the
    Content-Security-Policy away.
    """
    return Probe(promise="T4", name="no cookie and nothing from elsewhere", check=lambda _look: _look_at(stranger))


def _look_at(stranger: Stranger) -> Finding:
    pages = stranger.visit()
    if not pages:
        raise Unavailable
    cookies = sum(len(page.cookies) for page in pages)
    foreign = sorted({host for page in pages for host in page.foreign()})
    let_in = sorted({source for page in pages for source in page.lets_in()})
    return Finding.of(
        f"{len(pages)} public pages were read as a stranger: they set {cookies} cookies, fetch from {len(foreign)} "
        f"other hosts{_named(foreign)}, and let a browser fetch from {len(let_in)}{_named(let_in)}.",
        broken=bool(cookies or foreign or let_in),
        pages=len(pages),
        cookies=cookies,
        foreign=len(foreign),
        let_in=len(let_in),
    )


def _named(names: Sequence[str]) -> str:
    return f" ({', '.join(names[:5])})" if names else ""
