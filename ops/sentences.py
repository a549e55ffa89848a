"""What the services say to people in English, read out of their sources: refusals, reasons, names.

    said() -> Iterator[tuple[str, str]]    where each sentence is, and what it is; values in it are named holes, {so}

The services speak English, and the gateway translates at its door. Nothing is imported here: a sentence is what a
`Refused` is raised with or has for its docstring, what stands in a table of words, or a name in a catalogue.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final, cast

from pydantic_core._pydantic_core import list_all_errors

from common.problems import SENTENCES

ROOT: Final = Path(__file__).parent.parent
SERVICES: Final = ("gateway", "generation", "billing", "privacy", "analytics")
_ROOTS: Final = (ROOT / "libs/common/common", *(ROOT / "services" / each / each for each in SERVICES))
# Tables of words, and functions that make sentences of them, by file.
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "services/gateway/gateway/domain/figurines.py": ("FAILURES", "failure_sentence"),
    "services/gateway/gateway/domain/hints.py": ("SENTENCES",),
    "services/gateway/gateway/domain/security.py": ("SENTENCES", "NOBODY_KNOWS"),
    "services/gateway/gateway/routes/photos.py": ("_HELD",),
    "services/gateway/gateway/routes/planned.py": ("_plans",),
    "services/generation/generation/domain/provenance.py": ("COMPOSED", "GENERATED"),
    "services/generation/generation/domain/styles.py": ("unavailable_because",),
    "services/privacy/privacy/domain/disclosures.py": ("PARTNERS", "KINDS", "REASONS", "TIERS"),
    "services/billing/billing/domain/wording.py": (
        "FAILURE_REASONS",
        "TRIAL",
        "hold_reason",
        "capture_reason",
        "release_reason",
        "expiry_reason",
        "gift_reason",
        "surplus_reason",
    ),
}
# What those functions count, one and more of it, and what a reason goes on with.
COUNTED: Final = (
    *(f"{{n}} {name}" for each in ("picture", "unused credit") for name in (each, f"{each}s")),
    *(f"{{n}} {kind} credit{more}" for kind in ("trial", "plan", "bought", "gift", "goodwill") for more in ("", "s")),
    "{credits} of before can still be spent",
    "{credits} had expired",
    "{credits} went back with their payment",
    "{credits} wait for their payment",
    "{credits} can be spent",
    "{credits} can be spent until {day}",
    "nothing was charged",
    "the rest was not charged",
    # What a text is called that is too long.
    "title",
    "note",
    "company",
    "address line",
)
# What pydantic says of a field: the kinds that fields of the public API can be refused with.
_OF_FIELDS: Final = frozenset(
    {
        "missing", "extra_forbidden", "json_invalid", "value_error", "enum", "literal_error", "union_tag_invalid",
        "string_type", "string_too_short", "string_too_long", "string_pattern_mismatch", "string_unicode",
        "int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "finite_number",
        "bool_type", "bool_parsing", "greater_than", "greater_than_equal", "less_than", "less_than_equal",
        "list_type", "dict_type", "model_type", "model_attributes_type", "too_short", "too_long",
        "uuid_type", "uuid_parsing", "date_type", "date_parsing", "date_from_datetime_parsing",
        "datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware", "url_parsing",
    }
)  # fmt: skip
# Functions that answer with a sentence themselves; where reasons of the statement are, and fields of the public API.
_ANSWERS: Final = frozenset({"problem", "_missing"})
_OF_STATEMENTS: Final = "billing/use_cases"
_OF_FORMS: Final = "gateway/routes"
# What only the studio's own logs say.
_FOR_LOGS: Final = frozenset({"{was} cannot become {now}"})
_STATUSES: Final = (*SENTENCES, 402, 410, 422)

# What a function returns is looked for in itself alone.
_NOTHING: Final = ast.Module([], [])

Said = tuple[str, str]


def said() -> Iterator[Said]:
    """Every sentence with its file, once for each; what is nothing but values stands for itself and is left out."""
    places = (*_refusals(), *_tables(), *_names(), *_of_http(), *_of_fields())
    yield from dict.fromkeys((place, text) for place, text in places if _has_words(text) and text not in _FOR_LOGS)


def _refusals() -> Iterator[Said]:
    for path, tree in _sources().items():
        place = _place(path)
        for node in ast.walk(tree):
            yield from ((place, text) for text in _said_by(node, tree, place))


def _said_by(node: ast.AST, tree: ast.Module, place: str) -> Iterator[str]:
    match node:
        case ast.ClassDef(name=name) if name in refusals():
            yield (ast.get_docstring(node) or "").split("\n")[0]
            yield from (text for each in ast.walk(node) for text in _said_of_itself(each, tree))
        case ast.Call(args=[first, *_]) if _is_raised(node, place):
            yield from _words(first, tree)
        case ast.Call(args=args) if _called(node) in _ANSWERS:
            yield from (text for each in args for text in _words(each, tree) if " " in text)
        case ast.keyword(arg="reason", value=value) if _OF_STATEMENTS in place:
            yield from (clause for text in _words(value, tree) for clause in text.split("; ") if " " in clause)
        case _:
            return


def _said_of_itself(node: ast.AST, tree: ast.Module) -> Iterator[str]:
    """What a class of refusals tells its parent to say."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("super")), attr="__init__"), args=[first, *_]):
            yield from _words(first, tree)
        case _:
            return


