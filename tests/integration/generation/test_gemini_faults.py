"""Errors and broken lines between the engine and Gemini: what is tried again, what never is, and what is told."""

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import perf_counter

import pytest
from structlog.testing import capture_logs

from generation.ports import PaintingFailed, PaintingUnknown
from ops.emulators.gemini.script import Behaviour, Chance, Latency, Script
from tests.integration.generation.gemini_orders import PROMPT, attempt, attempts, order


def error(code, **members):
    return Behaviour(kind="error", code=code, **members)


@pytest.mark.parametrize("code", [408, 500, 502, 503, 504])
def test_a_busy_partner_is_tried_twice_and_no_more(gemini_engine, gemini_emulator, code):
    gemini_emulator.control.will(error(code), error(code))
    failure = attempt(gemini_engine(), order())
    assert (type(failure), failure.code, failure.detail) == (PaintingFailed, "engine_unavailable", f"http_{code}")
    assert len(gemini_emulator.control.ledger().calls) == 2


@pytest.mark.parametrize("first", [error(503), error(500, plain=True), error(429, retry_seconds=0.01), error(429)])
def test_what_went_wrong_once_goes_well_the_second_time(gemini_engine, gemini_emulator, first):
    gemini_emulator.control.will(first)
    assert len(gemini_engine().paint(order())) == 1
    ledger = gemini_emulator.control.ledger()
    assert [call.billed for call in ledger.calls] == [False, True]


