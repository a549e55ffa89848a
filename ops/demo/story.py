"""The demo from the sign-up to the proof that the photos are gone, each step checked."""

import io
import secrets
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PIL import Image
from rich.console import Console

from common.clock import SYSTEM_CLOCK
from ops.demo import mail, progress, report
from ops.demo.answers import ENDED, Figurine, Movement, News, Photos, Picture
from ops.demo.endpoints import PROJECT, Endpoints
from ops.demo.failures import DemoFailed
from ops.demo.studio import Studio
from ops.demo.waiting import wait_for

NAME = "Ada"
POLICY_VERSION = "2026-11-27"
OUT = PROJECT / "examples" / "out"
# The first start of a machine is slow; a warm one takes a second for each of these.
STEP_SECONDS = 30.0
RENDER_SECONDS = 120.0
SUFFIXES: Mapping[str, str] = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
UNAUTHENTICATED = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A photo, and what is to become of it."""

    photo: Path
    style: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A demo person: another one every time, so that the demo can be repeated."""

    email: str
    password: str


WISHES = (
    Wish(photo=PROJECT / "examples" / "person.png", style="window-box", title="Ada"),
    Wish(photo=PROJECT / "examples" / "cat.png", style="acrylic-standee", title="Chelsea"),
)


def tell(console: Console, studio: Studio, endpoints: Endpoints) -> None:
    """Live through the whole demo. Raises DemoFailed at the first thing that is not as promised."""
    visitor = sign_up(console, studio, endpoints)
    seq = wait_for_credits(console, studio)
    ordered = order(console, studio)
    ended = follow(console, studio, ordered, after=seq)
    for figurine, wish in zip(ended, WISHES, strict=True):
        keep_picture(console, studio, figurine, wish)
    show_statement(console, studio, ended)
    show_evidence(console, studio, len(ended))
    report.where_to_look(console, endpoints, email=visitor.email, password=visitor.password)


def sign_up(console: Console, studio: Studio, endpoints: Endpoints) -> Visitor:
    """Open an account, find the mail, confirm the address with it, sign in."""
    email = f"ada-{SYSTEM_CLOCK.new_id().hex[-8:]}@example.org"
    visitor = Visitor(email=email, password=secrets.token_urlsafe(12))
    studio.sign_up(email=visitor.email, password=visitor.password, name=NAME, policy_version=POLICY_VERSION)
    console.print(f"Signed up {visitor.email}.")
    letter = wait_for(lambda: mail.find(endpoints.mail, visitor.email), "The verification mail", seconds=STEP_SECONDS)
    console.print(f"Mail arrived: “{letter.subject}” in {report.relative(letter.path)}", soft_wrap=True)
    if not studio.confirm(letter.token).verified:
        message = "The link of the mail did not confirm the address."
        raise DemoFailed(message)
    studio.sign_in(email=visitor.email, password=visitor.password)
    console.print("The token of its link confirmed the address. Signed in.")
    return visitor


def wait_for_credits(console: Console, studio: Studio) -> int:
    """Wait for the trial credits and the styles; returns the number of the last news."""
    for news in studio.news(after=0, seconds=STEP_SECONDS):
        if news.type == "credits.changed" and news.available:
            console.print(f"Trial credits: {news.available}.")
            wait_for(lambda: _styles(studio), "The style wall", seconds=STEP_SECONDS)
            return news.seq
    message = "The trial credits did not come. Look with `make logs`."
    raise DemoFailed(message)


def order(console: Console, studio: Studio) -> list[Figurine]:
    """Order both figurines at the same time."""
    with ThreadPoolExecutor(len(WISHES)) as threads:
        orders = [threads.submit(studio.order, wish.photo, style=wish.style, title=wish.title) for wish in WISHES]
        ordered = [each.result() for each in orders]
    console.print("\n[bold]Two figurines at once[/]")
    for figurine, wish in zip(ordered, WISHES, strict=True):
        console.print(f"  {wish.photo.name} → {wish.style}, titled {figurine.title}: {_credits(figurine.price)}")
    return ordered


