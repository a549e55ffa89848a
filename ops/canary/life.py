"""One life: sign up, a figurine, a correction, a copy of everything, and being forgotten; each step looked at.

What was not as promised is a finding; that the studio did not answer is none.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from common.contracts.consents import ANALYTICS, POLICY_VERSIONS
from common.probes import Finding
from ops.canary import leaving, photos
from ops.canary.archive import Archive
from ops.canary.memory import Memory, Self
from ops.canary.person import Person
from ops.demo.answers import ENDED, Figurine
from ops.demo.failures import DemoFailed, StudioAway
from ops.demo.waiting import wait_for

PHOTO: Final = Path(__file__).parents[2] / "examples" / "person.png"
NAMES: Final = ("Canary Before", "Canary After")
# What must be known of her in the end, by service.
HELD_BY: Final = ("gateway", "generation", "billing", "privacy")
STEP_SECONDS: Final = 60.0
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found about a promise; the probe's name is in `common.contracts.promises`."""

    promise: str
    probe: str
    finding: Finding


@dataclass(slots=True, kw_only=True)
class Belongings:
    """What she knows of her own, to look for it later."""

    figurine: Figurine | None = None
    picture: bytes = b""
    # What stands hidden in the photo she takes.
    hidden: str = ""
    links: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A life of one person; `person` is connected to the studio and not signed in yet."""

    person: Person
    memory: Memory
    domain: str
    # How long she waits for what takes its time, before she says that it did not come.
    patience: float = 600.0
    style: str = "acrylic-standee"

    def live(self) -> Iterator[Seen]:
        """Each thing as it was seen. Raises StudioAway where the studio does not answer: the next life clears up."""
        unfinished = self._clear_up()
        if unfinished is not None:
            yield unfinished
            return
        who, own = self.memory.begin(self.domain), Belongings()
        yield from self._made(who, own)
        yield from self._copied(own)
        yield self._look("R3", "a canary person is forgotten", lambda: self._leave(own))

    def _made(self, who: Self, own: Belongings) -> Iterator[Seen]:
        self.person.sign_up(email=who.email, password=who.password, name=NAMES[0], policy_version=POLICY_VERSIONS[-1])
        self.person.sign_in(email=who.email, password=who.password)
        # What is counted should be people.
        self.person.say(ANALYTICS, granted=False)
        wait_for(self._can_order, "The trial credits", seconds=STEP_SECONDS)
        yield self._look("U2", "a canary's photo becomes her figurine", lambda: self._have_a_figurine(own))

    def _have_a_figurine(self, own: Belongings) -> Finding:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            own.hidden, photo = photos.telling(PHOTO, Path(folder))
            ordered = self.person.order(photo, style=self.style, title="Canary", save_photo=True)
        made = wait_for(lambda: self._ended(ordered.id), "Her figurine", seconds=self.patience)
        seconds = time.monotonic() - began
        if made.state != "succeeded" or not made.pictures:
            raise DemoFailed(f"Her figurine ended as {made.state}.")
        picture = self.person.picture(made.id, made.pictures[0].n)
        own.figurine, own.picture = made, picture.content
        own.links = [f"/v1/figurines/{made.id}", f"/v1/figurines/{made.id}/pictures/1"]
        self._share(made.id, own)
        held = wait_for(lambda: self._gone(made.id), "The end of her photo", seconds=STEP_SECONDS)
        if any(given.figurine_id for given in self.person.disclosures().items):
            raise DemoFailed("A partner got something for a figurine of somebody who allowed nothing.")
        return Finding.of(
            f"A canary person's photo became the figurine she asked for in {seconds:.0f} s, was held for "
            f"{held} s, and went to no partner.",
            broken=False,
            seconds=round(seconds, 1),
            held_seconds=held,
        )

    def _copied(self, own: Belongings) -> Iterator[Seen]:
        if own.figurine is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            fetched: list[Archive] = []
            yield self._look("R1", "a canary's copy is whole", lambda: self._have_a_copy(own, Path(folder), fetched))
            if fetched:
                (copy,) = fetched
                yield self._look("R2", "a canary's correction reached her copy", lambda: copy.corrected(NAMES))
                yield self._look("R4", "a canary's copy is in open formats", copy.open_formats)
                yield self._look("S3", "a canary's photo was stripped", lambda: copy.stripped(own.hidden))

    def _have_a_copy(self, own: Belongings, folder: Path, fetched: list[Archive]) -> Finding:
        self.person.correct(NAMES[1])
        records = self._recorded()
        began = time.monotonic()
        request = self.person.ask("access")
        wait_for(lambda: self._ready(request.id), "Her copy", seconds=self.patience)
        seconds = time.monotonic() - began
        archive = folder / "archive.zip"
        self.person.fetch(request.id, archive)
        copy = Archive.read(archive)
        fetched.append(copy)
        copy.check_manifest()
        copy.check_contains(name=self.person.account().name, picture=own.picture)
        return Finding.of(
            f"A canary person's record named {records} of her rows; her copy came after {seconds:.0f} s with "
            f"{len(copy.files)} files, each as its list says, with her name and her picture in it.",
            broken=False,
            records=records,
            files=len(copy.files),
            seconds=round(seconds, 1),
        )

    def _clear_up(self) -> Seen | None:
        """Erase whom the life before left behind; that this does not come to its end is a finding as well."""
        try:
            leaving.clear_up(self.person, self.memory, seconds=self.patience)
        except StudioAway:
            raise
        except DemoFailed as failure:
            checked = f"A canary person whose life was cut short is still not forgotten: {_for_everybody(failure)}"
            finding = Finding.of(checked, broken=True)
            return Seen(promise="R3", probe="a canary person is forgotten", finding=finding)
        return None

    def _leave(self, own: Belongings) -> Finding:
        return leaving.leave(self.person, self.memory, own.links, seconds=self.patience)

    def _look(self, promise: str, probe: str, check: Callable[[], Finding]) -> Seen:
        """What is not as promised breaks the promise."""
        try:
            finding = check()
        except StudioAway:
            raise
        except DemoFailed as failure:
            finding = Finding.of(f"A canary person looked: {_for_everybody(failure)}", broken=True)
        return Seen(promise=promise, probe=probe, finding=finding)

    def _recorded(self) -> int:
        record = self.person.record()
        away = [service.service for service in record.services if not service.available]
        if away:
            raise StudioAway(f"The record is without {', '.join(away)}.")
        counts = {service.service: sum(item.count or 0 for item in service.items) for service in record.services}
        nothing = [service for service in HELD_BY if not counts.get(service)]
        if nothing:
            raise DemoFailed(f"Her record names nothing of hers in {', '.join(nothing)}.")
        return sum(counts.values())

    def _share(self, figurine: UUID, own: Belongings) -> None:
        link = self.person.share(figurine)
        if self.person.status(link) != 200:
            raise DemoFailed("Her public link did not show her figurine.")
        own.links += [link, f"{link}/pictures/1"]

    def _can_order(self) -> bool | None:
        offered = {style.id for style in self.person.styles()}
        return (self.person.balance().available > 0 and self.style in offered) or None

    def _ended(self, figurine: UUID) -> Figurine | None:
        made = self.person.figurine(figurine)
        return made if made.state in ENDED else None

    def _gone(self, figurine: UUID) -> int | None:
        hers = self.person.photos()
        held = [upload for upload in hers.uploads if upload.figurine_id == figurine]
        return hers.proofs[0].held_seconds if hers.proofs and not held else None

    def _ready(self, request: UUID) -> bool | None:
        return self.person.request(request).state == "ready" or None


def _for_everybody(failure: DemoFailed) -> str:
    """What failed, without the ids of whose it was: a finding is public."""
    return _ID.sub("…", str(failure)).removesuffix(" Look with `make logs`.")
