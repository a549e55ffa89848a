"""Query parameters arrive as what their model says."""

from typing import Annotated, ClassVar

import pytest
from flask import Flask, Response
from pydantic import BaseModel, ConfigDict, Field

from common.routing import Routes
from common.web import Application


class Wish(BaseModel):
    """What is asked for."""

    model_config: ClassVar = ConfigDict(extra="forbid")

    first: Annotated[int | None, Field(alias="from")] = None
    kinds: list[str] = []
    days: list[int] | None = None
    word: str = ""


@pytest.fixture
def app() -> Flask:
    app, routes = Application("toy", validation_error_status=400), Routes("toy", __name__)

    @routes.get("/wish")
    def wish(query: Wish) -> Response:
        return Response(query.model_dump_json(), mimetype="application/json")

    app.register_api(routes)
    return app


def test_what_may_come_more_than_once_is_a_list_and_what_may_not_is_the_first(app: Flask) -> None:
    answer = app.test_client().get("/wish?from=3&kinds=a&kinds=b&days=1&word=x&word=y")
    assert answer.get_json() == {"first": 3, "kinds": ["a", "b"], "days": [1], "word": "x"}


def test_what_is_left_out_is_what_the_model_says(app: Flask) -> None:
    assert app.test_client().get("/wish").get_json() == {"first": None, "kinds": [], "days": None, "word": ""}


@pytest.mark.parametrize("sent", ["from=x", "days=x", "other=1"])
def test_what_does_not_fit_is_an_invalid_request(app: Flask, sent: str) -> None:
    answer = app.test_client().get(f"/wish?{sent}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")


def test_the_document_still_tells_of_them(app: Flask) -> None:
    told = app.api_doc["paths"]["/wish"]["get"]["parameters"]
    assert [each["name"] for each in told] == ["from", "kinds", "days", "word"]
