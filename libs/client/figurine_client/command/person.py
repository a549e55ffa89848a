"""Who one is: `signin` `signout`, and `export`, for which a key is not enough."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from figurine_client.command import credentials, exits, progress, settings
from figurine_client.command.credentials import Credentials
from figurine_client.command.desk import AsJson, ask_secret, desk, say_json
from figurine_client.errors import NotAllowed, StudioError, WaitedTooLong
from figurine_client.models.privacy import PrivacyRequest
from figurine_client.patience import pause
from figurine_client.studio import Studio

_POLL_SECONDS: Final = 2.0
# Not yet ready, and not over.
_ON_ITS_WAY: Final = frozenset({"received", "verifying", "waiting", "fenced", "executing"})
_THERE: Final = frozenset({"ready", "partially_executed"})


def signin(
    *,
    url: Annotated[str | None, typer.Option(help="The studio's address.", show_default=False)] = None,
    ca: Annotated[Path | None, typer.Option(help="What its certificate is checked against, if it has its own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a studio's address and an API key, for this person only (mode 0600).

    The key is asked for, or taken from FIGURINE_API_KEY; it is made on the studio's page /developers.
    """
    with exits.telling():
        known = settings.read()
        address = url or known.url or typer.prompt("The studio's address (https://…)", err=True)
        key = known.api_key or ask_secret("API key (fig_…)")
        certificates = ca or known.ca
        given = Credentials(url=address, ca=certificates.resolve() if certificates else None, api_key=key.strip())
        with credentials.connect(given) as studio, suppress(NotAllowed):
            # A key without this scope is one all the same.
            studio.credits.balance()
        path = credentials.keep(known, given)
        if as_json:
            say_json({"url": given.url, "kept_in": str(path)})
        else:
            typer.echo(f"Signed in at {given.url}; kept in {path}.")


def signout(*, as_json: AsJson = False) -> None:
    """Forget address and key. The key itself is revoked on the studio's page /developers."""
    with exits.telling():
        there = credentials.forget(settings.read())
        if as_json:
            say_json({"forgotten": there})
        else:
            typer.echo("Forgotten." if there else "There was nothing to forget.")


def export(
    *,
    out: Annotated[Path, typer.Option(help="The ZIP to write.")] = Path("figurine-copy.zip"),
    email: Annotated[str | None, typer.Option(help="The account's address; asked for if it is not given.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait at most.")] = 600.0,
    as_json: AsJson = False,
) -> None:
    """Fetch a copy of everything the studio stores about you.

    No key may do that: the password is asked for, and the session ends with the command. A copy that was asked for
    before, and is on its way or ready, is gone on with.
    """
    with desk() as at:
        address = email or typer.prompt("E-mail", err=True)
        at.studio.sign_in(address, ask_secret("Password"), code=_code)
        try:
            request = _ready(at.studio, timeout)
            fetched = at.studio.privacy.archive(request.id, out)
        finally:
            with suppress(StudioError):
                at.studio.sign_out()
        if as_json:
            say_json({"request": request.model_dump(mode="json"), "file": str(fetched.path), "bytes": fetched.bytes})
        else:
            typer.echo(fetched.path)


def _ready(studio: Studio, seconds: float) -> PrivacyRequest:
    request = next(_begun(studio), None) or studio.privacy.ask("access")
    end = time.monotonic() + seconds
    with progress.line() as line:
        while not _is_there(request):
            if request.state not in _ON_ITS_WAY:
                raise CopyRefused(f"The copy was not made: the request is {request.state}.")
            if time.monotonic() > end:
                raise WaitedTooLong("The copy is not ready yet; run the same command again to go on.")
            line.say(f"The copy is being made; {', '.join(request.missing) or 'nobody'} not done yet")
            pause(_POLL_SECONDS)
            request = studio.privacy.request(request.id)
    return request


class CopyRefused(StudioError):
    """There will be no copy."""


def _begun(studio: Studio) -> Iterator[PrivacyRequest]:
    """Copies that are on their way, or there and not over."""
    for listed in studio.privacy.requests():
        if listed.kind == "access" and listed.state in _ON_ITS_WAY | _THERE:
            # Only a request that is asked for by itself tells of its archive.
            request = studio.privacy.request(listed.id)
            if request.state in _ON_ITS_WAY or _is_there(request):
                yield request


def _is_there(request: PrivacyRequest) -> bool:
    """Whether it can be fetched; who has not given a part in time is named in the copy."""
    now = datetime.now(UTC)  # noqa: TID251 - compared with what the studio says, nothing kept
    return request.state in _THERE and request.archive is not None and request.archive.expires_at > now


def _code(ways: Sequence[str]) -> str:
    said = " or ".join(each.replace("_", " ") for each in ways if each != "passkey") or "code"
    return typer.prompt(f"Second factor ({said})", err=True)
