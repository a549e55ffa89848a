"""The client says what the OpenAPI document says, and no route of the public API is forgotten."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from common.answers import Answer as PublishedAnswer
from figurine_client import Patience, Studio
from figurine_client.models import figurines, privacy, promises, studio, webhooks
from figurine_client.models.base import Answer, Page
from figurine_client.routes import ROUTES, Repeat
from gateway.routes.scopes import operations
from tests.fakes.published import BODY, Published, published_document
from tests.fakes.schemas import Sides, differences

ID = UUID("01a21ae1-2b00-709c-9728-51839d4b0658")
PICTURE, MODEL_FILE = "/v1/figurines/{figurine_id}/pictures/{n}", "/v1/figurines/{figurine_id}/model.{format}"
Call = Callable[[Studio, Path], object]

# Every method of the client, as people call it.
CALLS: Mapping[str, Call] = {
    "sign in": lambda s, _: s.sign_in("ada@example.org", "correct horse battery"),
    "sign out": lambda s, _: (s.sign_in("ada@example.org", "correct horse battery"), s.sign_out()),
    "account": lambda s, _: s.account.get(),
    "correct": lambda s, _: s.account.correct(name="Ada", contact="by post"),
    "usage": lambda s, _: s.account.usage(),
    "styles": lambda s, _: s.styles.list(),
    "order": lambda s, _: s.figurines.order(b"x", style="clay", variants=2, options={"a": "b"}, save_photo=True),
    "order again": lambda s, _: s.figurines.order(style="clay", saved_photo_id=ID, delivery="batch", title="Me"),
    "edit": lambda s, _: s.figurines.edit(ID, note="A blue scarf.", style="clay", options={"a": "b"}),
    "edit with the photo": lambda s, _: s.figurines.edit(ID, photo=b"x", title="Me", aspect_ratio="1:1"),
    "figurine": lambda s, _: s.figurines.get(ID),
    "figurines": lambda s, _: list(s.figurines.list()),
    "figurines of one kind": lambda s, _: list(
        s.figurines.list(style="clay", state=figurines.State.QUEUED, favourite=True)
    ),
    "cancel": lambda s, _: s.figurines.cancel(ID),
    "delete": lambda s, _: s.figurines.delete(ID),
    "rate": lambda s, _: s.figurines.rate(ID, 4, comment="Good.", reasons=[figurines.Reason.CUT_OFF]),
    "rating": lambda s, _: s.figurines.rating(ID),
    "favour": lambda s, _: s.figurines.favour(ID),
    "disfavour": lambda s, _: s.figurines.disfavour(ID),
    "share": lambda s, _: s.figurines.share(ID),
    "shared": lambda s, _: s.figurines.shared(ID),
    "unshare": lambda s, _: s.figurines.unshare(ID),
    "provenance": lambda s, _: s.figurines.provenance(ID),
    "picture": lambda s, to: s.figurines.picture(ID, 1, to / "1.png", size="preview", format="webp"),
    "pictures": lambda s, to: s.figurines.pictures(s.figurines.get(ID), to / "all"),
    "model": lambda s, _: s.figurines.model(ID, picture=1, height_mm=90),
    "model file": lambda s, to: s.figurines.model_file(ID, to / "m.stl", format="stl", picture=1, height_mm=90),
    "photos": lambda s, _: s.photos.list(),
    "check": lambda s, _: s.photos.check(b"x"),
    "photo": lambda s, to: s.photos.download(ID, to / "photo.jpg", size="thumb"),
    "delete photo": lambda s, _: s.photos.delete(ID),
    "events": lambda s, _: list(islice(s.events(after=6), 1)),
    "balance": lambda s, _: s.credits.balance(),
    "statement": lambda s, _: list(s.credits.statement()),
    "catalogue": lambda s, _: s.credits.catalogue(),
    "consents": lambda s, _: s.privacy.consents(),
    "consent": lambda s, _: s.privacy.consent("gemini", granted=True),
    "ask": lambda s, _: s.privacy.ask("erasure", password="correct horse battery"),
    "requests": lambda s, _: list(s.privacy.requests()),
    "request": lambda s, _: s.privacy.request(ID),
    "archive": lambda s, to: s.privacy.archive(ID, to / "copy.zip"),
    "take back": lambda s, _: s.privacy.take_back(ID),
    "disclosures": lambda s, _: list(s.privacy.disclosures()),
    "accesses": lambda s, _: list(s.privacy.accesses()),
    "record": lambda s, _: s.privacy.record(),
    "erasure": lambda s, _: s.privacy.erasure(ID, "a-key"),
    "receipt": lambda s, _: s.privacy.receipt(ID, "a-key"),
    "receipt keys": lambda s, _: s.privacy.receipt_keys(),
    "webhooks": lambda s, _: s.webhooks.list(),
    "webhook": lambda s, _: s.webhooks.get(ID),
    "deliveries": lambda s, _: list(s.webhooks.deliveries(ID)),
    "redeliver": lambda s, _: s.webhooks.redeliver(ID),
    "redeliver one": lambda s, _: s.webhooks.redeliver(ID, ID),
    "promises": lambda s, _: s.promises.list(),
    "findings": lambda s, _: list(s.promises.findings("P1")),
}

# What the client leaves to the pages, and why. A subject, or one route of it.
LEFT_OUT: Mapping[str, str] = {
    "/s/": "a page, and the pictures on it, for whoever has the link",
    "GET /v1/figurines/{figurine_id}/wishes": "share and rating say the same, each by itself",
    "/v1/accounts": "an account is opened and recovered by a person, with a mail at hand",
    "/v1/account/": "devices, passwords and factors are a person's own business, in a browser",
    "/v1/api-keys": "keys are made where they are shown, on /developers",
    "/v1/audits": "read on /promises",
    "/v1/findings": "read one promise at a time",
    "/v1/billing-details": "payment happens in a browser",
    "/v1/billing-portal": "payment happens in a browser",
    "/v1/checkout": "payment happens in a browser",
    "/v1/credits/codes": "payment happens in a browser",
    "/v1/invoices": "payment happens in a browser",
    "/v1/orders": "payment happens in a browser",
    "/v1/payment-methods": "payment happens in a browser",
    "/v1/payments/": "for payment providers",
    "/v1/subscription": "payment happens in a browser",
    "/v1/operator/": "for staff",
    "/v1/policy": "read on /policy",
    "/v1/privacy/processing": "read on /policy",
    "/v1/statistics": "read on /status",
    "/v1/support/": "letters are written by people",
    "/v1/usage/beacon": "for pages",
    "GET /v1/sessions": "devices are looked at in a browser",
    "DELETE /v1/sessions": "devices are signed out in a browser",
    "POST /v1/sessions/proof": "for pages that ask for the password again",
    "POST /v1/sessions/factor/passkey": "a browser asks a passkey, at the console's door",
    "POST /v1/sessions/factor": "for the console, which asks staff for their second factor",
    "POST /v1/sessions/passkey": "a passkey needs a browser",
    "POST /v1/sessions/passkey/options": "a passkey needs a browser",
    "POST /v1/webhooks": "made on /developers, where the secret is shown",
    "DELETE /v1/webhooks/{webhook_id}": "removed on /developers",
    "POST /v1/webhooks/{webhook_id}/secret": "changed on /developers, where it is shown",
    "GET /v1/figurines/{figurine_id}/model/preview": "for pages; a program has the model",
    "GET /v1/figurines/{figurine_id}/model/turntable": "for pages; a program has the model",
}

# Models whose name is not the document's without `Answer`.
NAMES: Mapping[type[Answer], str] = {
    figurines.Cancelled: "CancelAnswer",
    figurines.Rated: "RatingAnswer",
    figurines.Rating: "OwnRatingAnswer",
    figurines.Shared: "ShareAnswer",
    figurines.Measured: "ModelReportAnswer",
    privacy.PrivacyRequest: "RequestAnswer",
    privacy.Ground: "ReasonAnswer",
    privacy.StoredField: "FieldAnswer",
    privacy.Record: "StoredAnswer",
    studio.Account: "OwnAccountAnswer",
    webhooks.Delivered: "DeliveryAnswer",
    studio.Movement: "StatementItem",
    promises.PromiseDay: "PromiseDay",
    promises.PromiseView: "PromiseView",
}
# What an answer has and the client does not read: the manifest lies in the picture, `sentence` says what it is worth.
UNREAD: Mapping[type[Answer], frozenset[str]] = {figurines.PictureProvenance: frozenset({"manifest", "validation"})}
# What may be sent, and where the document says so.
WORDS: Mapping[str, tuple[frozenset[str], Callable[[dict[str, Any]], Any]]] = {
    "size": (
        frozenset(get_args(figurines.Size)),
        lambda d: query(d, "/v1/figurines/{figurine_id}/pictures/{n}", "size"),
    ),
    "format": (
        frozenset(get_args(figurines.PictureFormat)),
        lambda d: query(d, PICTURE, "format"),
    ),
    "model": (
        frozenset(get_args(figurines.ModelFormat)),
        lambda d: query(d, MODEL_FILE, "format"),
    ),
    "delivery": (frozenset(get_args(figurines.Delivery)), lambda d: schemas(d)["OrderForm"]["properties"]["delivery"]),
    "kind": (frozenset(get_args(privacy.Kind)), lambda d: schemas(d)["RequestBody"]["properties"]["kind"]),
    "state": (frozenset(figurines.State), lambda d: schemas(d)["State"]),
    "reason": (frozenset(figurines.Reason), lambda d: schemas(d)["Reason"]),
    "happening": (frozenset(webhooks.Happening), lambda d: schemas(d)["Happening"]),
    "webhook": (frozenset(webhooks.WebhookState), lambda d: schemas(d)["WebhookState"]),
    "delivery state": (frozenset(webhooks.DeliveryState), lambda d: schemas(d)["DeliveryState"]),
}


def models() -> list[type[Answer]]:
    """Every model of the client, generics aside."""
    found = [Answer]
    for each in found:
        found += [kind for kind in each.__subclasses__() if kind not in found]
    return sorted(
        (each for each in found if each is not Answer and not issubclass(each, Page)), key=lambda each: each.__name__
    )


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return published_document()


@pytest.fixture
def published(document: dict[str, Any]) -> Published:
    return Published(document)


def connected(published: Published) -> Studio:
    return Studio("http://localhost", api_key="fig_x", transport=published, patience=Patience(attempts=1))


def schemas(document: dict[str, Any]) -> dict[str, Any]:
    return document["components"]["schemas"]


def query(document: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    return next(each["schema"] for each in document["paths"][path]["get"]["parameters"] if each["name"] == name)


@pytest.mark.parametrize("name", CALLS)
def test_what_is_asked_for_fits_the_document_and_its_answer_is_understood(
    name: str, published: Published, tmp_path: Path
) -> None:
    with connected(published) as at:
        CALLS[name](at, tmp_path)
    assert published.wrong == []


def test_a_second_factor_is_asked_for_as_the_document_says(document: dict[str, Any]) -> None:
    published = Published(document, statuses={"POST /v1/sessions": "202"})
    with connected(published) as at:
        at.sign_in("ada@example.org", "correct horse battery", code=lambda ways: "123456" if ways else "")
    assert published.wrong == []
    assert published.asked == {"POST /v1/sessions", "POST /v1/sessions/step"}


def test_a_file_is_what_was_sent(published: Published, tmp_path: Path) -> None:
    with connected(published) as at:
        at.figurines.picture(ID, 1, tmp_path / "1.png")
    assert (tmp_path / "1.png").read_bytes() == BODY


def test_every_route_that_the_client_knows_is_in_use_and_those_with_a_key_send_it(
    document: dict[str, Any], tmp_path: Path
) -> None:
    published = Published(document, statuses={"POST /v1/sessions": "202"})
    with connected(published) as at:
        at.sign_in("ada@example.org", "correct horse battery", code=lambda _: "123456")
        for call in CALLS.values():
            if call not in (CALLS["sign in"], CALLS["sign out"]):
                call(at, tmp_path)
        at.sign_out()
    assert published.asked == {f"{route.method} {route.path}" for route in ROUTES}
    assert published.keyed == {f"{each.method} {each.path}" for each in ROUTES if each.repeat is Repeat.WITH_KEY}


def test_every_route_of_the_public_api_is_known_or_left_out_for_a_reason(document: dict[str, Any]) -> None:
    public = {f"{method} {path}" for method, path, _ in operations(document)}
    known = {f"{route.method} {route.path}" for route in ROUTES}
    assert known <= public
    forgotten = [each for each in sorted(public - known) if not reasons(each)]
    assert forgotten == []
    assert [each for each in LEFT_OUT if not any(each in reasons(route) for route in public - known)] == []


def reasons(route: str) -> list[str]:
    """Where the route is left out: by itself, or with its subject."""
    path = route.partition(" ")[2]
    return [each for each in LEFT_OUT if each == route or (each.startswith("/") and path.startswith(each))]


def test_only_what_the_studio_does_once_is_asked_for_twice() -> None:
    by_method = {each.path: each.repeat for each in ROUTES if each.method == "POST"}
    harmless = {path for path, repeat in by_method.items() if repeat is Repeat.HARMLESS}
    assert harmless == {
        "/v1/figurines/{figurine_id}/cancel",
        "/v1/figurines/{figurine_id}/share",
        "/v1/photos/check",
    }


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_model_takes_what_the_document_promises(model: type[Answer], document: dict[str, Any]) -> None:
    mine = model.model_json_schema(mode="validation")
    names = {each.__name__: published_name(each) for each in models()}
    sides = Sides(mine=mine.get("$defs", {}), theirs=schemas(document), names=names)
    theirs = schemas(document)[published_name(model)]
    assert list(differences(mine, theirs, sides, unread=UNREAD.get(model, frozenset()))) == []


def published_name(model: type[Answer]) -> str:
    return NAMES.get(model, f"{model.__name__}Answer")


@pytest.mark.parametrize("name", WORDS)
def test_the_words_that_may_be_said_are_those_of_the_document(name: str, document: dict[str, Any]) -> None:
    mine, find = WORDS[name]
    said = find(document)
    (words,) = [set(each["enum"]) for each in [said, *said.get("anyOf", ())] if "enum" in each]
    assert {str(each) for each in mine} == words


def test_a_word_that_a_later_version_adds_is_no_reason_to_fail() -> None:
    version = {"id": str(ID), "parent_id": None, "picture": None, "note": "", "created_at": "2026-11-27T09:30:00Z"}
    assert figurines.Version.model_validate({**version, "state": "varnishing"}).state == "varnishing"
    assert isinstance(figurines.Version.model_validate({**version, "state": "queued"}).state, StrEnum)


@pytest.mark.usefixtures("document")
def test_no_two_answers_of_the_gateway_share_a_name_and_so_a_schema() -> None:
    found: list[type] = [PublishedAnswer]
    for each in found:
        found += [kind for kind in each.__subclasses__() if kind not in found]
    names = [each.__name__ for each in found if each.__module__.startswith("gateway.routes")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
