"""How the command ends: numbers for scripts, one sentence for people."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum

import typer

from figurine_client.command.credentials import NobodyYet
from figurine_client.command.private_files import ReadableByOthers
from figurine_client.connection import KeyInTheClear, NoSuchKey
from figurine_client.errors import (
    Busy,
    CreditsNeeded,
    NotAllowed,
    NotGenuine,
    NotSignedIn,
    Refused,
    SecondFactorNeeded,
    StudioAway,
    StudioError,
    WaitedTooLong,
)


class Exit(IntEnum):
    """What the number means."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    NO_CREDITS = 4
    AWAY = 5
    NO_PICTURE = 6
    NOT_TRUE = 7
    INTERRUPTED = 130


MEANINGS = {
    Exit.DONE: "done",
    Exit.REFUSED: "the studio said no; stderr says why",
    Exit.USAGE: "not understood: an option is missing or wrong",
    Exit.NOT_SIGNED_IN: "no key, or one that may not do this",
    Exit.NO_CREDITS: "not enough credits",
    Exit.AWAY: "the studio is away or busy, or it took too long; ask again",
    Exit.NO_PICTURE: "the figurine ended without a picture; it cost nothing",
    Exit.NOT_TRUE: "a check failed: a promise is broken, a webhook is not genuine",
    Exit.INTERRUPTED: "interrupted; run the same command again to go on",
}

_KINDS: tuple[tuple[tuple[type[StudioError], ...], Exit], ...] = (
    ((NotSignedIn, NotAllowed, NoSuchKey, NobodyYet, ReadableByOthers, SecondFactorNeeded), Exit.NOT_SIGNED_IN),
    ((CreditsNeeded,), Exit.NO_CREDITS),
    ((Busy, StudioAway, WaitedTooLong), Exit.AWAY),
    ((NotGenuine,), Exit.NOT_TRUE),
    ((KeyInTheClear,), Exit.USAGE),
)


@contextmanager
def telling() -> Generator[None]:
    """Errors as one sentence on stderr, and the number that belongs to them."""
    try:
        yield
    except StudioError as error:
        fail(sentence(error), of(error))
    except BrokenPipeError:
        # Who reads has enough, as in `figurine list | head`; what is still to be flushed has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(Exit.DONE) from None
    except OSError as error:
        fail(f"{error.filename or 'A file'}: {error.strerror or error}.", Exit.USAGE)
    except KeyboardInterrupt:
        fail("Interrupted.", Exit.INTERRUPTED)


def of(error: StudioError) -> Exit:
    """The number of an error."""
    return next((number for kinds, number in _KINDS if isinstance(error, kinds)), Exit.REFUSED)


def sentence(error: StudioError) -> str:
    """What is to be said about it: what was wrong with which field, and the request's id where it helps support."""
    said = str(error)
    if isinstance(error, Refused):
        said += "".join(f" {field}: {message}." for field, message in error.problem.errors)
        if error.status >= 500 and error.problem.request_id:
            said += f" (request {error.problem.request_id})"
    return said


def fail(message: str, number: Exit) -> None:
    """End with a sentence. Raises typer.Exit."""
    typer.echo(f"figurine: {message}", err=True)
    raise typer.Exit(number)
