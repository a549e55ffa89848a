"""The gateway's command line, beside its roles: `python -m gateway news < letter.txt`, its first line the subject."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import TextIO

from common.errors import Invalid
from common.service import Command
from common.work import UnitOfWork
from gateway.domain.announcements import NEEDED, check_text
from gateway.repository import Work
from gateway.use_cases import announcements


class NothingToTell(Invalid):
    """A piece of news is a subject on the first line and the words below it."""


def commands(unit: UnitOfWork[Work]) -> Mapping[str, Command]:
    """What an operator may ask of the gateway."""
    return {"news": partial(send_news, unit)}


def send_news(unit: UnitOfWork[Work], *, letter: TextIO | None = None) -> None:
    """Have a piece of news in English sent to everybody who wants it, as from the console. Raises NothingToTell."""
    subject, _, words = (letter or sys.stdin).read().strip().partition("\n")
    if not subject.strip() or not words.strip():
        raise NothingToTell
    with unit.begin() as work:
        announcement_id = announcements.draft(work, {NEEDED: check_text(subject, words)})
        announcements.finish(work, announcement_id)
        readers, _ = work.news.readers()
        announcements.send(work, announcement_id, shown=readers)
    sys.stdout.write(f"Goes to {readers} people.\n")
