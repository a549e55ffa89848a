"""Two families of JSON Schemas compared: whether one takes every value that the other promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Where names are looked up: mine, and theirs; and how mine are called there."""

    mine: Mapping[str, Schema]
    theirs: Mapping[str, Schema]
    names: Mapping[str, str]

    def is_the_same(self, mine: str, theirs: str) -> bool:
        return self.names.get(mine.rpartition("/")[2]) == theirs.rpartition("/")[2]


def differences(mine: Schema, theirs: Schema, sides: Sides, *, unread: frozenset[str] = frozenset()) -> Iterator[str]:
    """What of an object of theirs mine does not know, or knows otherwise."""
    promised = theirs["properties"]
    for name, described in mine["properties"].items():
        if name not in promised:
            yield f"there is no {name}"
        elif not takes(described, promised[name], sides):
            yield f"{name} is {promised[name]}, not {described}"
    yield from (f"{name} is not always there" for name in set(mine.get("required", ())) - set(theirs["required"]))
    yield from (f"{name} is not read" for name in promised.keys() - mine["properties"].keys() - unread)
    yield from (f"{name} is read after all" for name in unread - (promised.keys() - mine["properties"].keys()))


def takes(mine: Schema, theirs: Schema, sides: Sides) -> bool:
    """Whether every value of theirs is one of mine."""
    return all(any(_fits(m, t, sides) for m in _choices(mine, sides.mine)) for t in _choices(theirs, sides.theirs))


def _choices(schema: Schema, known: Mapping[str, Schema]) -> list[Schema]:
    """A schema as its alternatives; names of words are looked up, names of objects stay."""
    if "anyOf" in schema:
        return [each for part in schema["anyOf"] for each in _choices(part, known)]
    if "$ref" in schema:
        named = known.get(schema["$ref"].rpartition("/")[2], {})
        return [named] if named.get("type") == "string" else [schema]
    return [schema]


def _fits(mine: Schema, theirs: Schema, sides: Sides) -> bool:
    if "$ref" in mine or "$ref" in theirs:
        return "$ref" in mine and "$ref" in theirs and sides.is_the_same(mine["$ref"], theirs["$ref"])
    kind = theirs.get("type")
    if mine.get("type") != kind:
        return (mine.get("type"), kind) == ("number", "integer")
    if kind == "array":
        return takes(mine["items"], theirs["items"], sides)
    if kind == "object":
        return takes(mine["additionalProperties"], theirs["additionalProperties"], sides)
    return kind != "string" or _takes_words(mine, theirs)


def _takes_words(mine: Schema, theirs: Schema) -> bool:
    """Texts: any, those of a format, or some words only."""
    if "enum" in mine:
        words = theirs.get("enum") or ([theirs["const"]] if "const" in theirs else None)
        return words is not None and set(words) <= set(mine["enum"])
    return "format" not in mine or mine["format"] == theirs.get("format")
