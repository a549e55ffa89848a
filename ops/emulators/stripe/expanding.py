"""`expand[]`: an object instead of its id, and members that are only told when asked for."""

import copy
from typing import Any, cast

from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.world import World, shown

_DEEPEST = 4


def answer(world: World, it: Json, paths: list[str]) -> Json:
    """What is told of an object: a copy, with what was asked for."""
    told = copy.deepcopy(it)
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            raise StripeError(f"You cannot expand more than 4 levels of a property. Property: {path}", param="expand")
        _open(world, told, steps, path)
    return shown(told)


def _open(world: World, it: Json, steps: list[str], path: str) -> None:
    step, rest = steps[0], steps[1:]
    if step in it.get("_more", {}):
        it[step] = copy.deepcopy(it["_more"][step])
    if isinstance(it.get(step), str):
        it[step] = copy.deepcopy(world.find(it[step]))
        if it[step] is None:
            raise _cannot(path)
    if step not in it:
        raise _cannot(path)
    for member in _members(it[step]) if rest else ():
        _open(world, member, rest, path)


def _cannot(path: str) -> StripeError:
    return StripeError(f"This property cannot be expanded ({path}).", param="expand")


def _members(value: Any) -> list[Json]:
    if isinstance(value, list):
        return [each for each in cast("list[Any]", value) if isinstance(each, dict)]
    return [cast("Json", value)] if isinstance(value, dict) else []
