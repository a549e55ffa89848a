"""Somebody takes something back, and what depends on it: with the news of it heard, lost, or still on its way."""

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final
from uuid import UUID

import analytics.use_cases as counting
from analytics.domain import Pseudonyms
from common.contracts import Event
from common.contracts.consents import ANALYTICS, GEMINI, NEWS, QUALITY, SAVING
from common.service import Service
from common.work import UnitOfWork
from gateway.commands import send_news
from gateway.domain.policies import Pace
from gateway.jobs.heralding import Herald
from gateway.use_cases import mails
from privacy import use_cases
from privacy.domain import How
from tests.fakes.house import Room
from tests.integration.gateway.studio import Person, Studio

POLICY: Final = "2026-11-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """The studio with analytics behind it, too."""

    studio: Studio
    counting: Service[Any]

    def room(self, name: str) -> Room:
        """One service of it."""
        (found,) = [room for room in self.studio.rooms if room.unit.service == name]
        return found

    def unit(self, name: str) -> UnitOfWork[Any]:
        """Its rows."""
        return self.room(name).unit

    def settle(self, *, silent: str = "", deaf: type[Event] | None = None) -> None:
        """Let everything come to its end; the relay of `silent` stands still, and news of `deaf` are lost."""
        talking = [room for room in self.studio.rooms if room.unit.service != silent]
        while True:
            moved = [room.publish(self.studio.rooms) for room in talking]
            for room in self.studio.rooms:
                room.arriving[:] = [each for each in room.arriving if deaf is None or not isinstance(each.event, deaf)]
                room.take_all()
            if not any(moved) and not any(step() for step in self._steps()):
                return

    def _steps(self) -> list[Callable[[], int]]:
        studio = self.studio
        return [
            studio.album.save_photos,
            studio.workshop.render_next,
            studio.workshop.delete_uploads,
            studio.album.delete_photos,
        ]

    def withdraw(self, ada: Person, purpose: str) -> None:
        """At another door of the studio, so that this one hears of it as everybody else does."""
        self.say(ada, purpose, granted=False)

    def say(self, ada: Person, purpose: str, *, granted: bool) -> None:
        """The same, yes or no."""
        with self.unit("privacy").begin() as work:
            use_cases.change_consent(work, ada.id, purpose, granted=granted, policy_version=POLICY, how=How.API)

    def facts(self, ada: Person) -> int:
        """How many ends are counted under her pseudonyms."""
        (pseudonyms,) = [port for port in self.counting.ports if isinstance(port, Pseudonyms)]
        with self.counting.unit.begin() as work:
            names = counting.names_in_months(work, ada.id, pseudonyms)
        with self.counting.unit.database.begin() as connection:
            row = connection.execute(
                "SELECT count(*) FROM facts WHERE kind = 'figurine' AND subject = ANY(%s)", [names]
            ).fetchone()
        assert row is not None
        return int(row[0])

    def counted(self) -> int:
        """How many ends of everybody are counted."""
        with self.counting.unit.database.begin() as connection:
            row = connection.execute(
                "SELECT coalesce(sum(facts), 0) FROM rollups_of_days WHERE kind = 'figurine'"
            ).fetchone()
        assert row is not None
        return int(row[0])


# What goes on for somebody who allows it. Each is begun first, and then asked whether it still goes on.


def saved_photos_are_kept(ada: Person) -> bool:
    """Whether a photo of hers is there for next time."""
    return bool(ada.get("/v1/photos").get_json()["saved"])


def news_are_sent(everywhere: Everywhere, ada: Person) -> bool:
    """Whether a piece of news that was written for her before goes out to her now."""
    with everywhere.unit("gateway").database.begin() as connection:
        # Other tests' letters wait for nobody.
        connection.execute("DELETE FROM mails WHERE account_id IS DISTINCT FROM %s", [ada.id])
    with everywhere.unit("gateway").begin() as work:
        work.mails.add(ada.id, "news", parameters={"headline": "A new style", "text": "It is there."})
        sent: list[Any] = []
        while (sending := mails.claim_mail(work)) is not None:
            sent.append((sending.mail.account_id, sending.mail.template))
            mails.settle_mail(work, sending, mails.Fate.SENT)
    return (ada.id, "news") in sent


def ratings_count(everywhere: Everywhere, ada: Person) -> bool:
    """Whether the quality report looks at what she thinks."""
    with everywhere.unit("generation").begin() as work:
        return work.consents.given(ada.id, QUALITY)


def write_news(everywhere: Everywhere) -> None:
    """An operator writes to everybody who wants news."""
    unit = everywhere.unit("gateway")
    send_news(unit, letter=StringIO("A new style\nIt is called stained glass.\n"))
    herald = Herald(unit=unit, pace=Pace(per_minute=60_000), withdraw=nobody_withdraws)
    # Until everybody was come to.
    while herald.write_next():
        pass


def nobody_withdraws(_account_id: UUID) -> None:
    """Nobody follows a link here."""


BEGUN: Final[dict[str, Callable[[Everywhere, Person], bool]]] = {
    SAVING: lambda _, ada: saved_photos_are_kept(ada),
    ANALYTICS: lambda everywhere, ada: everywhere.facts(ada) > 0,
    NEWS: news_are_sent,
    QUALITY: ratings_count,
    GEMINI: lambda _, ada: ada.order(style="window-box").status_code == 202,
}
