"""Everything Gemini may answer to a call that arrives: what becomes of it, and that nobody asks twice."""

import base64
import hashlib

import httpx2
import pytest
from google.genai import types

from generation.adapters.gemini.answers import FINISHES
from generation.domain import ASPECT_RATIOS
from ops.emulators.gemini.models import MODELS
from ops.emulators.gemini.script import Behaviour
from tests.integration.generation.gemini_orders import PHOTO, PROMPT, attempt, opened, order

_WITHOUT_PICTURE = sorted(set(FINISHES) - {"STOP"})


def test_it_is_the_engine_the_contract_calls_gemini(gemini_engine):
    assert gemini_engine().name == "gemini"


def test_each_variant_is_one_call_with_a_seed_of_its_own_the_photo_and_the_prompt(gemini_engine, gemini_emulator):
    paintings = gemini_engine().paint(order(variants=4, aspect_ratio="3:4", seed=2**40 + 5))
    calls = gemini_emulator.control.ledger().calls
    assert len(paintings) == len(calls) == 4
    assert len({painting.image for painting in paintings}) == 4
    assert sorted(call.seed for call in calls) == [5, 6, 7, 8]
    for call in calls:
        assert (call.aspect_ratio, call.model) == ("3:4", "gemini-2.5-flash-image")
        assert call.photo_sha256 == hashlib.sha256(PHOTO).hexdigest()
        assert call.prompt_sha256 == hashlib.sha256(PROMPT.encode()).hexdigest()


def test_a_picture_keeps_every_byte_it_came_with_and_says_who_made_it(gemini_engine, gemini_emulator):
    (painting,) = gemini_engine().paint(order(aspect_ratio="4:5"))
    assert (painting.width, painting.height, painting.media_type) == (896, 1152, "image/png")
    assert opened(painting).size == (896, 1152)
    assert painting.model == "gemini-2.5-flash-image"
    assert painting.response_id
    body = {
        "contents": [{"parts": [_photo(), {"text": PROMPT}]}],
        "generationConfig": {"seed": 3, "responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "4:5"}},
    }
    url = f"{gemini_emulator.base_url}/v1/models/{painting.model}:generateContent"
    answer = httpx2.post(url, json=body, headers={"x-goog-api-key": gemini_emulator.key}).json()
    sent = [part["inlineData"]["data"] for part in answer["candidates"][0]["content"]["parts"] if "inlineData" in part]
    assert [base64.b64decode(data) for data in sent] == [painting.image]


@pytest.mark.parametrize("model", sorted(MODELS))
def test_every_shape_of_the_public_contract_comes_untouched_from_every_model(gemini_engine, gemini_emulator, model):
    engine = gemini_engine(models=[model])
    for ratio in ASPECT_RATIOS:
        (painting,) = engine.paint(order(aspect_ratio=ratio))
        assert opened(painting).size == MODELS[model].size(ratio, "1K")
    assert len(gemini_emulator.control.ledger().calls) == len(ASPECT_RATIOS)


@pytest.mark.parametrize("reason", sorted(reason.value for reason in types.BlockedReason))
def test_a_blocked_prompt_is_refused_for_any_reason(gemini_engine, gemini_emulator, reason):
    gemini_emulator.control.will(Behaviour(kind="blocked", reason=reason))
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.detail) == ("refused_by_engine", f"prompt_{reason.lower()}")
    assert len(gemini_emulator.control.ledger().calls) == 1


@pytest.mark.parametrize("reason", _WITHOUT_PICTURE)
def test_each_reason_to_stop_without_a_picture_has_its_code(gemini_engine, gemini_emulator, reason):
    gemini_emulator.control.will(Behaviour(kind="finished", reason=reason))
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.detail) == (FINISHES[reason], f"finish_{reason.lower()}")
    assert len(gemini_emulator.control.ledger().calls) == 1


