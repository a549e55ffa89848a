"""Reading parameters as the client sends them: a form whose names nest in brackets, `items[0][price]=…`."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from ops.emulators.stripe.errors import StripeError, invalid, required, unknown

_NAME = re.compile(r"\[([^\[\]]*)\]")
_MOST_METADATA = 50
_LONGEST_KEY, _LONGEST_VALUE = 40, 500


def parsed(text: str) -> dict[str, Any]:
    """The tree of a form or a query. Lists are recognised by names that are numbers, or none."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head = name.split("[", 1)[0]
        _put(tree, [head, *_NAME.findall(name)], value)
    return {name: _with_lists(value) for name, value in tree.items()}


def _put(tree: dict[str, Any], steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):  # pyright: ignore[reportUnnecessaryIsInstance] - a bare value came first
            raise invalid(steps[0], f"Invalid object: {steps[0]} is given both as a value and as an object.")
    tree[steps[-1] or str(len(tree))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    if members and all(name.isdecimal() for name in members):
        return [_with_lists(members[name]) for name in sorted(members, key=int)]
    return {name: _with_lists(each) for name, each in members.items()}


class Params:
    """Parameters of a call, or of an object in them; says what is wrong with them by their full name."""

    def __init__(self, tree: Mapping[str, Any], prefix: str = "") -> None:
        self._tree = dict(tree)
        self._prefix = prefix

    @property
    def tree(self) -> Mapping[str, Any]:
        """As it was parsed."""
        return self._tree

    def only(self, known: Iterable[str]) -> None:
        """Refuse the first name that is not known."""
        for name in sorted(self._tree.keys() - frozenset(known)):
            raise unknown(self.path(name))

    def path(self, name: str) -> str:
        """The full name, as errors say it."""
        return f"{self._prefix}[{name}]" if self._prefix else name

    def has(self, name: str) -> bool:
        """Whether it was given, if only to be emptied."""
        return name in self._tree

    def text(self, name: str) -> str | None:
        """A text; None when not given or empty."""
        value = self._tree.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(self.path(name), f"Invalid string: {value}")
        return value or None

    def need(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if value is None:
            raise required(self.path(name))
        return value

    def choice(self, name: str, options: Collection[str]) -> str | None:
        """One of the options; None when not given."""
        value = self.text(name)
        if value is not None and value not in options:
            raise invalid(self.path(name), f"Invalid {self.path(name)}: must be one of {', '.join(sorted(options))}")
        return value

    def integer(self, name: str, *, least: int | None = None) -> int | None:
        """A whole number; None when not given."""
        value = self.text(name)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,15}", value):
            raise invalid(self.path(name), f"Invalid integer: {value}", code="parameter_invalid_integer")
        if least is not None and int(value) < least:
            message = f"Invalid {self.path(name)}: must be greater than or equal to {least}"
            raise invalid(self.path(name), message, code="parameter_invalid_integer")
        return int(value)

    def flag(self, name: str) -> bool | None:
        """True or false; None when not given."""
        value = self.choice(name, ("true", "false"))
        return None if value is None else value == "true"

    def within(self, name: str) -> "Params":
        """An object; an empty one when not given."""
        value: Any = self._tree.get(name) or {}
        if not isinstance(value, dict):
            raise invalid(self.path(name), "Invalid object")
        return Params(cast("dict[str, Any]", value), self.path(name))

    def each(self, name: str) -> Iterator["Params"]:
        """The objects of a list."""
        for index, value in enumerate(self._list(name)):
            if not isinstance(value, dict):
                raise invalid(self.path(name), "Invalid array: its members are objects")
            yield Params(cast("dict[str, Any]", value), f"{self.path(name)}[{index}]")

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        return [str(value) for value in self._list(name)]

    def metadata(self, before: Mapping[str, str] | None = None) -> dict[str, str]:
        """What `metadata` makes of the one before: an empty value takes a key away, an empty text all of them."""
        if self._tree.get("metadata") == "":
            return {}
        given = self.within("metadata").tree
        for key, value in given.items():
            if len(key) > _LONGEST_KEY or not isinstance(value, str) or len(value) > _LONGEST_VALUE:
                raise invalid(f"metadata[{key}]", "Metadata keys have at most 40 characters, values at most 500.")
        merged = {**(before or {}), **given}
        kept = {key: value for key, value in merged.items() if value != ""}
        if len(kept) > _MOST_METADATA:
            raise invalid("metadata", "You can have up to 50 keys of metadata.")
        return kept

    def digest_text(self) -> str:
        """The same text for the same parameters, whatever their order."""
        return repr(_sorted(self._tree))

    def _list(self, name: str) -> list[Any]:
        value = self._tree.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list):
            raise invalid(self.path(name), "Invalid array")
        return cast("list[Any]", value)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((name, _sorted(each)) for name, each in cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return [_sorted(each) for each in cast("list[Any]", value)]
    return value


def search_terms(query: str) -> list[tuple[str, str]]:
    """Fields and values of a search, joined by AND; `metadata['key']:'value'`, `email:'value'`."""
    terms: list[tuple[str, str]] = []
    for part in re.split(r"\s+(?:AND|and)\s+", query.strip()):
        found = re.fullmatch(r"""(?:metadata\[(['"])(.+?)\1\]|(\w+))\s*:\s*(['"])(.*)\4""", part)
        if found is None:
            raise StripeError(f"We were unable to parse your search query: {query}", param="query")
        terms.append((f"metadata.{found[2]}" if found[2] else found[3], found[5]))
    return terms
