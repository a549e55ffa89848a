"""How the canary leaves, and how she makes sure that nothing of her stayed."""

import json
import time
from collections.abc import Iterable
from typing import Any, Final

from common.probes import Finding
from ops.canary.answers import Receipt
from ops.canary.memory import Memory, Self
from ops.canary.person import Person, api_of
from ops.demo.failures import DemoFailed
from ops.demo.waiting import wait_for
from privacy.domain.receipts import ReceiptBroken, check

OVER: Final = frozenset({"completed", "completed_with_retention"})
CREATED, REFUSED, NOTHING_THERE = 201, 401, 404


def clear_up(person: Person, memory: Memory, *, seconds: float) -> None:
    """Erase whom a life that was cut short left behind. Raises DemoFailed where that does not come to its end."""
    who = memory.recall()
    if who is None:
        return
    if who.follow is None and person.status_of_signing_in(email=who.email, password=who.password) == CREATED:
        person.sign_in(email=who.email, password=who.password)
        who = _ask(person, memory, who)
    if who.follow is not None:
        _wait(person, who.follow, seconds)
    memory.forget()


def leave(person: Person, memory: Memory, links: Iterable[str], *, seconds: float) -> Finding:
    """Ask to be forgotten, and look whether it was done: everything that was there before is there no more."""
    who = memory.recall()
    if who is None:
        raise DemoFailed("She forgot who she is before she was forgotten.")
    before = [link for link in links if person.status(link) != 200]
    if before:
        raise DemoFailed(f"{len(before)} addresses of hers showed nothing before she left.")
    began = time.monotonic()
    who = _ask(person, memory, who)
    follow = str(who.follow)
    _wait(person, follow, seconds)
    took = time.monotonic() - began
    told = _read(person, follow)
    _check_gone(person, who, links)
    memory.forget()
    found = sum(kind["found"] for statement in told for kind in statement["classes"].values())
    return Finding.of(
        f"A canary person was forgotten {took:.0f} s after she asked: {len(told)} services signed that they looked "
        f"for what they had of her ({found} things) and found nothing again; her sign-in and her links lead nowhere.",
        broken=False,
        seconds=round(took, 1),
        found=found,
        residue=0,
    )


def _ask(person: Person, memory: Memory, who: Self) -> Self:
    request = person.ask("erasure", password=who.password)
    asked = who.model_copy(update={"follow": api_of(str(request.follow), request.id)})
    memory.keep(asked)
    return asked


def _wait(person: Person, follow: str, seconds: float) -> None:
    wait_for(lambda: person.erasure(follow).state in OVER or None, "The end of her erasure", seconds=seconds)


def _read(person: Person, follow: str) -> list[dict[str, Any]]:
    """What each service signed. Raises DemoFailed where a signature does not fit, or something was found again."""
    told = read_receipt(person.receipt(follow), person.keys().keys)
    residue = {
        statement["service"]: left
        for statement in told
        if (left := sum(kind["residue"] for kind in statement["classes"].values()))
    }
    if residue:
        raise DemoFailed(f"Something of hers was found again in {', '.join(sorted(residue))}.")
    return told


def read_receipt(receipt: Receipt, keys: dict[str, str]) -> list[dict[str, Any]]:
    """The statements in a receipt, as anybody may check it. Raises DemoFailed."""
    try:
        said = check(receipt.model_dump(), keys)
    except ReceiptBroken as broken:
        raise DemoFailed(f"Her receipt is not one: {broken}") from None
    return [json.loads(part["statement"]) for part in said["services"].values()]


def _check_gone(person: Person, who: Self, links: Iterable[str]) -> None:
    there = [link for link in links if person.status(link) not in {REFUSED, NOTHING_THERE}]
    if there:
        raise DemoFailed(f"{len(there)} addresses of hers still show something.")
    if person.status("/v1/account") != REFUSED:
        raise DemoFailed("Her session still opens the account.")
    if person.status_of_signing_in(email=who.email, password=who.password) != REFUSED:
        raise DemoFailed("Who left can still sign in.")
