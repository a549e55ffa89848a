"""What a door of the API is, and what all lists have in common."""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ops.emulators.stripe.errors import Json, missing
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.world import World

Handler = Callable[[World, Params, str], Json]
LISTING = ("limit", "starting_after", "ending_before")
_MOST = 100
_COMPARED = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


@dataclass(frozen=True, slots=True)
class Route:
    """One door: `{id}` in the path is given to the handler; other parameters than these are refused."""

    method: str
    path: str
    handler: Handler
    params: tuple[str, ...] = ()


def listing(found: Iterable[Json], params: Params, url: str) -> Json:
    """A page of objects, given the oldest first and shown the newest first."""
    limit = min(params.integer("limit", least=1) or 10, _MOST)
    rows = list(found)[::-1]
    after, before = params.text("starting_after"), params.text("ending_before")
    if before is not None:
        rows = rows[: _place(rows, before, "ending_before")]
        page, more = rows[-limit:], len(rows) > limit
    else:
        rows = rows[_place(rows, after, "starting_after") + 1 :] if after else rows
        page, more = rows[:limit], len(rows) > limit
    return {"object": "list", "url": url, "has_more": more, "data": page}


def _place(rows: list[Json], ident: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == ident:
            return place
    raise missing("object", ident, param)


def sublist(rows: list[Json], url: str) -> Json:
    """A list inside an object, whole."""
    return {"object": "list", "url": url, "has_more": False, "data": rows, "total_count": len(rows)}


def matching(params: Params, world: World, kind: str, names: Iterable[str]) -> Iterable[Json]:
    """The objects of a kind whose members are as these parameters say; `created` may be a range."""
    wanted = {name: params.text(name) for name in names}
    given = {name: value for name, value in wanted.items() if value is not None}
    for each in world.every(kind):
        if all(_said(each.get(name)) == value for name, value in given.items()) and _created(each, params):
            yield each


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _created(it: Json, params: Params) -> bool:
    if not params.has("created"):
        return True
    span = params.within("created")
    bounds = {name: span.integer(name) for name in _COMPARED}
    made: int = it["created"]
    return all(_COMPARED[name](made, bound) for name, bound in bounds.items() if bound is not None)