@pytest.mark.filterwarnings("ignore:.*is not a valid:UserWarning")
@pytest.mark.parametrize(
    ("kind", "code", "detail"),
    [("finished", "no_picture", "finish_new_in_2027"), ("blocked", "refused_by_engine", "prompt_new_in_2027")],
)
def test_a_reason_that_is_not_known_yet_is_an_orderly_failure(gemini_engine, gemini_emulator, kind, code, detail):
    gemini_emulator.control.will(Behaviour(kind=kind, reason="NEW_IN_2027"))
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.detail) == (code, detail)


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (Behaviour(kind="text_only"), "text_only"),
        (Behaviour(kind="empty"), "no_candidate"),
        (Behaviour(kind="finished", reason="STOP"), "no_image_part"),
        (Behaviour(images=0), "text_only"),
        (Behaviour(images=0, with_text=False, thoughts=2), "no_image_part"),
        (Behaviour(kind="garbage_picture"), "unreadable_picture"),
        (Behaviour(kind="truncated_picture"), "unreadable_picture"),
        (Behaviour(kind="truncated_picture", media_type="image/jpeg"), "unreadable_picture"),
        (Behaviour(kind="invalid_json"), "unreadable_answer"),
    ],
)
def test_an_answer_without_a_whole_picture_is_no_picture_after_one_call(
    gemini_engine, gemini_emulator, behaviour, detail
):
    gemini_emulator.control.will(behaviour)
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.detail, failure.retry_after) == ("no_picture", detail, None)
    assert len(gemini_emulator.control.ledger().calls) == 1


def test_of_several_pictures_the_first_is_delivered_and_sketches_never(gemini_engine, gemini_emulator):
    (alone,) = gemini_engine().paint(order())
    gemini_emulator.control.will(Behaviour(images=3, thoughts=2))
    (first,) = gemini_engine().paint(order())
    assert first.image == alone.image


def test_the_variants_that_came_are_delivered_without_the_one_that_was_refused(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(Behaviour(kind="finished", reason="IMAGE_SAFETY"))
    assert len(gemini_engine().paint(order(variants=3))) == 2


def test_of_different_failures_the_one_with_most_hope_is_told(gemini_engine, gemini_emulator):
    refusal, busy = Behaviour(kind="blocked", reason="SAFETY"), Behaviour(kind="error", code=429, retry_seconds=77)
    gemini_emulator.control.will(refusal, busy, Behaviour(kind="text_only"))
    failure = attempt(gemini_engine(), order(variants=3))
    assert (failure.code, failure.retry_after) == ("engine_unavailable", 77.0)


def test_a_shape_that_is_slightly_off_is_cut_without_asking_again(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(Behaviour(aspect_ratio="10:9"))
    (painting,) = gemini_engine().paint(order(aspect_ratio="1:1"))
    assert painting.width == painting.height == opened(painting).width
    assert len(gemini_emulator.control.ledger().calls) == 1


def test_a_wrong_shape_is_asked_for_once_more(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(Behaviour(aspect_ratio="1:1"))
    (painting,) = gemini_engine().paint(order(aspect_ratio="9:16"))
    assert opened(painting).size == (768, 1344)
    assert len(gemini_emulator.control.ledger().calls) == 2


@pytest.mark.parametrize("then", [Behaviour(aspect_ratio="1:1"), Behaviour(kind="text_only"), Behaviour(kind="drop")])
def test_a_shape_that_stays_wrong_is_delivered_whole_in_the_ordered_one(gemini_engine, gemini_emulator, then):
    gemini_emulator.control.will(Behaviour(aspect_ratio="1:1"), then)
    (painting,) = gemini_engine().paint(order(aspect_ratio="9:16"))
    assert abs(opened(painting).width - painting.height * 9 / 16) <= 1
    assert painting.width == 1024
    assert len(gemini_emulator.control.ledger().calls) == 2


def _photo():
    return {"inline_data": {"mime_type": "image/jpeg", "data": base64.b64encode(PHOTO).decode()}}