def follow(console: Console, studio: Studio, ordered: Sequence[Figurine], *, after: int) -> list[Figurine]:
    """Follow the live progress until both have ended well."""
    names = {figurine.id: f"{figurine.title} ({figurine.style})" for figurine in ordered}
    waiting = set(names)
    began = time.monotonic()
    with progress.shown(console, names) as show:
        for news in studio.news(after=after, seconds=RENDER_SECONDS):
            show(news)
            waiting -= _ended(news)
            if not waiting:
                break
    if waiting:
        message = f"{len(waiting)} of {len(names)} figurines did not end within {RENDER_SECONDS:.0f} s."
        raise DemoFailed(message)
    console.print(f"Both ended after {time.monotonic() - began:.1f} s.")
    return [studio.figurine(figurine.id) for figurine in ordered]


def keep_picture(console: Console, studio: Studio, figurine: Figurine, wish: Wish) -> None:
    """Download the picture, and see that strangers do not get it."""
    if figurine.state != "succeeded" or not figurine.pictures:
        why = figurine.failure.sentence if figurine.failure else f"It ended as {figurine.state}."
        message = f"There is no picture of {wish.photo.name}. {why}"
        raise DemoFailed(message)
    picture = figurine.pictures[0]
    answer = studio.picture(figurine.id, picture.n)
    _check(answer.content, picture)
    if studio.picture_for_strangers(figurine.id, picture.n) != UNAUTHENTICATED:
        message = "Somebody who is not signed in got an answer for a picture that is not theirs."
        raise DemoFailed(message)
    path = OUT / f"{wish.photo.stem}-{wish.style}{SUFFIXES[answer.headers['Content-Type']]}"
    OUT.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer.content)
    size = f"{picture.width} by {picture.height} pixels, {len(answer.content) // 1000} kB"
    console.print(f"  {report.relative(path)}  {size}")


def show_statement(console: Console, studio: Studio, figurines: Sequence[Figurine]) -> None:
    """Show that exactly what was delivered was charged."""
    movements = wait_for(lambda: _settled(studio, figurines), "The settlement of both holds", seconds=STEP_SECONDS)
    balance = studio.balance()
    granted = sum(movement.credits for movement in movements if movement.kind == "trial")
    expected = granted - sum(figurine.price for figurine in figurines)
    console.print()
    report.statement(console, movements, figurines, balance.available)
    if balance.held or balance.available != expected:
        message = f"The balance is {balance.available} with {balance.held} set aside; it should be {expected} with 0."
        raise DemoFailed(message)


def show_evidence(console: Console, studio: Studio, uploads: int) -> None:
    """Show that no upload is held, and since when."""
    photos = wait_for(lambda: _gone(studio, uploads), "The deletion of the uploads", seconds=STEP_SECONDS)
    console.print()
    report.evidence(console, photos)


def _check(content: bytes, picture: Picture) -> None:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        if image.size != (picture.width, picture.height):
            message = f"A picture of {image.size} pixels came; {picture.width} by {picture.height} were announced."
            raise DemoFailed(message)


def _styles(studio: Studio) -> bool | None:
    offered = {style.id for style in studio.styles()}
    return offered >= {wish.style for wish in WISHES} or None


def _ended(news: News) -> set[UUID]:
    return {news.figurine_id} if news.figurine_id and news.state in ENDED else set()


def _settled(studio: Studio, figurines: Sequence[Figurine]) -> list[Movement] | None:
    movements = studio.statement()
    captured = {movement.figurine_id for movement in movements if movement.kind == "capture"}
    return movements if captured >= {figurine.id for figurine in figurines} else None


def _gone(studio: Studio, uploads: int) -> Photos | None:
    photos = studio.photos()
    return photos if not photos.uploads and len(photos.proofs) == uploads else None


def _credits(number: int) -> str:
    return "1 credit" if number == 1 else f"{number} credits"
