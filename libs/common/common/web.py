"""The HTTP door of a service: one application, the same manners everywhere.

    create_app(service: Service[W]) -> Application

Routes are typed functions of the service's blueprints: pydantic models come in as `path`, `query`,
`body`, `form`, `header`; a model goes out (`return model`, or `return model, 201`); a Refused that is
raised becomes problem+json. Inside them: common.current (CurrentUnit, Current) and common.callers.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import structlog
from flask import Flask, Response, g, request
from flask.json.provider import DefaultJSONProvider
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.path_item import PathItem
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel
from werkzeug.middleware.proxy_fix import ProxyFix

from common.addresses import OwnAddresses
from common.bounded import BoundedRequest
from common.callers import SERVICE_TOKEN
from common.clock import Clock
from common.current import bind
from common.health import Readiness
from common.metrics import REQUESTS
from common.openapi import complete
from common.problems import Problem, handle_errors, invalid
from common.service import Service, W
from common.tracing import continued, name_span

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API_VERSION = "1.0.0"
PROBES = frozenset({"/healthz", "/readyz"})
# What an answer says unless its route says otherwise (OWASP REST security cheat sheet).
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Of a visitor's machine nothing is used but the photo she chooses.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_YEAR_SECONDS = 31_536_000
_log = structlog.stdlib.get_logger("common.web")


class StrictJson(DefaultJSONProvider):
    """JSON as RFC 8259 has it: no NaN, no nesting without end."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse; raises ValueError for whatever is not JSON."""
        try:
            return super().loads(s, parse_constant=_refuse_constant, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


class Application(OpenAPI, OwnAddresses):
    """Flask with typed routes; a pydantic model is an answer."""

    json_provider_class = StrictJson
    request_class = BoundedRequest

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, under the trace its `traceparent` names."""
        with continued(environ.get("HTTP_TRACEPARENT"), f"HTTP {environ['REQUEST_METHOD']}"):
            return super().wsgi_app(environ, start_response)

    def register_api(self, api: APIBlueprint, **options: Any) -> None:
        """Add a blueprint; where two of them answer at one address, the document keeps what both say."""
        paths = cast("dict[str, PathItem]", self.paths)  # pyright: ignore[reportUnknownMemberType] - the library's
        known = dict(paths)
        super().register_api(api, **options)
        for address, item in known.items():
            if paths[address] is not item:
                paths[address] = item.model_copy(update={name: said for name, said in paths[address] if said})

    def make_response(self, rv: Any) -> Response:
        """The answer a route meant by what it returned."""
        match rv:
            case BaseModel():
                return super().make_response(_as_json(rv))
            case (BaseModel() as model, *rest):
                return super().make_response((_as_json(model), *rest))
            case _:
                return super().make_response(rv)


def create_app(service: Service[W]) -> Application:
    """The application of a service. Opens nothing: servers are first met by a request."""
    app = Application(
        service.name,
        info=Info(title=f"Figurine studio: {service.name}", version=API_VERSION),
        doc_ui=False,
        static_folder=None,
        security_schemes={
            SERVICE_TOKEN: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            **{name: dict(scheme) for name, scheme in service.security_schemes.items()},
        },
        validation_error_status=400,
        validation_error_model=Problem,
        validation_error_callback=invalid,
    )
    app.config["MAX_CONTENT_LENGTH"] = service.max_body_bytes
    if service.proxies:
        # The address alone: scheme and host are those of the settings.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=service.proxies, x_proto=0, x_host=0)
    bind(app, service)
    handle_errors(app, service.statuses)
    _add_manners(app, service.unit.clock, encrypted=service.settings.tls_cert is not None)
    _add_probes(app, service)
    for blueprint in service.blueprints:
        if isinstance(blueprint, APIBlueprint):
            app.register_api(blueprint)
        else:
            app.register_blueprint(blueprint)
    return app


def _add_manners(app: Flask, clock: Clock, *, encrypted: bool) -> None:
    headers = dict(HEADERS)
    if encrypted:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"

    @app.before_request
    def begin_request() -> None:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        g.request_id = str(clock.new_id())
        g.began = perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end_request(response: Response) -> Response:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = g.request_id
        _account_for(response, seconds=perf_counter() - g.began)
        return response


def _account_for(response: Response, *, seconds: float) -> None:
    # The rule, not the path: a path may hold a share token.
    route = request.url_rule.rule if request.url_rule else "unmatched"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(method, route, str(response.status_code)).observe(seconds)
    name_span(f"{method} {route}", status=response.status_code)
    if route not in PROBES:
        _log.info("request", method=method, route=route, status=response.status_code, ms=round(seconds * 1000, 1))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _add_probes(app: Application, service: Service[W]) -> None:
    readiness = readiness_of(service)

    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    def readyz() -> tuple[dict[str, object], int]:
        report = readiness.examine()
        return report.body(), report.status

    @cache
    def openapi() -> dict[str, Any]:
        document = complete(cast("dict[str, Any]", app.api_doc))
        service.describe(document)
        return document

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/openapi.json", view_func=openapi)


def readiness_of(service: Service[W]) -> Readiness:
    """The database, and whatever else the service says it stands on."""
    return Readiness({"database": service.unit.database.check, **service.checks})


def _as_json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")


def _refuse_constant(constant: str) -> None:
    message = f"{constant} is not JSON"
    raise ValueError(message)
