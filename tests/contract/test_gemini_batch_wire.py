"""Batches on the wire: as the client of google-genai sends and reads them, and as we read them where it does not."""

import warnings
from uuid import UUID

import pytest
from google import genai
from google.genai import types
from pydantic import ValidationError

from generation.adapters.gemini.batch_answers import news
from generation.ports import Painting, PaintingFailed, PaintingUnknown
from ops.emulators.gemini.script import Batching, Behaviour, Kind
from tests.integration.generation.gemini_orders import PHOTO, order

BATCH = UUID(int=9)
MODEL = "gemini-2.5-flash-image"


@pytest.fixture
def client(gemini_emulator):
    options = types.HttpOptions(base_url=gemini_emulator.base_url, timeout=30_000)
    with genai.Client(api_key=gemini_emulator.key, vertexai=False, http_options=options) as opened_client:
        yield opened_client


@pytest.fixture
def batches(gemini_engine):
    return gemini_engine().batches


def created(client, *, title="t", count=1):
    part = types.Part.from_bytes(data=PHOTO, mime_type="image/jpeg")
    config = types.GenerateContentConfig(response_modalities=["IMAGE"])
    requests = [types.InlinedRequest(contents=[part], config=config, metadata={"key": str(n)}) for n in range(count)]
    return client.batches.create(model=MODEL, src=requests, config=types.CreateBatchJobConfig(display_name=title))


def test_the_client_makes_reads_lists_stops_and_deletes_a_batch(client, gemini_emulator):
    gemini_emulator.control.batching(Batching(ready_seconds=None))
    made = created(client, title="mine", count=2)
    assert (made.state.value, made.display_name) == ("JOB_STATE_PENDING", "mine")
    assert [each.name for each in client.batches.list(config={"page_size": 1})] == [made.name]
    gemini_emulator.control.finish_batches()
    read = client.batches.get(name=made.name)
    assert read.state.value == "JOB_STATE_SUCCEEDED"
    assert [each.metadata for each in read.dest.inlined_responses] == [{"key": "0"}, {"key": "1"}]
    assert read.dest.inlined_responses[0].response.parts[-1].inline_data.data
    client.batches.cancel(name=made.name)
    client.batches.delete(name=made.name)
    assert not list(client.batches.list())


def test_the_client_does_not_read_a_batch_in_which_one_request_failed_and_we_do(client, gemini_emulator, batches):
    gemini_emulator.control.batching(Batching(), Behaviour(kind=Kind.ERROR, code=400), Behaviour())
    name = batches.hand_over(BATCH, {1: order(), 2: order(seed=4)})
    with pytest.raises(ValidationError, match=r"error\.details"):
        client.batches.get(name=name)
    pictures = batches.look(name, {1: "1:1", 2: "1:1"}).pictures
    assert isinstance(pictures[1], PaintingFailed)
    assert isinstance(pictures[2], Painting)


def test_google_learns_photos_prompts_and_numbers_and_nothing_of_persons(gemini_emulator, batches):
    batches.hand_over(BATCH, {1: order(variants=2, title="Quillfeather"), 3: order(seed=9)})
    ledger = gemini_emulator.control.ledger()
    (batch,) = ledger.batches
    # The emulator takes nothing that it does not know, so this and what a call has is all that was sent.
    assert (batch.display_name, batch.keys) == (f"figurines-{BATCH}", [f'{{"key": "{n}"}}' for n in (1, 2, 3)])
    assert [call.seed for call in ledger.calls] == [3, 4, 9]
    assert len({call.prompt_sha256 for call in ledger.calls}) == 1


def test_each_number_gets_the_picture_that_a_call_of_its_own_gives(gemini_engine, gemini_emulator):
    engine = gemini_engine()
    orders = {1: order(variants=2, seed=11), 3: order(seed=77)}
    called = [painting.image for place in orders for painting in engine.paint(orders[place])]
    gemini_emulator.control.batching(Batching(shuffled=True))
    name = engine.batches.hand_over(BATCH, orders)
    pictures = engine.batches.look(name, dict.fromkeys((1, 2, 3), "1:1")).pictures
    assert [pictures[n].image for n in (1, 2, 3)] == called


