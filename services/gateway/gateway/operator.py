"""The gateway's door for operators, on a machine that has the gateway's environment.

    python -m gateway.operator questions
    python -m gateway.operator show REFERENCE --as OPERATOR --because REASON
    python -m gateway.operator answer REFERENCE --as OPERATOR < answer.txt
    python -m gateway.operator close REFERENCE --as OPERATOR

What somebody wrote is shown only with a reason, which she reads under "Who looked at your data". Nothing here shows an
address: letters find their way without it. What was done is logged, with ids only.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, TextIO
from uuid import UUID

import structlog
import typer

from common import logs
from common.errors import Refused
from common.service import Service
from common.settings import SettingsRefused, load
from gateway.domain.tickets import Author, Ticket
from gateway.repository import Work
from gateway.settings import Settings
from gateway.use_cases import tickets
from gateway.wiring import build

log = structlog.get_logger(__name__)
app = typer.Typer(no_args_is_help=True, help="Questions to the studio, for operators.", add_completion=False)

Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="As in FS-7K3M9Q.")]
Operator = Annotated[str, typer.Option("--as", help="Who you are: a handle, not a name.")]
Reason = Annotated[str, typer.Option("--because", help="A sentence; whose data it is will read it.")]
LISTED = 100


@contextmanager
def _service() -> Generator[Service[Work]]:
    """The service; a refusal is told as a sentence, and ends with 1."""
    try:
        service = build(load(Settings))
    except SettingsRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(78) from None
    try:
        yield service
    except Refused as refusal:
        typer.echo(refusal.sentence, err=True)
        raise typer.Exit(1) from None
    finally:
        service.close()
        service.unit.database.close()


@app.callback()
def _open() -> None:
    logs.configure(service="gateway", role="operator")


@app.command()
def questions() -> None:
    """What waits for an answer, the longest first; nothing of what was written."""
    with _service() as service, service.unit.begin() as work:
        waiting = work.tickets.unanswered(limit=LISTED)
        now = work.clock.now()
    for ticket in waiting:
        hours = (now - (ticket.waiting_since or now)).total_seconds() / 3600
        typer.echo(f"{ticket.reference}  {ticket.state:8}  {ticket.topic:8}  waits {hours:6.1f} h  {_about(ticket)}")
    typer.echo(f"{len(waiting)} wait", err=True)


@app.command()
def show(reference: Reference, operator: Operator, reason: Reason) -> None:
    """What was written. That you look, and why, is told to whose it is."""
    with _service() as service, service.unit.begin() as work:
        thread = tickets.look(work, reference, operator=operator, reason=reason)
        name = _name(work, thread.ticket)
    # Only now is it sure that the look is on record.
    typer.echo(f"{thread.ticket.reference}  {thread.ticket.state}  {thread.ticket.topic}  {_about(thread.ticket)}")
    for message in thread.messages:
        who = "Figurine Studio" if message.author is Author.STUDIO else name or "No name given"
        typer.echo(f"\n{message.written_at:%Y-%m-%d %H:%M}  {who}\n{message.text}")
    log.info("question read", ticket_id=str(thread.ticket.id), operator=operator)


@app.command()
def answer(reference: Reference, operator: Operator) -> None:
    """Answer with what comes in; a letter says that there is an answer, and leads to it."""
    text = read_answer(sys.stdin)
    with _service() as service:
        with service.unit.begin(person=_whose(service, reference)) as work:
            answered = tickets.answer(work, reference, text, operator=operator)
        typer.echo(f"{answered.reference} is answered.")
        log.info("question answered", ticket_id=str(answered.id), operator=operator)


@app.command()
def close(reference: Reference, operator: Operator) -> None:
    """Close a question, as one that is none."""
    with _service() as service:
        with service.unit.begin(person=_whose(service, reference)) as work:
            closed = tickets.end(work, reference, operator=operator)
        typer.echo(f"{closed.reference} is closed.")
        log.info("question closed", ticket_id=str(closed.id), operator=operator)


def read_answer(source: TextIO) -> str:
    """What comes in; who sits at a terminal is told how it ends."""
    if source.isatty():
        typer.echo("Write the answer, then Ctrl-D on a line of its own.", err=True)
    return source.read()


def _whose(service: Service[Work], reference: str) -> UUID | None:
    """Whose it is: nothing is begun for somebody who leaves."""
    with service.unit.begin() as work:
        return tickets.whose(work, reference)


def _name(work: Work, ticket: Ticket) -> str:
    if ticket.account_id is None:
        return work.tickets.sender_of(ticket).name
    account = work.accounts.find(ticket.account_id)
    return account.name if account else ""


def _about(ticket: Ticket) -> str:
    return "has an account" if ticket.account_id else "no account"


if __name__ == "__main__":
    app()
