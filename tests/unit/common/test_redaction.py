"""A log line says what happened, and never who they are or what they may."""

import io
import json
import logging
import sys
from collections.abc import Generator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from common import logs
from common.redaction import HIDDEN, clean, redact, safe_exception

ADDRESSES = st.from_regex(r"[a-z0-9.+-]{1,12}@[a-z0-9-]{1,10}(\.[a-z]{2,5}){0,2}", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z0-9._~+-]{16,40}", fullmatch=True)
WORDS = st.text(alphabet=st.characters(whitelist_categories=["Ll", "Lu"]), max_size=8)


def around(secret: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """The secret inside a sentence, inside lists and records, at any depth."""
    sentence = st.builds(lambda before, hidden, after: f"{before} {hidden} {after}", WORDS, secret, WORDS)
    return st.recursive(
        sentence,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
        max_leaves=5,
    )


def written(line: dict[str, Any]) -> str:
    return json.dumps(redact(None, "info", line), default=str)


@given(data=st.data(), address=ADDRESSES)
def test_no_address_survives_wherever_it_stands(data: st.DataObject, address: str) -> None:
    nested = data.draw(around(st.just(address)))
    assert address not in written({"event": "x", "what": nested})


@given(data=st.data(), token=TOKENS)
def test_no_bearer_token_survives_wherever_it_stands(data: st.DataObject, token: str) -> None:
    nested = data.draw(around(st.just(f"Bearer {token}")))
    assert token not in written({"event": "x", "what": nested})


def test_a_token_whose_scheme_is_said_twice_does_not_survive() -> None:
    assert "0123456789abcdef" not in written({"event": "x", "what": "BEARER Bearer 0123456789abcdef"})


KEYS = [
    *["password", "new_password", "api_token", "Authorization", "Set-Cookie", "clientSecret", "email", "user_email"],
    *["display_name", "title", "note", "refreshToken", "DSN", "secret_key"],
]


@given(key=st.sampled_from(KEYS), value=st.text() | st.lists(st.text()))
def test_what_a_telling_key_holds_is_hidden(key: str, value: object) -> None:
    assert redact(None, "info", {key: value}) == {key: HIDDEN}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("amqps://billing:pa55@localhost:5671/figurine", "amqps://localhost:5671/figurine"),
        ("postgresql://u:p%40w@db/x?sslmode=verify-full", "postgresql://db/x?sslmode=verify-full"),
        ("key sk_live_abcdefgh12345 used", f"key {HIDDEN} used"),
        ("eyJhbGciOi.eyJzdWIi.c2ln expired", f"{HIDDEN} expired"),
        ("3 figurines in 12.5 ms", "3 figurines in 12.5 ms"),
    ],
)
def test_credentials_go_and_the_rest_of_the_sentence_stays(text: str, kept: str) -> None:
    assert clean(text) == kept


def test_ids_counts_and_outcomes_stay() -> None:
    line = {"event": "job done", "user_id": str(uuid4()), "count": 3, "ok": True, "ms": 1.5, "cause": None}
    assert redact(None, "info", line) == line


def test_secrets_and_bytes_are_hidden_under_any_key() -> None:
    line = {"event": "x", "a": SecretStr("hush-hush"), "b": b"\x89PNG"}
    assert redact(None, "info", line) == {"event": "x", "a": HIDDEN, "b": HIDDEN}


class TestExceptions:
    def test_locals_and_quoted_values_are_not_told(self) -> None:
        told = json.dumps(safe_exception(self.caught()))
        assert "hush-hush" not in told
        assert "ValueError" in told
        assert "fail_with" in told

    @staticmethod
    def caught() -> BaseException:
        def fail_with(treasure: str) -> None:
            message = f"cannot take '{treasure}' and \"{treasure}\"\nDETAIL: {treasure}"
            raise ValueError(message)

        try:
            fail_with("hush-hush")
        except ValueError as error:
            return error
        raise AssertionError

    def test_the_input_of_a_validation_is_not_told(self) -> None:
        class Person(BaseModel):
            age: int

        with pytest.raises(ValidationError) as raised:
            Person.model_validate({"age": "hush-hush"})
        assert "hush-hush" not in json.dumps(safe_exception(raised.value))

    def test_the_cause_is_told_in_the_same_way(self) -> None:
        error = RuntimeError("outer")
        error.__cause__ = psycopg.OperationalError("connection to postgresql://me:pw@db failed")
        told = safe_exception(error)
        assert told["cause"]["class"] == "psycopg.OperationalError"
        assert "pw" not in told["cause"]["says"]


class TestLines:
    @pytest.fixture
    def lines(self, monkeypatch: pytest.MonkeyPatch) -> Generator[io.StringIO]:
        root = logging.getLogger()
        before = (root.handlers[:], root.level, sys.excepthook, logging.captureWarnings)
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        logs.configure(service="toy", role="web")
        yield stream
        root.handlers[:], sys.excepthook = before[0], before[2]
        root.setLevel(before[1])
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()

    def test_a_line_is_one_json_object_with_its_origin(self, lines: io.StringIO) -> None:
        with structlog.contextvars.bound_contextvars(request_id="r-1"):
            structlog.stdlib.get_logger("x").info("done", count=2, email="a@b.example")
        line = json.loads(lines.getvalue())
        assert line["service"] == "toy"
        assert line["role"] == "web"
        assert (line["event"], line["level"], line["request_id"], line["count"]) == ("done", "info", "r-1", 2)
        assert line["email"] == HIDDEN
        assert line["time"].endswith("Z")

    def test_a_line_of_the_standard_library_takes_the_same_way(self, lines: io.StringIO) -> None:
        logging.getLogger("pika.adapters").warning("lost amqps://me:%s@host", "hush-hush")
        line = json.loads(lines.getvalue())
        assert (line["event"], line["logger"], line["level"]) == ("lost amqps://host", "pika.adapters", "warning")

    def test_an_exception_is_one_line_too(self, lines: io.StringIO) -> None:
        try:
            raise KeyError("a@b.example")  # noqa: TRY301 - something to log
        except KeyError:
            logging.getLogger("x").exception("failed")
        assert lines.getvalue().count("\n") == 1
        line = json.loads(lines.getvalue())
        assert line["exception"]["class"] == "builtins.KeyError"
        assert "a@b.example" not in lines.getvalue()

    def test_an_object_is_named_by_its_kind_only(self, lines: io.StringIO) -> None:
        class Person:
            def __repr__(self) -> str:
                return "Ada"

        structlog.stdlib.get_logger("x").info("seen", who=Person())
        assert json.loads(lines.getvalue())["who"] == "<Person>"
