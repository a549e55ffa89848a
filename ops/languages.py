"""The catalogues of the languages the studio speaks, beside the texts they translate.

    python -m ops.languages update    write what is new into the catalogues, and take out what is gone
    python -m ops.languages check     say what is not translated or wrongly so, and fail

Texts are found by Babel: `_()`, `ngettext()` and `{% trans %}` in templates and mails, `say()` and `catalogued()` in
the gateway's Python, `t()` and `tn()` in the modules of the pages.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from gateway.adapters.catalogues import LOCALE
from gateway.domain.languages import DEFAULT, Language
from ops import sentences

GATEWAY: Final = LOCALE.parent
_TEMPLATES: Final = GATEWAY / "web" / "templates"
_SCRIPTS: Final = GATEWAY / "web" / "static" / "js"
_JINJA: Final = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
_IN_PAGES: Final = {"_": None, "gettext": None, "ngettext": (1, 2)}
_IN_PYTHON: Final = {"say": None, "say_many": (1, 2), "catalogued": None}
_IN_SCRIPTS: Final = {"t": None, "tn": (1, 2)}
# The console speaks English.
_NOT_FOR_CUSTOMERS: Final = "operator"
# What a translation has to keep: values, and the tags around words.
_HOLES: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+(?: [^>]*)?>")
_WIDTH: Final = 118
_HEADER: Final = """\
# What the Figurine Studio says in this language; texts come and go with `python -m ops.languages update`.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {forms}\\n"

"""

Found = tuple[str, str | tuple[str, ...]]


def page_texts() -> Iterator[Found]:
    """Where each text of templates, mails and routes is, and what it is; two forms where it has a number."""
    yield from _found(_TEMPLATES, [("**.html", "jinja2"), ("**.txt", "jinja2")], _IN_PAGES, options=_JINJA)
    yield from _found(GATEWAY, [("**.py", "python")], _IN_PYTHON)


def script_texts() -> Iterator[Found]:
    """The same of the modules in the browser."""
    yield from _found(_SCRIPTS, [("**.js", "javascript")], _IN_SCRIPTS, options={"parse_template_string": "true"})


DOMAINS: Final[Mapping[str, Callable[[], Iterator[Found]]]] = {
    "pages": page_texts,
    "scripts": script_texts,
    "problems": sentences.said,
}


def template_of(texts: Iterator[Found]) -> Catalog:
    """A catalogue of everything that is said, with no translation in it."""
    catalog = Catalog()
    for place, text in texts:
        catalog.add(text, locations=[(place, 0)])
    return catalog


def faults(said: Catalog, translated: Catalog) -> Iterator[str]:
    """What keeps a catalogue from being the translation of what is said."""
    for message in said:
        if message.id:
            found = translated.get(message.id)
            yield from [f"missing: {_words(message)}"] if found is None else _faults_of(found)
    for message in [*translated, *translated.obsolete.values()]:
        if message.id and message.id not in said:
            yield f"said nowhere any more: {_words(message)}"


def updated(said: Catalog, translated: Catalog) -> Catalog:
    """The catalogue with everything that is said, and nothing else; translations of other words are not guessed."""
    fresh = Catalog(locale=translated.locale)
    for message in said:
        if message.id:
            before = translated.get(message.id)
            known = before.string if before else ("", "") if message.pluralizable else ""
            fresh.add(message.id, known, locations=message.locations, flags=before.flags if before else ())
    return fresh


def main(arguments: Sequence[str] | None = None) -> int:
    """Update or check every catalogue of every language but English; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m ops.languages", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["update", "check"])
    what = parser.parse_args(arguments).what
    found: list[str] = []
    for domain, texts in DOMAINS.items():
        said = template_of(texts())
        for language in set(Language) - {DEFAULT}:
            path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
            if what == "update":
                _write(path, updated(said, read(path, language)))
            found += [f"{language} {domain}: {each}" for each in faults(said, read(path, language))]
    for each in found:
        print(each, file=sys.stderr)
    return 1 if found and what == "check" else 0


def read(path: Path, language: Language) -> Catalog:
    """A catalogue as it is committed; an empty one where there is none."""
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        # A header of our own: Babel's has the time in it, and would differ each time.
        file.write(_HEADER.format(language=catalog.locale, forms=catalog.plural_forms).encode())
        write_po(file, catalog, width=_WIDTH, include_lineno=False, sort_by_file=True, omit_header=True)


def _found(
    root: Path,
    methods: Sequence[tuple[str, str]],
    keywords: Mapping[str, tuple[int, ...] | None],
    *,
    options: Mapping[str, str] | None = None,
) -> Iterator[Found]:
    made = extract_from_dir(
        root,
        method_map=list(methods),
        options_map={pattern: dict(options or {}) for pattern, _ in methods},
        keywords=dict(keywords),
        directory_filter=lambda folder: Path(folder).name != _NOT_FOR_CUSTOMERS,
    )
    for place, _, text, _, _ in sorted(made, key=lambda each: (each[0], each[1])):
        yield (root / place).relative_to(GATEWAY).as_posix(), text


def _faults_of(message: Message) -> Iterator[str]:
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    if message.fuzzy:
        yield f"fuzzy: {_words(message)}"
    if not all(forms):
        yield f"not translated: {_words(message)}"
    elif other := _other_holes(message, [form or "" for form in forms]):
        yield f"other holes ({other}): {_words(message)}"


def _other_holes(message: Message, forms: Sequence[str]) -> str:
    """What is in the one and not in the other; the form for a single one may leave the number out."""
    originals = message.id if isinstance(message.id, list | tuple) else (message.id,)
    wanted, last = _holes(originals[-1]), _holes(forms[-1])
    more = _holes(forms[0]) - _holes(originals[0]) - wanted
    return " ".join(sorted({*(wanted - last), *(last - wanted), *more}))


def _holes(text: str) -> Counter[str]:
    return Counter(_HOLES.findall(text))


def _words(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


if __name__ == "__main__":
    sys.exit(main())
