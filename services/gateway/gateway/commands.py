"""The gateway's command line, beside its roles: `python -m gateway news < letter.txt`, its first line the headline."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import TextIO

from common.errors import Invalid
from common.service import Command
from common.work import UnitOfWork
from gateway.repository import Work
from gateway.use_cases import mails


class NothingToTell(Invalid):
    """A piece of news is a headline on the first line and the text below it."""


def commands(unit: UnitOfWork[Work]) -> Mapping[str, Command]:
    """What an operator may ask of the gateway."""
    return {"news": partial(send_news, unit)}


def send_news(unit: UnitOfWork[Work], *, letter: TextIO | None = None) -> None:
    """Have a piece of news written to everybody who wants news, and nobody else. Raises NothingToTell."""
    headline, _, text = (letter or sys.stdin).read().strip().partition("\n")
    if not headline.strip() or not text.strip():
        raise NothingToTell
    with unit.begin() as work:
        readers = mails.write_news(work, {"headline": headline.strip(), "text": text.strip()})
    sys.stdout.write(f"Goes to {readers} people.\n")
