"""The gateway's door for operators, on a machine that has the gateway's environment.

    python -m gateway.operator questions
    python -m gateway.operator show REFERENCE --as OPERATOR --because REASON
    python -m gateway.operator answer REFERENCE --as OPERATOR < answer.txt
    python -m gateway.operator close REFERENCE --as OPERATOR
    python -m gateway.operator crowd ANOMALY_ID --as OPERATOR --because REASON
    python -m gateway.operator bounce < message
    python -m gateway.operator staff list
    python -m gateway.operator staff add EMAIL --role analyst --as OPERATOR
    python -m gateway.operator staff remove ACCOUNT_ID --role analyst --as OPERATOR

What is somebody's own is shown only with a reason, which she reads under "Who looked at your data". Nothing here shows
an address of mail: letters find their way without it. What was done stands in the audit trail, and in the log with ids
only.
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
from gateway.adapters.links import Links
from gateway.domain.announcements import LetterState
from gateway.domain.bounces import MOST_BYTES, NoBounce, read_bounce
from gateway.domain.staff import Role, Shell
from gateway.domain.tickets import Author, Ticket
from gateway.repository import Work
from gateway.settings import Settings
from gateway.use_cases import crowds, desk, news, staff, tickets
from gateway.wiring import build

log = structlog.get_logger(__name__)
app = typer.Typer(no_args_is_help=True, help="What is left to operators.", add_completion=False)
staff_app = typer.Typer(no_args_is_help=True, help="Who of the studio may do what in the console.")
app.add_typer(staff_app, name="staff")

Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="As in FS-7K3M9Q.")]
Operator = Annotated[str, typer.Option("--as", help="Who you are: a handle, not a name.")]
Reason = Annotated[str, typer.Option("--because", help="A sentence; whose data it is will read it.")]
RoleOption = Annotated[Role, typer.Option("--role", help="As what.")]
LISTED = 100
AT_SHELL = "Changed at the machine's shell"


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
        thread, name = desk.look_at_question(work, Shell(handle=operator), reference, reason=reason)
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
            answered = desk.answer_question(work, Shell(handle=operator), reference, text)
        typer.echo(f"{answered.reference} is answered.")
        log.info("question answered", ticket_id=str(answered.id), operator=operator)


@app.command()
def close(reference: Reference, operator: Operator) -> None:
    """Close a question, as one that is none."""
    with _service() as service:
        with service.unit.begin(person=_whose(service, reference)) as work:
            closed = desk.close_question(work, Shell(handle=operator), reference)
        typer.echo(f"{closed.reference} is closed.")
        log.info("question closed", ticket_id=str(closed.id), operator=operator)


@app.command()
def crowd(
    anomaly_id: Annotated[UUID, typer.Argument(metavar="ANOMALY_ID")], operator: Operator, reason: Reason
) -> None:
    """From where many accounts were opened on one day. That you look, and why, is told to whose they are."""
    with _service() as service, service.unit.begin() as work:
        opened = crowds.look(work, Shell(handle=operator), anomaly_id, reason=reason)
    for each in opened:
        typer.echo(f"{each.at:%Y-%m-%d %H:%M:%S}  {each.account_id}  {each.address}")
    log.info("crowd read", anomaly_id=str(anomaly_id), accounts=len(opened), operator=operator)


@app.command()
def bounce() -> None:
    """Note that a letter of news came back: the message comes in as the mail server got it."""
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    with _service() as service:
        (links,) = [port for port in service.ports if isinstance(port, Links)]
        found = read_bounce(raw)
        mail_id = links.read_trace(found.trace)
        if mail_id is None:
            raise NoBounce
        with service.unit.begin() as work:
            noted = news.settle(work, mail_id, LetterState.BOUNCED, of_mailbox=found.of_mailbox)
        typer.echo("It is noted." if noted else "That was noted before, or it is too long ago.")
        log.info("letter came back", mail_id=str(mail_id), noted=noted, of_mailbox=found.of_mailbox)


@staff_app.command("list")
def list_staff() -> None:
    """Everybody who has a role, by the id of her account."""
    with _service() as service, service.unit.begin() as work:
        members = staff.read(work)
    for member in members:
        typer.echo(f"{member.account_id}  {member.role:8}  since {member.given_at:%Y-%m-%d}  by {member.operator}")


@staff_app.command("add")
def add_staff(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Of her account, which she opened before.")],
    role: RoleOption,
    operator: Operator,
) -> None:
    """Give somebody a role."""
    with _service() as service:
        with service.unit.begin() as work:
            account_id = staff.give(work, Shell(handle=operator), email, role, reason=AT_SHELL)
        typer.echo(f"{account_id} is {role} now.")
        log.info("role given", account_id=str(account_id), role=role, operator=operator)


@staff_app.command("remove")
def remove_staff(
    account_id: Annotated[UUID, typer.Argument(metavar="ACCOUNT_ID")], role: RoleOption, operator: Operator
) -> None:
    """Take a role away; it counts from the next request on."""
    with _service() as service:
        with service.unit.begin() as work:
            staff.take(work, Shell(handle=operator), account_id, role, reason=AT_SHELL)
        typer.echo(f"{account_id} is no {role} any more.")
        log.info("role taken", account_id=str(account_id), role=role, operator=operator)


def read_answer(source: TextIO) -> str:
    """What comes in; who sits at a terminal is told how it ends."""
    if source.isatty():
        typer.echo("Write the answer, then Ctrl-D on a line of its own.", err=True)
    return source.read()


def _whose(service: Service[Work], reference: str) -> UUID | None:
    """Whose it is: nothing is begun for somebody who leaves."""
    with service.unit.begin() as work:
        return tickets.whose(work, reference)


def _about(ticket: Ticket) -> str:
    return "has an account" if ticket.account_id else "no account"


if __name__ == "__main__":
    app()
