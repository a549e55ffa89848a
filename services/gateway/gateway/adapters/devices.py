"""What is told of a device: the user agent by ua-parser, the country by a database on this machine, if there is one.

Neither the user agent nor the address leaves this file. What a program calls itself may be anything, a name as well:
of families only those are told that many have.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol, cast

import maxminddb
from ua_parser import Result, parse

from gateway.domain.usage import OTHER, UNKNOWN, Device, Facts, network_of

# Names of ua-parser's by those that are told.
_BROWSERS: Final[Mapping[str, str]] = {
    "Chrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chromium": "Chrome",
    "HeadlessChrome": "Chrome",
    "Firefox": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Safari": "Safari",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Edge": "Edge",
    "Edge Mobile": "Edge",
    "Opera": "Opera",
    "Opera Mobile": "Opera",
    "Opera Mini": "Opera",
    "Samsung Internet": "Samsung Internet",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Vivaldi": "Vivaldi",
    "Brave": "Brave",
    "curl": "curl",
    "Python Requests": "Python",
    "Python/urllib": "Python",
    "Python aiohttp": "Python",
}
_SYSTEMS: Final[Mapping[str, str]] = {
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "iOS": "iOS",
    "Android": "Android",
    "Chrome OS": "ChromeOS",
    "Linux": "Linux",
    "Ubuntu": "Linux",
    "Fedora": "Linux",
    "Debian": "Linux",
}
_DESKTOPS: Final = frozenset({"Windows", "macOS", "ChromeOS", "Linux"})
_ROBOTS: Final = ("HeadlessChrome",)
_LONGEST: Final = 300
_ALPHA_2: Final = re.compile(r"[A-Z]{2}")


class _Database(Protocol):
    """What is needed of one; what it holds depends on its maker."""

    def get(self, ip_address: str) -> object: ...

    def close(self) -> None: ...


class Countries:
    """A MaxMind database on the studio's own disk: nobody is asked."""

    def __init__(self, file: Path) -> None:
        self._reader = cast("_Database", maxminddb.open_database(str(file)))  # pyright: ignore[reportUnknownMemberType] - the library's

    def of(self, network: str) -> str | None:
        """The country of a network (ISO 3166-1), as far as the database knows."""
        found = self._reader.get(network.partition("/")[0])
        return _code(_part(_part(found, "country"), "iso_code"))

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


class Devices:
    """Tells what may be told of a device."""

    def __init__(self, countries: Countries | None = None) -> None:
        self._countries = countries

    def seen(self, *, agent: str, address: str) -> Facts:
        """What is known by a user agent and an address, without either."""
        known = parse(agent[:_LONGEST])
        network = network_of(address)
        return Facts(
            device=_device(known, agent),
            os=_family(known.os and known.os.family, _SYSTEMS),
            browser=_family(known.user_agent and known.user_agent.family, _BROWSERS),
            network=network,
            country=self._countries.of(network) if self._countries and network else None,
        )

    def close(self) -> None:
        """Let go of the database."""
        if self._countries:
            self._countries.close()


def _part(found: object, name: str) -> object:
    return cast("Mapping[str, object]", found).get(name) if isinstance(found, dict) else None


def _code(found: object) -> str | None:
    return found if isinstance(found, str) and _ALPHA_2.fullmatch(found) else None


def _family(found: str | None, known: Mapping[str, str]) -> str:
    return UNKNOWN if found is None else known.get(found, OTHER)


def _device(known: Result, agent: str) -> Device:
    system = _family(known.os and known.os.family, _SYSTEMS)
    brand = (known.device and known.device.brand) or ""
    model = (known.device and known.device.model) or ""
    if brand == "Spider" or any(robot in agent for robot in _ROBOTS):
        return Device.BOT
    if system in {"iOS", "Android"}:
        return Device.TABLET if _is_tablet(system, brand, model, agent) else Device.PHONE
    if system in _DESKTOPS:
        return Device.DESKTOP
    return Device.OTHER if known.user_agent or known.device or known.os else Device.UNKNOWN


def _is_tablet(system: str, brand: str, model: str, agent: str) -> bool:
    # Of Android's browsers those on phones call themselves mobile, by their makers' word.
    return "iPad" in model if system == "iOS" else "Tablet" in f"{brand}{model}" or "Mobile" not in agent
