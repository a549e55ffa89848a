"""A form field is the text that was typed into it."""

import io
from collections.abc import Generator

import pytest
import structlog
from flask.testing import FlaskClient

from tests.fakes.toy.client import new_client


@pytest.fixture
def client() -> Generator[FlaskClient]:
    with structlog.testing.capture_logs():
        yield new_client()


@pytest.mark.parametrize("title", ["2026", "null", "true", '"quoted"', '{"a": 1}', "[1]", "Ada & Ben", "", "[" * 40])
def test_a_title_is_text_whatever_it_looks_like(client: FlaskClient, title: str) -> None:
    assert client.post("/labels", data={"title": title}).get_json()["title"] == title


def test_numbers_lists_and_files_are_understood(client: FlaskClient) -> None:
    data = {"title": "x", "copies": "3", "words": ["1", "two"], "photo": (io.BytesIO(b"12345"), "photo.jpg")}
    response = client.post("/labels", data=data, content_type="multipart/form-data")
    assert response.get_json() == {"title": "x", "copies": 3, "words": ["1", "two"], "bytes": 5}


def test_a_file_field_left_empty_is_no_file(client: FlaskClient) -> None:
    data = {"title": "x", "photo": (io.BytesIO(b""), "")}
    assert client.post("/labels", data=data, content_type="multipart/form-data").get_json()["bytes"] == 0


@pytest.mark.parametrize("data", [{}, {"title": "x", "copies": "many"}, {"title": "[" * 100_000}])
def test_a_form_that_does_not_fit_is_an_invalid_request(client: FlaskClient, data: dict[str, str]) -> None:
    response = client.post("/labels", data=data)
    assert response.status_code == 400
    assert response.get_json()["code"] == "invalid_request"
    assert response.get_json()["errors"]
