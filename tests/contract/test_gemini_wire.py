"""The emulator speaks as Gemini does: what it accepts, what it refuses, what it answers, what it can be told to do."""

import base64
import json
import signal
from io import BytesIO
from statistics import median
from time import perf_counter

import httpx2
import pytest
import trustme
from google import genai
from google.genai import errors, types
from PIL import Image

from generation.adapters.gemini.engine import DEFAULT_MODELS, GeminiEngine
from generation.domain import ASPECT_RATIOS
from ops.embedded.site import PROJECT
from ops.emulators.gemini.models import MODELS
from ops.emulators.gemini.script import Behaviour, Chance, Director, Kind, Latency, Script
from tests.fixtures.gemini import running_emulator
from tests.fixtures.photo_files import encoded
from tests.integration.generation.gemini_orders import PHOTO, opened, order

MODEL = "gemini-2.5-flash-image"
_EVERY_KIND = [Behaviour(kind=kind, seconds=0.1) for kind in Kind if kind not in {Kind.HANG, Kind.STALL}]


@pytest.fixture
def ask(gemini_emulator):
    """Send a body as it is."""

    def send(body, *, model=MODEL, version="v1", key=gemini_emulator.key, headers=None):
        url = f"{gemini_emulator.base_url}/{version}/models/{model}:generateContent"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"x-goog-api-key": key, **(headers or {})} if key else headers
        return httpx2.post(url, content=content, headers=sent, timeout=30)

    return send


@pytest.fixture
def client(gemini_emulator):
    options = types.HttpOptions(base_url=gemini_emulator.base_url, timeout=30_000)
    with genai.Client(api_key=gemini_emulator.key, vertexai=False, http_options=options) as opened_client:
        yield opened_client


def request(photo=PHOTO, *, encode=base64.b64encode, names=("inlineData", "mimeType"), **config):
    picture = {names[0]: {names[1]: "image/jpeg", "data": encode(photo).decode()}}
    generation = {"responseModalities": ["TEXT", "IMAGE"], **config}
    return {"contents": [{"parts": [picture, {"text": "a figurine"}], "role": "user"}], "generationConfig": generation}


def refusal(answer):
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return error["code"], error["status"]


def test_every_model_that_is_asked_by_default_is_known():
    assert set(DEFAULT_MODELS) <= set(MODELS)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_no_output_size_is_further_from_its_ratio_than_the_engine_lets_pass(model):
    for ratio in ASPECT_RATIOS:
        across, down = (int(part) for part in ratio.split(":"))
        width, height = MODELS[model].size(ratio, "1K")
        assert abs(width / height / (across / down) - 1) < 0.03


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize(
    "names", [("inlineData", "mimeType"), ("inlineData", "mime_type"), ("inline_data", "mime_type")]
)
def test_both_alphabets_and_both_spellings_are_understood(ask, gemini_emulator, version, encode, names):
    assert ask(request(encode=encode, names=names), version=version).status_code == 200
    photos = {call.photo_sha256 for call in gemini_emulator.control.ledger().calls}
    ask(request())
    assert {call.photo_sha256 for call in gemini_emulator.control.ledger().calls} == photos


def test_the_same_content_has_the_same_digest_and_another_seed_another(ask, gemini_emulator):
    for body in (request(seed=1), request(encode=base64.urlsafe_b64encode, seed=1), request(seed=2)):
        ask(body)
    ledger = gemini_emulator.control.ledger()
    first, second, third = (call.digest for call in ledger.calls)
    assert first == second != third
    assert ledger.billed_twice() == [first]


