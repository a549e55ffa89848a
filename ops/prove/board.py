"""How the promises stand, as anybody is told by the public door."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import httpx2

GREEN: Final = frozenset({"kept", "not_applicable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one probe of one service sees."""

    probe: str
    service: str
    state: str
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A promise; without views nobody looks at it."""

    state: str
    views: Sequence[View] = ()

    @property
    def red(self) -> bool:
        """Broken, or stale."""
        return self.state not in GREEN

    def sees(self, probe: str) -> View | None:
        """What is red about a probe: of several services, the first."""
        return next((view for view in self.views if view.probe == probe and view.state not in GREEN), None)


Standings = Mapping[str, Standing]


class Board(Protocol):
    """Where promises are read."""

    def read(self) -> Standings | None:
        """Those that somebody looks at, by their ids; None while nobody can say."""
        ...


class PublicBoard:
    """GET /v1/promises."""

    def __init__(self, url: str, *, ca: Path) -> None:
        context = ssl.create_default_context(cafile=ca)
        self._client = httpx2.Client(base_url=url, verify=context, timeout=10)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def read(self) -> Standings | None:
        """Those that somebody looks at; None while the door or privacy is away."""
        try:
            response = self._client.get("/v1/promises")
        except httpx2.HTTPError:
            return None
        return standings_of(response.json()) if response.is_success else None


def standings_of(answer: Mapping[str, Any]) -> Standings:
    """What the door answered."""
    return {
        item["id"]: Standing(
            state=item["state"],
            views=[
                View(
                    probe=view["probe"],
                    service=view["service"],
                    state=view["state"],
                    checked=view["checked"] or "Nothing has looked at it.",
                )
                for view in item["views"]
            ],
        )
        for item in answer["items"]
        if item["views"]
    }
