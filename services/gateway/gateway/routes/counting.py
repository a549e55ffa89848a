"""What pages and orders know of being counted: whether it may be, and how little is told of the device."""

from uuid import UUID

from flask import request

from common.current import Current
from gateway.adapters.devices import Devices
from gateway.domain.usage import Facts, asks_not_to_be_followed, page_of
from gateway.routes.context import unit
from gateway.routes.security import origin
from gateway.use_cases import usage

devices = Current(Devices)


def declined() -> bool:
    """Whether the browser that asks wants to be counted nowhere (Do Not Track, Global Privacy Control)."""
    return asks_not_to_be_followed(
        do_not_track=request.headers.get("DNT"), global_privacy_control=request.headers.get("Sec-GPC")
    )


def facts_of_device() -> Facts | None:
    """What may be told of the device that asks; None where its browser wants nothing told."""
    if declined():
        return None
    came_from = origin()
    return devices().seen(agent=came_from.agent, address=came_from.address)


def marks(account_id: UUID | None) -> dict[str, object]:
    """What a page tells its scripts: what it is called where use is counted, and whether this use may be."""
    page = page_of(request.url_rule.rule if request.url_rule else None)
    return {
        "usage_page": page,
        "usage_counted": page is not None and not declined() and _allowed(account_id),
        "usage_declined": declined(),
    }


def _allowed(account_id: UUID | None) -> bool:
    if account_id is None:
        return usage.VISITORS_ARE_COUNTED
    with unit.begin() as work:
        return usage.may_be_counted(work, account_id)