def test_an_answer_has_the_members_of_the_real_one_and_its_tokens_add_up(ask):
    answer = ask(request(seed=1, imageConfig={"aspectRatio": "16:9"}))
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    body = answer.json()
    assert set(body) == {"candidates", "usageMetadata", "modelVersion", "responseId"}
    (candidate,) = body["candidates"]
    assert (candidate["finishReason"], candidate["index"], candidate["content"]["role"]) == ("STOP", 0, "model")
    usage = body["usageMetadata"]
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]
    assert {"modality": "IMAGE", "tokenCount": 1290} in usage["candidatesTokensDetails"]
    assert {"modality": "IMAGE", "tokenCount": 258} in usage["promptTokensDetails"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "Parsing failed"),
        ([], "expected an object"),
        ({}, "contents is not specified"),
        ({**request(), "figurine": 1}, 'Unknown name "figurine"'),
        (request(colour="red"), 'Unknown name "colour"'),
        (request(seed=2**31), "TYPE_INT32"),
        (request(seed="1"), "TYPE_INT32"),
        (request(imageConfig={"aspectRatio": "7:5"}), "aspect_ratio must be one of"),
        (request(imageConfig={"aspectRatio": "1:8"}), "aspect_ratio must be one of"),
        (request(imageConfig={"imageSize": "2K"}), "image_size must be one of"),
        (request(imageConfig={"outputMimeType": "image/png"}), "Unknown name"),
        (request(b"no photo"), "Unable to process input image"),
        (request(encode=lambda _: b"!!"), "Base64 decoding failed"),
        (request(names=("inlineData", "kind")), "Unknown name"),
    ],
)
def test_a_request_the_real_one_would_not_take_is_an_invalid_argument(ask, gemini_emulator, body, words):
    answer = ask(body)
    assert refusal(answer) == (400, "INVALID_ARGUMENT")
    assert words in answer.json()["error"]["message"]
    (call,) = gemini_emulator.control.ledger().calls
    assert (call.status, call.billed, call.outcome) == (400, False, "invalid_argument")


def test_a_wrong_key_a_missing_key_and_a_missing_model_are_three_different_refusals(ask):
    wrong = ask(request(), key="wrong")
    assert refusal(wrong) == (400, "INVALID_ARGUMENT")
    assert wrong.json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert refusal(ask(request(), key="")) == (403, "PERMISSION_DENIED")
    assert refusal(ask(request(), model="gemini-2.5-flash-image-preview")) == (404, "NOT_FOUND")


def test_a_larger_picture_and_a_longer_one_come_from_the_models_that_make_them(ask):
    body = request(imageConfig={"aspectRatio": "1:4", "imageSize": "2K"})
    parts = ask(body, model="gemini-nano-banana-2.1").json()["candidates"][0]["content"]["parts"]
    (image,) = [part["inlineData"] for part in parts if "inlineData" in part]
    picture = Image.open(BytesIO(base64.b64decode(image["data"])))
    assert (picture.size, picture.format, image["mimeType"]) == ((1024, 4096), "JPEG", "image/jpeg")


def test_without_a_wish_for_pictures_there_are_only_words(ask, gemini_emulator):
    parts = ask(request(responseModalities=["TEXT"])).json()["candidates"][0]["content"]["parts"]
    assert [set(part) for part in parts] == [{"text"}]
    assert [call.billed for call in gemini_emulator.control.ledger().calls] == [False]