def test_a_batch_is_found_among_many_by_its_name_alone(client, batches):
    for n in range(45):
        created(client, title=f"somebody else's {n}")
    name = batches.hand_over(BATCH, {1: order()})
    for n in range(3):
        created(client, title=f"later {n}")
    assert batches.find(BATCH) == name
    assert batches.find(UUID(int=10)) is None


def test_deleting_and_stopping_twice_is_once(batches):
    name = batches.hand_over(BATCH, {1: order()})
    for _ in range(2):
        batches.stop(name)
        batches.delete(name)
    assert batches.find(BATCH) is None
    assert batches.look(name, {1: "1:1"}).failure.code == "engine_unavailable"


@pytest.mark.parametrize("code", [500, 502, 504])
def test_a_server_that_breaks_over_a_hand_over_may_have_taken_it(batches, gemini_emulator, code):
    gemini_emulator.control.batching(Batching(creates=[Behaviour(kind=Kind.ERROR, code=code)]))
    with pytest.raises(PaintingUnknown):
        batches.hand_over(BATCH, {1: order()})
    assert batches.find(BATCH) is not None


@pytest.mark.parametrize(
    ("code", "reason"), [(400, "no_picture"), (403, "engine_unavailable"), (429, "engine_unavailable"), (503, None)]
)
def test_a_clear_no_is_no(batches, gemini_emulator, code, reason):
    gemini_emulator.control.batching(Batching(creates=[Behaviour(kind=Kind.ERROR, code=code)]))
    with pytest.raises(PaintingFailed) as refused:
        batches.hand_over(BATCH, {1: order()})
    assert not isinstance(refused.value, PaintingUnknown)
    assert refused.value.code == (reason or "engine_unavailable")
    assert batches.find(BATCH) is None


def _done(*answers):
    return {
        "metadata": {"state": "BATCH_STATE_SUCCEEDED"},
        "response": {"inlinedResponses": {"inlinedResponses": [*answers]}},
    }


def _half(**candidate):
    return {"metadata": {"key": "1"}, "response": {"candidates": [candidate]}}


GARBAGE = [
    None,
    [],
    "",
    7,
    {},
    {"metadata": []},
    {"metadata": {"state": 7}},
    {"metadata": {"state": "BATCH_STATE_NEW"}},
    {"metadata": {"state": "BATCH_STATE_SUCCEEDED", "output": "x"}},
    _done(),
    _done(None, 3, "x", []),
    _done({"metadata": {"key": "1"}}),
    _done({"metadata": {"key": 1}, "response": {}}),
    _done({"metadata": {"key": "1"}, "response": []}),
    _done({"metadata": {"key": "1"}, "error": "none"}),
    _done({"metadata": {"key": "²"}, "response": {}}),
    _done(_half(content={"parts": [{"inlineData": {"data": "%"}}]})),
    _done(_half(finishReason="NEW")),
    {"done": True, "error": {"code": 13}},
    {"done": True, "metadata": {"state": "BATCH_STATE_NEW"}},
]


@pytest.mark.parametrize("said", GARBAGE)
def test_whatever_google_says_gives_no_picture_and_breaks_nothing(said):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = news(said, {1: "1:1"})
    assert not any(isinstance(each, Painting) for each in told.pictures.values())
    assert told.failure.code in {"no_picture", "engine_unavailable", "engine_timeout"}


def test_a_state_nobody_has_heard_of_is_waited_out():
    assert not news({"metadata": {"state": "BATCH_STATE_NEW"}}, {1: "1:1"}).done
    assert news({"metadata": {"state": "BATCH_STATE_NEW"}, "done": True}, {1: "1:1"}).done
