"""What the Gemini engine makes of answers, errors and pictures, without a wire."""

import math
from io import BytesIO

import httpx2
import pytest
from google.genai import errors, types
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation.adapters.gemini.answers import FINISHES, read
from generation.adapters.gemini.failures import AnswerTooLarge, CallFailed, ModelRetired, failure_of
from generation.adapters.gemini.shapes import cut_share, decoded, in_shape, is_close
from generation.domain import ASPECT_RATIOS, FailureCode


def encoded(size, kind="PNG", mode="RGB"):
    sink = BytesIO()
    Image.new(mode, size, "teal").save(sink, kind)
    return sink.getvalue()


def retry_info(delay, code=429):
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    return errors.ClientError(code, {"error": {"code": code, "status": "RESOURCE_EXHAUSTED", "details": [info]}})


def answer(*parts, finish="STOP", **members):
    candidate = types.Candidate(content=types.Content(parts=list(parts)), finish_reason=finish)
    return types.GenerateContentResponse(candidates=[candidate], **members)


def image(data=b"bytes", **members):
    return types.Part(inline_data=types.Blob(data=data, mime_type="image/png"), **members)


def test_every_reason_to_stop_that_the_client_knows_has_its_place_in_the_table():
    assert set(FINISHES) == {reason.value for reason in types.FinishReason}
    assert set(FINISHES.values()) <= set(FailureCode)


def test_the_first_picture_that_is_no_thought_is_taken_and_the_others_are_counted():
    found = read(answer(image(b"sketch", thought=True), types.Part(text="look"), image(b"first"), image(b"second")))
    assert (found.image, found.spare) == (b"first", 1)


def test_a_picture_beside_a_refusal_is_not_delivered():
    with pytest.raises(CallFailed) as failure:
        read(answer(image(), finish="IMAGE_SAFETY"))
    assert (failure.value.code, failure.value.detail) == ("refused_by_engine", "finish_image_safety")


@pytest.mark.parametrize(
    ("response", "detail"),
    [
        (types.GenerateContentResponse(), "no_candidate"),
        (types.GenerateContentResponse(candidates=[]), "no_candidate"),
        (types.GenerateContentResponse(candidates=[types.Candidate()]), "no_image_part"),
        (answer(), "no_image_part"),
        (answer(types.Part(text="no")), "text_only"),
        (answer(types.Part(text="hm", thought=True)), "no_image_part"),
        (answer(image(b"")), "no_image_part"),
        (answer(image(thought=True)), "no_image_part"),
    ],
)
def test_an_answer_without_a_picture_says_what_it_was(response, detail):
    with pytest.raises(CallFailed) as failure:
        read(response)
    assert (failure.value.code, failure.value.detail, failure.value.again) == ("no_picture", detail, False)


@pytest.mark.filterwarnings("ignore:.*is not a valid FinishReason:UserWarning")
def test_a_reason_nobody_has_heard_of_is_no_picture_and_keeps_its_word_if_it_looks_like_one():
    for word, detail in (("FIGURINE_FATIGUE", "finish_figurine_fatigue"), ("drop table; 😀", "finish_unreadable")):
        with pytest.raises(CallFailed) as failure:
            read(answer(finish=word))
        assert (failure.value.code, failure.value.detail) == ("no_picture", detail)


@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError])
def test_what_was_never_sent_may_be_sent_again(kind):
    failure = failure_of(kind("no"))
    assert (failure.code, failure.again, failure.unknown) == ("engine_unavailable", True, False)


@pytest.mark.parametrize(
    "error",
    [
        httpx2.ReadTimeout("late"),
        httpx2.WriteTimeout("late"),
        httpx2.ReadError("gone"),
        httpx2.WriteError("gone"),
        httpx2.CloseError("gone"),
        httpx2.RemoteProtocolError("gone"),
        RuntimeError("nobody has foreseen this"),
    ],
)
def test_what_may_have_been_received_is_unknown_and_not_sent_again(error):
    failure = failure_of(error)
    assert (failure.code, failure.again, failure.unknown) == ("engine_timeout", False, True)


