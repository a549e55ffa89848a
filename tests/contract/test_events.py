"""What services tell each other: committed, compatible, heard, and free of personal data."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema
import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts import EVENTS, OWNERS, Event, decode, encode
from common.contracts.gateway import ImageUploaded
from ops import reference

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))

# Events whose listeners are still to be built. Published today, they wait in the outbox of their
# service and arrive when somebody listens.
AWAITED: set[str] = set()

PERSONAL = re.compile(
    r"(^|_)(e?mail|name|first|last|address|phone|birth\w*|ip|password|title|note|comment|text|body|photo|city|street)(_|$)"
)


def fields(event: type[Event]) -> Iterator[str]:
    """Every property of an event and of what it contains, as its schema has them."""

    def within(part: object) -> Iterator[str]:
        if isinstance(part, Mapping):
            yield from part.get("properties", {})
            for inner in part.values():
                yield from within(inner)

    yield from within(reference.schema(event))


def test_what_is_generated_is_what_is_committed() -> None:
    stale = [
        str(path) for path, text in reference.documents().items() if (reference.PROJECT / path).read_text() != text
    ]
    assert stale == [], "run python -m ops.reference"


def test_no_schema_is_left_of_an_event_that_is_gone_without_its_samples() -> None:
    committed = {path.stem for path in (reference.PROJECT / reference.SCHEMAS).glob("*.json")}
    assert committed == {path.stem for path in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_message_of_every_version_ever_published_can_still_be_read(sample: Path) -> None:
    envelope = decode(sample.read_bytes(), EVENTS)
    assert f"{envelope.event.type}.v{envelope.event.version}" == sample.stem
    assert encode(envelope.event, id=envelope.id, source="x", time=envelope.time)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_published_message_is_what_its_schema_says(sample: Path) -> None:
    schema = json.loads((reference.PROJECT / reference.SCHEMAS / sample.name).read_text())
    message = json.loads(sample.read_text())
    jsonschema.validate(message["data"], schema, cls=jsonschema.Draft202012Validator)
    assert message["dataschema"] == schema["$id"]


def test_an_order_from_before_there_were_options_chooses_nothing_and_saves_nothing() -> None:
    # The sample is as old as the event; what was added later stays out of it.
    before = decode((Path(__file__).parent / "samples" / "image.uploaded.v1.json").read_bytes(), EVENTS).event
    assert isinstance(before, ImageUploaded)
    assert (before.options, before.save) == ({}, False)
    chosen = before.model_copy(update={"options": {"backdrop": "warm"}})
    assert decode(encode(chosen, id=SYSTEM_CLOCK.new_id(), source="x", time=before.uploaded_at), EVENTS).event == chosen


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_reader_takes_a_message_with_fields_it_does_not_know(event: type[Event]) -> None:
    sample = Path(__file__).parent / "samples" / f"{event.type}.v{event.version}.json"
    message = json.loads(sample.read_text())
    message["data"]["added_later"] = 1
    message["partitionkey"] = "an extension"
    assert decode(json.dumps(message).encode(), EVENTS).event == decode(sample.read_bytes(), EVENTS).event


def test_every_event_has_a_listener_or_is_known_to_await_one() -> None:
    unheard = {event for event, listeners in reference.all_listeners().items() if not listeners}
    assert unheard == AWAITED


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_no_event_has_a_field_for_personal_data(event: type[Event]) -> None:
    assert [field for field in fields(event) if PERSONAL.search(field)] == []


def test_each_type_belongs_to_one_service() -> None:
    assert sum(len(events) for events in OWNERS.values()) == len(EVENTS)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads((reference.PROJECT / reference.ASYNCAPI).read_text())
    assert document["asyncapi"] == "3.0.0"
    for reference_path in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        part = document
        for step in reference_path.split("/"):
            part = part[step]
