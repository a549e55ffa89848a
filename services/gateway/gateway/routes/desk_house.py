"""What waits in the rooms of machines and money, a line for each, as the overview shows it."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from gateway.domain.rooms import ENGINES, JOBS, LEDGER, LETTERS, POLICY, REFUNDS, Room
from gateway.routes import desk_jobs, desk_letters, desk_money, desk_policies
from gateway.routes.desk import colleague

Found: TypeAlias = tuple[Literal["calm", "waits", "urgent", "away"], str]


def _jobs() -> Found:
    found = desk_jobs.list_jobs()
    under_way = sum(line.jobs for line in found.lines)
    if found.stuck:
        return "urgent", f"{_many(len(found.stuck), 'needs', 'need')} a look, of {under_way:,} that have not ended."
    return "calm", f"{under_way:,} under way, none for too long."


def _engines() -> Found:
    found = desk_jobs.read_engine_room()
    held = [each.engine for each in found.engines if each.breaker == "open"]
    off = sum(each.off_since is not None for each in found.styles)
    says = f"{_many(off, 'style is', 'styles are')} not offered." if off else "Every style is offered."
    return ("urgent", f"Calls to {', '.join(held)} are held back. {says}") if held else ("calm", says)


def _letters() -> Found:
    found = desk_letters.look_through().services
    dead = {each.service: each.count for each in found if each.count}
    away = [each.service for each in found if each.away]
    silent = f" No answer from {', '.join(away)}." if away else ""
    if dead:
        return "urgent", "; ".join(f"{service}: {count:,}" for service, count in dead.items()) + f".{silent}"
    return ("away", silent.strip()) if away else ("calm", "No event was given up.")


def _ledger() -> Found:
    found = desk_money.read_ledger()
    broken = [law.law.replace("_", " ") for law in found.laws if law.broken]
    if broken:
        return "urgent", f"Broken: {', '.join(broken)}."
    return "calm", f"All {len(found.laws)} laws of the books held at the last look."


def _refunds() -> Found:
    waiting = desk_money.list_refunds().waiting
    others = sum(each.proposed_by != colleague().account_id for each in waiting)
    if not waiting:
        return "calm", "No refund waits."
    return "waits", f"{_many(len(waiting), 'waits', 'wait')} for a second person; {others:,} of them for you."


def _policy() -> Found:
    found = desk_policies.stands().items
    if late := [each for each in found if each.late and each.standing != "draft"]:
        return "urgent", f"The policy of {late[-1].version} is not out, and its day has passed."
    if wrong := [each.version for each in found if each.altered]:
        return "urgent", f"The policy of {wrong[0]} says something else than when it came out."
    waiting = [each for each in found if each.standing in {"waits_for_word", "proposed"}]
    if waiting:
        who = "a second person" if waiting[-1].standing == "proposed" else "somebody's word"
        return "waits", f"The policy of {waiting[-1].version} waits for {who}."
    return "calm", "Nothing waits for a word."


def _many(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


HOUSE: Final[Mapping[Room, Callable[[], Found]]] = {
    POLICY: _policy,
    JOBS: _jobs,
    ENGINES: _engines,
    LETTERS: _letters,
    LEDGER: _ledger,
    REFUNDS: _refunds,
}
