"""The page of an archive: everything in it in words, readable without a network, a script or anything of ours."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from common.inventory import Category
from privacy.adapters.archive.gathered import GatheredPart
from privacy.domain.archives import SERVICES_IN_WORDS, Gathering
from privacy.domain.disclosures import KINDS, PARTNERS, REASONS

# Of a table with more rows than that the page shows the first, and says where the others are.
ROWS_SHOWN = 100
DISCLOSURES_SHOWN = 1000
LEDGER, DISCLOSURES = "privacy", "privacy/disclosures.json"

NOTHING: Final = Markup('<span class="none">&ndash;</span>')
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?")
_CODE: Final = re.compile(r"[0-9a-f-]{24,}")
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of record on the page, with the rows that are shown of it."""

    part: GatheredPart
    record: Mapping[str, Any]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.part.service}-{self.record['key']}".replace("/", "")

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self.record["rows"] or 0)

    @property
    def file(self) -> str:
        """Where all of them are."""
        return f"data/{self.record['path']}"

    @property
    def more(self) -> int:
        """How many the page does not show."""
        return max(0, self.count - ROWS_SHOWN)

    def rows(self) -> list[dict[str, Any]]:
        """Those it shows."""
        return self.part.rows(self.record["path"], limit=ROWS_SHOWN)


def write_page(gathering: Gathering, parts: Sequence[GatheredPart]) -> Iterator[bytes]:
    """The page, piece by piece; the same again for the same parts."""
    template = _TEMPLATES.get_template("index.html")
    for piece in template.generate(**_told(gathering, parts)):
        yield piece.encode()


def _told(gathering: Gathering, parts: Sequence[GatheredPart]) -> dict[str, Any]:
    records = [(part, record) for part in parts for record in part.cover["records"]]
    sections = [Section(part=part, record=record) for part, record in records if "path" in record]
    return {
        "request_id": gathering.request_id,
        "asked_at": gathering.asked_at.isoformat(),
        "folders": [(part, record) for part, record in records if "folder" in record],
        "categories": _by_category([section for section in sections if section.count]),
        "empty": [section for section in sections if not section.count],
        "documents": [path for part in parts for path in part.documents()],
        "disclosures": _disclosures(parts),
        "disclosures_file": f"data/{DISCLOSURES}",
        "ledger_missing": LEDGER in gathering.missing,
        "retained": [kept for part in parts for kept in part.cover["retained"]],
        # What every service says of itself in the same words is said once.
        "left_out": list(dict.fromkeys((each["what"], each["because"]) for _, each in records if "because" in each)),
        "withheld": [(record["what"], each) for _, record in records for each in record["withheld"]],
        "unreadable": [each for part in parts for each in part.cover["unreadable"]],
        "nobody": [(part.service, each) for part in parts for each in part.cover["nobody"]],
        "missing": [(service, SERVICES_IN_WORDS.get(service, service)) for service in gathering.missing],
        "readable": readable,
        "title": title,
        "link": quote,
    }


def _by_category(sections: Sequence[Section]) -> Mapping[str, list[Section]]:
    found: dict[str, list[Section]] = {category.value: [] for category in Category}
    for section in sections:
        found.setdefault(section.record["category"], []).append(section)
    return {category: those for category, those in found.items() if those}


def title(category: str) -> str:
    """A category's sentence, as far as it makes a heading."""
    return re.split("[:;]", category.rstrip("."))[0]


def _disclosures(parts: Sequence[GatheredPart]) -> list[dict[str, Any]]:
    rows = [row for part in parts for row in part.rows(DISCLOSURES, limit=DISCLOSURES_SHOWN)]
    words = {"partner": PARTNERS, "kind": KINDS, "purpose": REASONS}
    return [{**row, **{name: told.get(row[name], row[name]) for name, told in words.items()}} for row in rows]


def readable(value: object) -> str | Markup:
    """A value as people write it."""
    if value in (None, "", [], {}):
        return NOTHING
    match value:
        case bool():
            return "yes" if value else "no"
        case str() if _MOMENT.fullmatch(value):
            return _when(value)
        case str() if _CODE.fullmatch(value):
            return Markup("<code>{}</code>").format(value)
        case str() | int() | float():
            return str(value)
        case _:
            return Markup("<code>{}</code>").format(json.dumps(value, ensure_ascii=False))


def _when(value: str) -> str:
    try:
        if "T" not in value:
            day = date.fromisoformat(value)
            return f"{day.day} {day:%B %Y}"
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC"