def test_an_answer_that_makes_no_sense_is_no_picture():
    for error in (ValueError("not JSON"), AnswerTooLarge(), httpx2.DecodingError("not gzip")):
        failure = failure_of(error)
        assert (failure.code, failure.again, failure.unknown) == ("no_picture", False, False)


@pytest.mark.parametrize(
    ("delay", "again", "after"),
    [("7s", True, 7.0), ("0.5s", True, 0.5), ("10s", True, 10.0), ("34.07s", False, 34.07), ("soon", True, None)],
)
def test_a_pause_that_is_asked_for_is_waited_out_only_if_it_is_short(delay, again, after):
    failure = failure_of(retry_info(delay))
    assert (failure.code, failure.again, failure.retry_after) == ("engine_unavailable", again, after)


def test_without_retry_info_the_header_is_believed():
    response = httpx2.Response(429, headers={"retry-after": "120"}, text="slow down")
    with pytest.raises(errors.APIError) as raised:
        errors.APIError.raise_for_response(response)
    assert failure_of(raised.value).retry_after == 120.0


@pytest.mark.parametrize(
    "body", [[], {}, {"error": "no"}, {"error": {"details": "no"}}, {"error": {"details": ["no"]}}]
)
def test_an_error_with_any_body_is_understood_by_its_number(body):
    assert failure_of(errors.ServerError(503, {"message": "x"} if body == [] else body)).detail == "http_503"


def test_only_the_api_itself_can_say_that_a_model_is_retired():
    gone = {"error": {"code": 404, "status": "NOT_FOUND", "message": "models/x is not found"}}
    assert isinstance(failure_of(errors.ClientError(404, gone)), ModelRetired)
    page = failure_of(errors.ClientError(404, {"message": "<html>", "status": "Not Found"}))
    assert (page.code, page.detail) == ("engine_unavailable", "http_404")


@pytest.mark.parametrize(
    "damaged",
    [b"", b"no picture", encoded((300, 300))[:-40], encoded((300, 300), "JPEG")[:200], encoded((300, 300), "GIF")],
)
def test_bytes_that_are_no_whole_picture_are_refused(damaged):
    with pytest.raises(CallFailed) as failure:
        decoded(damaged)
    assert (failure.value.code, failure.value.detail) == ("no_picture", "unreadable_picture")


@pytest.mark.parametrize("size", [(255, 1024), (1024, 8200), (8000, 8000)])
def test_a_picture_of_no_sane_size_is_refused_before_it_is_unpacked(size):
    with pytest.raises(CallFailed) as failure:
        decoded(encoded(size, mode="1"))
    assert failure.value.detail == "picture_size"


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_a_picture_is_known_by_its_bytes_and_saved_in_its_own_format(kind, media_type):
    picture = decoded(encoded((1024, 1024), kind))
    assert picture.media_type == media_type
    again = decoded(in_shape(picture, "9:10").image)
    assert (again.media_type, again.pixels.size) == (media_type, (922, 1024))


@given(
    st.sampled_from(ASPECT_RATIOS),
    st.tuples(st.integers(256, 700), st.integers(256, 700)),
)
def test_whatever_shape_comes_the_ordered_one_is_delivered(ratio, size):
    picture = decoded(encoded(size))
    shaped = in_shape(picture, ratio)
    across, down = (int(part) for part in ratio.split(":"))
    width, height = shaped.pixels.size
    if shaped is picture:
        assert math.isclose(width / height, across / down, rel_tol=0.0301)
    else:
        assert abs(width - height * across / down) <= across / down
        cut = width <= size[0] and height <= size[1]
        assert cut == is_close(cut_share(picture, ratio))
        assert Image.open(BytesIO(shaped.image)).size == (width, height)
