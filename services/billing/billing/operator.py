"""Billing's door for operators, on a machine that has billing's environment.

    python -m billing.operator account USER_ID
    python -m billing.operator propose USER_ID CREDITS REASON --as OPERATOR
    python -m billing.operator pending
    python -m billing.operator approve | decline ADJUSTMENT_ID --as OPERATOR
    python -m billing.operator laws
    python -m billing.operator code gift CREDITS | percent PERCENT | amount AMOUNT CURRENCY --label LABEL …
    python -m billing.operator codes
    python -m billing.operator withdraw CODE_ID

Whoever approves is somebody else than whoever proposed. What was done is logged, with ids only.
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import structlog
import typer

from billing.domain.adjustments import Adjustment
from billing.domain.codes import Worth
from billing.domain.laws import NAMED
from billing.repository import Work
from billing.settings import Settings
from billing.use_cases import adjusting, auditing, codes, ledger
from billing.use_cases.codes import Terms
from billing.wiring import build
from common import logs
from common.errors import Refused
from common.settings import SettingsRefused, load

log = structlog.get_logger(__name__)
app = typer.Typer(no_args_is_help=True, help="Credits, for operators.", add_completion=False)

Person = Annotated[UUID, typer.Argument(metavar="USER_ID")]
AdjustmentId = Annotated[UUID, typer.Argument(metavar="ADJUSTMENT_ID")]
Operator = Annotated[str, typer.Option("--as", help="Who you are: a handle, not a name.")]
LINES = 20


@contextmanager
def _work() -> Generator[Work]:
    """One transaction; a refusal is told as a sentence, and ends with 1."""
    try:
        service = build(load(Settings))
    except SettingsRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(78) from None
    try:
        with service.unit.begin() as work:
            yield work
    except Refused as refusal:
        typer.echo(refusal.sentence, err=True)
        raise typer.Exit(1) from None
    finally:
        service.unit.database.close()


@app.callback()
def _open() -> None:
    logs.configure(service="billing", role="operator")


@app.command()
def account(user_id: Person) -> None:
    """What a person has, in which lots, and the newest lines of the statement."""
    with _work() as work:
        wallet = ledger.read_wallet(work, user_id)
        lines = ledger.read_statement(work, user_id, before=None, limit=LINES)
    typer.echo(f"available {wallet.available}  held {wallet.held}  frozen {wallet.frozen}")
    for lot in wallet.lots:
        typer.echo(f"  {lot.free:6} {lot.kind:10} until {_day(lot.expires_at)}  {lot.source}")
    for line in lines:
        typer.echo(f"{line.at:%Y-%m-%d %H:%M}  {line.credits:+6} = {line.balance:6}  {line.reason}")
    log.info("account read", user_id=str(user_id))


@app.command()
def propose(
    user_id: Person,
    credits: Annotated[int, typer.Argument(help="With a minus (after --) to take them.")],
    reason: Annotated[str, typer.Argument(help="A sentence; it stands on the person's statement.")],
    operator: Operator,
) -> None:
    """Propose to give or take credits; nothing moves until somebody else approves."""
    with _work() as work:
        adjustment_id = adjusting.propose(work, user_id, credits, reason, operator=operator)
    typer.echo(str(adjustment_id))
    log.info("adjustment proposed", adjustment_id=str(adjustment_id), user_id=str(user_id), operator=operator)


@app.command()
def pending() -> None:
    """What waits for a second person."""
    with _work() as work:
        waiting = adjusting.pending(work)
    for each in waiting:
        typer.echo(f"{each.id}  {each.user_id}  {each.credits:+}  by {each.proposed_by}: {each.reason}")
    typer.echo(f"{len(waiting)} wait", err=True)


@app.command()
def approve(adjustment_id: AdjustmentId, operator: Operator) -> None:
    """Do what somebody else proposed."""
    with _work() as work:
        adjustment = adjusting.approve(work, adjustment_id, operator=operator)
    _told("adjustment approved", adjustment, operator)


@app.command()
def decline(adjustment_id: AdjustmentId, operator: Operator) -> None:
    """Let a proposal be."""
    with _work() as work:
        adjustment = adjusting.decline(work, adjustment_id, operator=operator)
    _told("adjustment declined", adjustment, operator)


@app.command()
def laws() -> None:
    """Look whether the books add up: all of them, so this takes as long as they are large."""
    with _work() as work:
        work.audits.patient()
        found = auditing.find_violations(work, stale_after=timedelta(hours=load(Settings).stale_hold_hours))
    for law, offenders in found.items():
        typer.echo(f"{len(offenders):6}  {law}  {' '.join(offenders[:NAMED])}".rstrip())
    raise typer.Exit(1 if any(found.values()) else 0)


@app.command()
def code(
    kind: Annotated[str, typer.Argument(help="gift, percent or amount")],
    number: Annotated[int, typer.Argument(help="credits, percent, or the currency's minor unit")],
    *,
    label: Annotated[str, typer.Option(help="What it is made for; no personal data.")],
    currency: Annotated[str | None, typer.Option(help="Of an amount.")] = None,
    days: Annotated[int | None, typer.Option(help="How long a gift's credits can be spent.")] = None,
    uses: Annotated[int, typer.Option(help="How often it can be used; 0 for no limit.")] = 1,
    per_person: Annotated[int, typer.Option(help="How often by one person.")] = 1,
    until: Annotated[datetime | None, typer.Option(help="Until when it can be used.")] = None,
    written: Annotated[str | None, typer.Option(help="A code of your own; random without it.")] = None,
) -> None:
    """Make a code. It is shown this once: only a digest of it is kept."""
    worth = {
        "gift": Worth(credits=number, expires_after_days=days),
        "percent": Worth(percent=number),
        "amount": Worth(amount=number, currency=currency),
    }.get(kind, Worth())
    terms = Terms(
        label=label,
        max_uses=uses or None,
        max_per_person=per_person,
        expires_at=until.astimezone() if until else None,
    )
    with _work() as work:
        made = codes.create(work, worth, terms, written=written)
    typer.echo(made)
    log.info("code made", kind=kind, label=label)


@app.command(name="codes")
def list_codes() -> None:
    """Every code by its id, what it is worth, and how often it was used."""
    with _work() as work:
        kept = work.codes.all()
    for each in kept:
        state = "withdrawn" if each.withdrawn_at else f"until {_day(each.expires_at)}"
        typer.echo(f"{each.id}  {each.uses}/{each.max_uses or '∞'}  {_worth(each.worth)}  {state}  {each.label}")


@app.command()
def withdraw(code_id: Annotated[UUID, typer.Argument(metavar="CODE_ID")]) -> None:
    """Let nobody use a code any more; what it gave stays."""
    with _work() as work:
        withdrawn = work.codes.withdraw(code_id)
    typer.echo("withdrawn" if withdrawn else "There is no such code, or it was withdrawn before.", err=not withdrawn)
    log.info("code withdrawn", code_id=str(code_id), done=withdrawn)
    raise typer.Exit(0 if withdrawn else 1)


def _told(what: str, adjustment: Adjustment, operator: str) -> None:
    typer.echo(f"{what}: {adjustment.credits:+} for {adjustment.user_id}")
    log.info(what, adjustment_id=str(adjustment.id), user_id=str(adjustment.user_id), operator=operator)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "for ever"


def _worth(worth: Worth) -> str:
    if worth.credits:
        return f"{worth.credits} credits"
    return f"{worth.percent} %" if worth.percent else f"{worth.amount} {worth.currency}"


if __name__ == "__main__":
    app()
