"""The studio as its OpenAPI document describes it: takes what fits, and answers with the document's own examples."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import httpx2
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import SecretStr
from werkzeug.formparser import parse_form_data

import gateway.settings
import gateway.wiring
from common.web import create_app
from gateway.routes.scopes import operations
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY

ETAG = '"a-picture"'
BODY = b"the bytes of a file"
NEWS = b'id: 7\nevent: figurine.queued\ndata: {"figurine_id": "01a21ae1-2b00-709c-9728-51839d4b0658"}\n\n'


def published_document() -> dict[str, Any]:
    """The document as the gateway publishes it; nothing of it needs a server."""
    unused, key = SecretStr("unused"), SecretStr(f"1:{'A' * 43}=")
    settings = gateway.settings.Settings(
        mode="local",
        database_url=SecretStr("postgresql://unused@localhost:1/unused"),
        broker_url=SecretStr("amqp://localhost/unused"),
        token_public_key=PUBLIC_KEY,
        token_private_key=SecretStr(PRIVATE_KEY),
        s3_endpoint="https://localhost:1",
        s3_access_key="unused",
        s3_secret_key=unused,
        sealing_keys=key,
        upload_keys=key,
        **{
            f"{name}_url": "https://localhost:1" for name in ("generation", "billing", "privacy", "analytics", "public")
        },
        smtp_url=SecretStr("smtp://localhost:1"),
        blind_index_key=SecretStr("B" * 43 + "="),
    )
    service = gateway.wiring.build(settings)
    document = create_app(service).test_client().get("/openapi.json").get_json()
    service.close()
    return document


@dataclass(slots=True)
class Published(httpx2.BaseTransport):
    """Keeps what does not fit in `wrong`, and which routes were asked in `asked`."""

    document: dict[str, Any]
    # Which status a route answers with, where it may be one of several.
    statuses: Mapping[str, str] = field(default_factory=dict)
    # Fields that are said otherwise than in the document's examples.
    changes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    keyed: set[str] = field(default_factory=set)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        for method, path, operation in operations(self.document):
            places = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+?)", path.replace(".", r"\.")), request.url.path)
            if method == request.method and places and not self._is_another(path, request.url.path):
                self.asked.add(f"{method} {path}")
                if "Idempotency-Key" in request.headers:
                    self.keyed.add(f"{method} {path}")
                values = dict(zip(re.findall(r"\{(\w+)\}", path), map(unquote, places.groups()), strict=True))
                self.wrong += [f"{method} {path}: {each}" for each in self._faults(request, operation, values)]
                return self._answer(f"{method} {path}", operation)
        self.wrong.append(f"no such route: {request.method} {request.url.path}")
        return httpx2.Response(404, json={"code": "not_found", "detail": "There is no such route."})

    def _is_another(self, path: str, asked: str) -> bool:
        """Whether the document has this very address, without a place where `path` has one."""
        return path != asked and asked in self.document["paths"]

    def _faults(self, request: httpx2.Request, operation: dict[str, Any], places: Mapping[str, str]) -> Iterator[str]:
        known = {(each["in"], each["name"]): each for each in operation.get("parameters", ())}
        sent = {**{("path", name): value for name, value in places.items()}}
        sent |= {("query", name): value for name, value in request.url.params.items()}
        yield from (f"unknown parameter {each}" for each in sent.keys() - known.keys())
        yield from (f"missing {each}" for each, said in known.items() if said.get("required") and each not in sent)
        for each in sent.keys() & known.keys():
            yield from self._unfit(_typed(sent[each], known[each]["schema"], self.document), known[each]["schema"])
        yield from self._faults_of_body(request, operation)

    def _faults_of_body(self, request: httpx2.Request, operation: dict[str, Any]) -> Iterator[str]:
        content = operation.get("requestBody", {}).get("content", {})
        media_type = request.headers.get("Content-Type", "").partition(";")[0]
        if not content:
            yield from ["a body that nobody asked for"] if request.content else []
        elif media_type not in content:
            yield f"a body of {media_type or 'no type'}"
        else:
            schema = _resolved(content[media_type]["schema"], self.document)
            body = json.loads(request.content) if media_type == "application/json" else self._form(request, schema)
            yield from (f"unknown field {each}" for each in body.keys() - schema["properties"].keys())
            yield from self._unfit(body, schema)

    def _form(self, request: httpx2.Request, schema: dict[str, Any]) -> dict[str, Any]:
        environ = {
            "wsgi.input": BytesIO(request.content),
            "CONTENT_LENGTH": str(len(request.content)),
            "CONTENT_TYPE": request.headers["Content-Type"],
            "REQUEST_METHOD": "POST",
        }
        _, fields, files = parse_form_data(environ)
        said = {
            name: _typed(value, schema["properties"].get(name, {}), self.document) for name, value in fields.items()
        }
        for name, file in files.items():
            file.close()
            said[name] = "a file"
        return said

    def _unfit(self, value: object, schema: dict[str, Any]) -> Iterator[str]:
        whole = {**schema, "components": self.document["components"]}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        yield from (error.message for error in validator.iter_errors(value))

    def _answer(self, route: str, operation: dict[str, Any]) -> httpx2.Response:
        status = self.statuses.get(route) or min(each for each in [*operation["responses"], "299"] if each < "3")
        content = operation["responses"].get(status, {}).get("content", {"image/png": {}} if status == "299" else {})
        if "application/json" in content:
            return httpx2.Response(int(status), json=_example(content["application/json"], self.changes.get(route, {})))
        if "text/event-stream" in content:
            return httpx2.Response(200, content=NEWS, headers={"Content-Type": "text/event-stream"})
        if not content:
            return httpx2.Response(int(status))
        return httpx2.Response(200, content=BODY, headers={"Content-Type": next(iter(content)), "ETag": ETAG})


def _example(content: dict[str, Any], changes: Mapping[str, object]) -> Any:
    shown = content["example"] if "example" in content else next(iter(content["examples"].values()))["value"]
    # A list of one page.
    return {**shown, **({"next_cursor": None} if "next_cursor" in shown else {}), **changes}


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _typed(written: str, schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """What a text in a form or an address means, by its schema."""
    kinds = {_resolved(each, document).get("type") for each in schema.get("anyOf", [schema])}
    if kinds & {"integer", "boolean", "object"} and "string" not in kinds:
        return json.loads(written)
    return written