def test_googles_own_client_reads_pictures_usage_blocks_and_errors(client, gemini_emulator):
    def ask_once():
        contents = [types.Part.from_bytes(data=PHOTO, mime_type="image/jpeg"), types.Part.from_text(text="x")]
        config = types.GenerateContentConfig(response_modalities=["IMAGE"], seed=1)
        return client.models.generate_content(model=MODEL, contents=contents, config=config)

    gemini_emulator.control.will(
        Behaviour(thoughts=1, images=2),
        Behaviour(kind="blocked", reason="PROHIBITED_CONTENT"),
        Behaviour(kind="error", code=429, retry_seconds=7),
    )
    painted = ask_once()
    assert [bool(part.thought) for part in painted.parts if part.inline_data] == [True, False, False]
    assert (painted.model_version, painted.usage_metadata.candidates_tokens_details[-1].token_count) == (MODEL, 2580)
    assert ask_once().prompt_feedback.block_reason.value == "PROHIBITED_CONTENT"
    with pytest.raises(errors.ClientError) as failure:
        ask_once()
    assert (failure.value.code, failure.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert failure.value.details["error"]["details"][-1]["retryDelay"] == "7s"


def test_the_models_are_listed_without_the_retired_ones(client, gemini_emulator):
    gemini_emulator.control.will(retired=[MODEL])
    assert {model.name for model in client.models.list()} == {f"models/{name}" for name in MODELS if name != MODEL}
    with pytest.raises(errors.ClientError):
        client.models.get(model=MODEL)


def test_a_header_says_what_happens_to_one_call_and_goes_before_the_script(ask, gemini_emulator):
    gemini_emulator.control.will(Behaviour(kind="empty"))
    wish = Behaviour(kind="error", code=503).model_dump_json()
    assert ask(request(), headers={"x-emulator-behaviour": wish}).status_code == 503
    assert "candidates" not in ask(request()).json()
    assert "candidates" in ask(request()).json()


def test_a_script_that_is_not_understood_is_refused_and_the_old_one_stays(ask, gemini_emulator):
    gemini_emulator.control.will(Behaviour(kind="error", code=503))
    answer = httpx2.put(f"{gemini_emulator.base_url}/_emulator/script", json={"queue": [{"kind": "explode"}]})
    assert answer.status_code == 400
    assert ask(request(), headers={"x-emulator-behaviour": "{"}).status_code == 400
    assert ask(request()).status_code == 503


def test_chance_gives_the_shares_it_was_given_and_the_same_twice():
    chances = [
        Chance(share=0.2, behaviour=Behaviour(kind="error")), Chance(share=0.1, behaviour=Behaviour(kind="drop")),
    ]  # fmt: skip
    runs = [Director(Script(chances=chances, seed=seed)) for seed in (1, 1, 2)]
    first, again, other = ([director.next().kind for _ in range(2000)] for director in runs)
    assert first == again != other
    assert 0.17 < first.count(Kind.ERROR) / 2000 < 0.23
    assert 0.08 < first.count(Kind.DROP) / 2000 < 0.12


def test_a_log_normal_latency_has_the_median_it_was_given():
    director = Director(Script(latency=Latency(median=20.0, sigma=0.4), seed=5))
    drawn = [director.pause(Behaviour()) for _ in range(2000)]
    assert 19.0 < median(drawn) < 21.0
    assert max(drawn) > 40.0
    assert director.pause(Behaviour(latency=Latency(median=0.5))) == 0.5


def test_a_fixed_latency_is_kept(ask, gemini_emulator):
    gemini_emulator.control.play(Script(latency=Latency(median=0.3)))
    began = perf_counter()
    ask(request())
    assert perf_counter() - began >= 0.3


@pytest.mark.parametrize("behaviour", _EVERY_KIND, ids=lambda behaviour: behaviour.kind)
def test_each_kind_of_behaviour_is_in_the_ledger_with_what_was_sent_and_billed(ask, gemini_emulator, behaviour):
    gemini_emulator.control.will(behaviour)
    broken = behaviour.kind in {Kind.LOST, Kind.DROP, Kind.DROP_HALFWAY}
    if broken:
        with pytest.raises(httpx2.RemoteProtocolError):
            ask(request(seed=9))
    else:
        assert ask(request(seed=9)).status_code == (500 if behaviour.kind is Kind.ERROR else 200)
    ledger = gemini_emulator.control.ledger()
    (call,) = ledger.calls
    assert (call.outcome, call.seed, ledger.running) == (behaviour.kind, 9, 0)
    assert (call.status is None) == broken
    picture = {Kind.PICTURE, Kind.GARBAGE_PICTURE, Kind.TRUNCATED_PICTURE, Kind.SLOW_BODY}
    assert call.billed == (behaviour.kind in picture | {Kind.DROP, Kind.DROP_HALFWAY})


@pytest.fixture
def tls(tmp_path):
    """Options for an emulator with a certificate, and who signed it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    return ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")), tmp_path / "ca.pem"


def test_over_tls_pictures_come_from_the_studio_engine_labelled_and_the_same_twice(tls):
    options, ca_file = tls
    photo = Image.open(PROJECT / "examples" / "cat.png").convert("RGB").resize((400, 300))
    with running_emulator(*options, ca_file=ca_file) as emulator:
        assert emulator.base_url.startswith("https://")
        engine = GeminiEngine(api_key=emulator.key, base_url=emulator.base_url, ca_file=ca_file)
        wish = order(photo=encoded(photo, "JPEG"), aspect_ratio="1:1", seed=11)
        (first,), (again,) = engine.paint(wish), engine.paint(wish)
        engine.close()
        emulator.process.send_signal(signal.SIGTERM)
        assert emulator.process.wait(15) == 0
    assert first.image == again.image
    picture = opened(first).convert("RGB")
    assert _difference(picture, photo) > 20
    # A band of one colour with white letters in it.
    band = picture.crop((0, 1024 - 73, 1024, 1024))
    colours = {colour: count for count, colour in band.getcolors(1 << 20)}
    assert max(colours.values()) > 0.7 * band.width * band.height
    assert colours[255, 255, 255] > 500


def _difference(one, other):
    """Between two pictures, as seen from afar: 0 to 255."""
    values = zip(one.resize((8, 8)).tobytes(), other.resize((8, 8)).tobytes(), strict=True)
    return sum(abs(a - b) for a, b in values) / 192


SIGNS = "gemini-nano-banana-2.1"


def conversation(answer, *, forget=(), change=None):
    """What was asked and answered, and one more wish."""
    parts = [
        {name: value for name, value in part.items() if name not in forget}
        for part in answer.json()["candidates"][0]["content"]["parts"]
    ]
    if change is not None:
        change(parts)
    turns = [{"role": "user", "parts": [{"text": "a figurine"}]}, {"role": "model", "parts": parts}]
    return {**request(), "contents": [*turns, {"role": "user", "parts": [{"text": "with a scarf"}]}]}


def test_models_after_2_5_sign_what_they_make_and_go_on_from_it(ask, gemini_emulator):
    first = ask(request(), model=SIGNS)
    assert all(part["thoughtSignature"] for part in first.json()["candidates"][0]["content"]["parts"])
    assert ask(conversation(first), model=SIGNS).status_code == 200
    call = gemini_emulator.control.ledger().calls[-1]
    assert (call.turns, call.signatures) == (3, 2)


def test_a_picture_that_comes_back_without_its_signature_is_refused(ask):
    first = ask(request(), model=SIGNS)
    answer = ask(conversation(first, forget={"thoughtSignature"}), model=SIGNS)
    assert refusal(answer) == (400, "INVALID_ARGUMENT")
    assert "missing a thought_signature in content position 2, part position 1" in answer.json()["error"]["message"]


@pytest.mark.parametrize("sent", ["AAAA", "!!!!", "", None])
def test_a_signature_that_is_not_its_own_is_refused(ask, sent):
    def change(parts):
        parts[-1]["thoughtSignature"] = sent

    answer = ask(conversation(ask(request(), model=SIGNS), change=change), model=SIGNS)
    assert refusal(answer) == (400, "INVALID_ARGUMENT")


def test_a_signature_of_another_model_or_of_another_picture_is_refused(ask):
    first, other = ask(request(), model=SIGNS), ask(request(seed=9), model=SIGNS)
    assert ask(conversation(first), model="gemini-3-pro-image").status_code == 400
    foreign = other.json()["candidates"][0]["content"]["parts"][-1]["thoughtSignature"]

    def change(parts):
        parts[-1]["thoughtSignature"] = foreign

    assert ask(conversation(first, change=change), model=SIGNS).status_code == 400


def test_the_2_5_model_signs_nothing_and_asks_for_nothing(ask):
    first = ask(request())
    assert not any("thoughtSignature" in part for part in first.json()["candidates"][0]["content"]["parts"])
    assert ask(conversation(first)).status_code == 200


def test_a_conversation_ends_with_the_user(ask):
    body = conversation(ask(request()))
    assert refusal(ask({**body, "contents": body["contents"][:2]})) == (400, "INVALID_ARGUMENT")