def test_a_short_pause_that_is_asked_for_is_kept(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(error(429, retry_seconds=0.5))
    began = perf_counter()
    assert len(gemini_engine().paint(order())) == 1
    assert perf_counter() - began >= 0.5


def test_a_long_pause_that_is_asked_for_is_handed_on_at_once(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(error(429, retry_seconds=120))
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.detail, failure.retry_after) == ("engine_unavailable", "too_many_calls", 120.0)
    assert len(gemini_emulator.control.ledger().calls) == 1


def test_a_partner_that_stays_too_busy_is_left_alone_for_as_long_as_it_says(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(error(429, retry_seconds=0.1), error(429, retry_seconds=0.2))
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.retry_after) == ("engine_unavailable", 0.2)
    assert len(gemini_emulator.control.ledger().calls) == 2


@pytest.mark.parametrize(
    ("behaviour", "code", "detail"),
    [
        (error(400), "no_picture", "request_refused"),
        (error(413), "no_picture", "request_refused"),
        (error(400, status="FAILED_PRECONDITION"), "engine_unavailable", "key_refused"),
        (error(401), "engine_unavailable", "key_refused"),
        (error(403), "engine_unavailable", "key_refused"),
        (error(404, plain=True), "engine_unavailable", "http_404"),
        (error(501), "engine_unavailable", "http_501"),
    ],
)
def test_what_another_try_cannot_change_is_not_tried_again(gemini_engine, gemini_emulator, behaviour, code, detail):
    gemini_emulator.control.will(behaviour)
    failure = attempt(gemini_engine(), order())
    assert (failure.code, failure.detail) == (code, detail)
    assert len(gemini_emulator.control.ledger().calls) == 1


def test_a_wrong_key_is_told_to_the_operator(gemini_engine):
    with capture_logs() as logs:
        failure = attempt(gemini_engine(api_key="not the key"), order())
    assert (failure.code, failure.detail) == ("engine_unavailable", "key_refused")
    assert [entry["log_level"] for entry in logs if "check the key" in entry["event"]] == ["error"]


def test_a_partner_that_is_not_there_is_unavailable_and_nothing_is_unknown(gemini_engine):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        failure = attempt(gemini_engine(base_url=f"http://127.0.0.1:{closed.getsockname()[1]}"), order())
    assert (type(failure), failure.code, failure.detail) == (PaintingFailed, "engine_unavailable", "no_connection")


@pytest.mark.parametrize(
    ("behaviour", "deadline", "detail"),
    [
        (Behaviour(kind="drop"), 30.0, "connection_lost"),
        (Behaviour(kind="drop_halfway"), 30.0, "connection_lost"),
        (Behaviour(kind="hang"), 1.0, "no_answer_in_time"),
        (Behaviour(kind="slow_body", seconds=60), 1.0, "no_answer_in_time"),
        (Behaviour(kind="stall"), 1.0, "no_answer_in_time"),
        (Behaviour(latency=Latency(median=60)), 1.0, "no_answer_in_time"),
    ],
)
def test_a_call_whose_answer_never_came_is_unknown_and_never_repeated(
    gemini_engine, gemini_emulator, behaviour, deadline, detail
):
    gemini_emulator.control.will(behaviour)
    engine = gemini_engine(deadline=deadline)
    began = perf_counter()
    failure = attempt(engine, order())
    assert perf_counter() - began < 20
    assert (type(failure), failure.code, failure.detail) == (PaintingUnknown, "engine_timeout", detail)
    assert failure.calls == 1
    assert len(gemini_emulator.control.ledger().calls) == 1


def test_a_deadline_is_for_the_whole_answer_not_for_each_silence_in_it(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(Behaviour(kind="stall", latency=Latency(median=3.0)))
    engine = gemini_engine(deadline=4.0)
    began = perf_counter()
    assert attempt(engine, order()).detail == "no_answer_in_time"
    assert perf_counter() - began < 6.0


def test_every_unknown_call_of_an_order_is_counted(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(Behaviour(kind="drop"), Behaviour(kind="drop_halfway"), Behaviour(kind="text_only"))
    failure = attempt(gemini_engine(), order(variants=3))
    assert (type(failure), failure.calls) == (PaintingUnknown, 2)
    assert len(gemini_emulator.control.ledger().calls) == 3


def test_unknown_calls_beside_pictures_are_told_too(gemini_engine, gemini_emulator):
    told = []
    engine = gemini_engine(unknown_beside_pictures=lambda figurine_id, calls: told.append((figurine_id, calls)))
    gemini_emulator.control.will(Behaviour(kind="drop"))
    assert len(engine.paint(order(variants=2))) == 1
    assert told == [(order().figurine_id, 1)]
    assert len(engine.paint(order(variants=2))) == 2
    assert len(told) == 1


def test_pictures_are_delivered_even_if_nobody_can_take_note_of_the_unknown_calls(gemini_engine, gemini_emulator):
    def fail(_figurine_id, _calls):
        raise OSError("the database is away")

    gemini_emulator.control.will(Behaviour(kind="drop"))
    with capture_logs() as logs:
        assert len(gemini_engine(unknown_beside_pictures=fail).paint(order(variants=2))) == 1
    assert [entry["calls"] for entry in logs if entry["log_level"] == "error"] == [1]


def test_without_a_prompt_the_photo_is_not_sent(gemini_engine, gemini_emulator):
    failure = attempt(gemini_engine(), order(prompt=""))
    assert (failure.code, failure.detail) == ("no_picture", "no_prompt")
    assert gemini_emulator.control.ledger().calls == []


def test_a_redirect_is_not_followed_for_the_photo_would_go_to_somebody_else(gemini_engine, gemini_emulator):
    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(307)
            self.send_header("location", gemini_emulator.base_url + self.path)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        failure = attempt(gemini_engine(base_url=f"http://127.0.0.1:{server.server_port}"), order())
    finally:
        server.shutdown()
        server.server_close()
    assert (failure.code, failure.detail) == ("engine_unavailable", "http_307")
    assert gemini_emulator.control.ledger().calls == []


def test_a_closed_engine_takes_no_orders_and_may_be_closed_twice(gemini_engine, gemini_emulator):
    engine = gemini_engine()
    engine.close()
    engine.close()
    failure = attempt(engine, order(variants=2))
    assert (failure.code, failure.detail) == ("engine_unavailable", "engine_closed")
    assert gemini_emulator.control.ledger().calls == []


def test_closing_does_not_wait_for_a_pause_and_begins_no_further_try(gemini_engine, gemini_emulator):
    gemini_emulator.control.will(error(429, retry_seconds=9))
    engine = gemini_engine()
    came = []
    painting = threading.Thread(target=lambda: came.append(attempt(engine, order())))
    began = perf_counter()
    painting.start()
    while not gemini_emulator.control.ledger().calls:
        assert perf_counter() - began < 8
    engine.close()
    painting.join()
    assert perf_counter() - began < 8
    assert (came[0].code, came[0].detail) == ("engine_unavailable", "engine_closed")
    assert len(gemini_emulator.control.ledger().calls) == 1


def test_twenty_orders_at_once_never_make_more_calls_than_allowed(gemini_engine, gemini_emulator):
    gemini_emulator.control.play(Script(latency=Latency(median=0.05, sigma=0.3)))
    engine = gemini_engine(max_concurrent=3)
    came = attempts(engine, [order(seed=10 * n, variants=2) for n in range(20)])
    ledger = gemini_emulator.control.ledger()
    assert [len(each) for each in came] == [2] * 20
    assert (len(ledger.calls), ledger.most_at_once) == (40, 3)
    assert ledger.billed_twice() == []


def test_amid_faults_of_every_kind_each_order_ends_and_no_picture_is_billed_twice(gemini_engine, gemini_emulator):
    faults = [
        error(500), error(503), error(429, retry_seconds=0.01), error(429, retry_seconds=60), error(400),
        Behaviour(kind="drop"), Behaviour(kind="drop_halfway"), Behaviour(kind="invalid_json"),
        Behaviour(kind="garbage_picture"), Behaviour(kind="text_only"), Behaviour(kind="blocked", reason="SAFETY"),
    ]  # fmt: skip
    chances = [Chance(share=0.5 / len(faults), behaviour=fault) for fault in faults]
    gemini_emulator.control.play(Script(chances=chances, seed=4))
    told = []
    engine = gemini_engine(unknown_beside_pictures=lambda _id, calls: told.append(calls))
    came = attempts(engine, [order(seed=10 * n, variants=1 + n % 4) for n in range(40)])
    ledger = gemini_emulator.control.ledger()
    assert ledger.billed_twice() == []
    painted = sum(len(each) for each in came if isinstance(each, list))
    unknown = sum(told) + sum(each.calls for each in came if isinstance(each, PaintingUnknown))
    unanswered = [call for call in ledger.calls if call.outcome in {"drop", "drop_halfway"}]
    assert painted == sum(call.outcome == "picture" for call in ledger.calls)
    assert unknown == len(unanswered) > 0
    # Which orders the chances hit depends on whose call comes first; this one is told to come later for certain.
    gemini_emulator.control.will(error(429, retry_seconds=60))
    came.append(attempt(engine, order()))
    assert {each.code for each in came if isinstance(each, PaintingFailed)} >= {"engine_unavailable", "engine_timeout"}


def test_neither_prompt_nor_photo_is_ever_logged_or_carried_by_a_failure(gemini_engine, gemini_emulator, caplog):
    caplog.set_level(logging.DEBUG)
    behaviours = [
        Behaviour(), error(400), error(503), error(503), Behaviour(kind="drop"), Behaviour(kind="invalid_json"),
        Behaviour(kind="garbage_picture"), error(429, retry_seconds=99),
    ]  # fmt: skip
    gemini_emulator.control.will(*behaviours)
    engine = gemini_engine(pause=0.001)
    with capture_logs() as logs:
        failures = [attempt(engine, order()) for _ in range(7)]
    told = f"{logs} {[record.getMessage() for record in caplog.records]} {failures}"
    told += f" {[each for failure in failures for each in _carried(failure)]}"
    assert "figurine_id" in told
    assert "Quillfeather" in PROMPT
    for secret in ("Quillfeather", "_9j_4AAQ", "/9j/4AAQ", gemini_emulator.key):
        assert secret not in told


def _carried(failure):
    """An exception and what it came from."""
    while isinstance(failure, BaseException):
        yield repr(failure)
        failure = failure.__cause__ or failure.__context__