def _is_raised(node: ast.Call, place: str) -> bool:
    """Of other errors than refusals only those of the gateway's own fields come before people."""
    name = _called(node)
    return name in refusals() or (name == "ValueError" and _OF_FORMS in place)


def _tables() -> Iterator[Said]:
    for place, names in TABLES.items():
        tree = _sources()[ROOT / place]
        for name in names:
            yield from ((place, text) for each in _named(name, tree) for text in _clauses(each, place) if " " in text)
    yield from ((next(reversed(TABLES)), text) for text in COUNTED)


def _clauses(text: str, place: str) -> list[str]:
    """The statement puts reasons together of clauses, so each of them is a text of its own."""
    return text.split("; ") if place == next(reversed(TABLES)) else [text]


def _names() -> Iterator[Said]:
    """Names and descriptions in the catalogues of styles and of prices."""
    for path in sorted(ROOT.glob("services/*/*/catalogue/**/*.toml")):
        yield from ((_place(path), text) for text in _spoken(tomllib.loads(path.read_text())))


def _spoken(entry: object) -> Iterator[str]:
    match entry:
        case dict():
            told = cast("dict[str, object]", entry)
            yield from (
                value for key, value in told.items() if key in {"name", "description"} and isinstance(value, str)
            )
            yield from (text for value in told.values() for text in _spoken(value))
        case list():
            several = cast("list[object]", entry)
            yield from (text for each in several for text in _spoken(each))
        case _:
            return


def _of_http() -> Iterator[Said]:
    place = "libs/common/common/problems.py"
    yield from ((place, sentence) for _, sentence in SENTENCES.values())
    yield from ((place, HTTPStatus(status).phrase) for status in _STATUSES)


def _of_fields() -> Iterator[Said]:
    place = "libs/common/common/problems.py"
    for kind in list_all_errors():
        if kind["type"] in _OF_FIELDS:
            text = kind["message_template_python"]
            # Parsers append what they stumbled over; the problem leaves that out.
            text = text.split(", ")[0] if kind["type"].endswith("_parsing") else text
            yield from ((place, text.replace("{expected_plural}", more)) for more in ("", "s"))


@cache
def refusals() -> frozenset[str]:
    """The names of all classes of refusals."""
    classes = [node for tree in _sources().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known = {"Refused"}
    while more := {each.name for each in classes if _bases(each) & known} - known:
        known |= more
    return frozenset(known)


@cache
def _sources() -> Mapping[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for root in _ROOTS for path in sorted(root.rglob("*.py"))}


def _words(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression may be, as far as its module tells."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            yield _pattern(node)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_words(one, tree), *_words(other, tree))
        case ast.BoolOp(values=values):
            yield from (text for value in values for text in _words(value, tree))
        case _:
            yield from _words_by_name(node, tree)


def _words_by_name(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) | ast.Call(func=ast.Name(id=name)):
            yield from _named(name, tree)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=args):
            # `TABLE.get(key, "this")`
            yield from (*_named(name, tree), *(text for each in args[1:] for text in _words(each, tree)))
        case _:
            return


def _named(name: str, tree: ast.Module) -> Iterator[str]:
    """The texts in what a module calls so: a value, a table's values, or what a function returns."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield from _leaves(value)
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield from _leaves(value)
            case ast.FunctionDef(name=found) if found == name:
                returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
                yield from (text for each in returned for text in _words(each, _NOTHING))
            case _:
                pass


def _leaves(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Dict(values=values):
            yield from (text for value in values for text in _leaves(value))
        case ast.Call(keywords=keywords):
            yield from (text for each in keywords for text in _leaves(each.value))
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            yield _pattern(node)
        case _:
            return


def _pattern(node: ast.JoinedStr) -> str:
    taken: list[str] = []
    return "".join(_part(each, taken) for each in node.values)


def _part(node: ast.expr, taken: list[str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = _hole(node)
    taken.append(name)
    return f"{{{name}}}" if taken.count(name) == 1 else f"{{{name}_{taken.count(name)}}}"


def _hole(node: ast.AST) -> str:
    """A name for a value: its own without its owner's, or that of the first thing it is made of."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lower().strip("_")
        case ast.FormattedValue(value=inner) | ast.Call(args=[inner, *_]) | ast.Subscript(value=inner):
            return _hole(inner)
        case ast.Call(func=ast.Attribute(value=inner)):
            return _hole(inner)
        case _:
            named = (each for each in ast.walk(node) if each is not node and isinstance(each, ast.Name | ast.Attribute))
            return next((_hole(each) for each in named), "value")


def _called(node: ast.Call) -> str:
    return _own_name(node.func)


def _bases(node: ast.ClassDef) -> set[str]:
    return {_own_name(each) for each in node.bases}


def _own_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _has_words(text: str) -> bool:
    inside = [part.partition("}")[2] if i else part for i, part in enumerate(text.split("{"))]
    return any(letter.isalpha() for letter in "".join(inside))
