"""The doors of events and of webhook endpoints."""

from ops.emulators.stripe.errors import Json, invalid, required
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import VERSION, World

_ENDPOINT = ("url", "enabled_events", "description", "metadata", "api_version", "disabled")
_KEPT_SECONDS = 30 * 86400


def show_all(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/events of the last 30 days; `delivery_success=false` are those an endpoint did not take."""
    kinds = set(params.texts("types"))
    one = params.text("type")
    delivered = params.flag("delivery_success")
    oldest = world.now - _KEPT_SECONDS

    def fits(event: Json) -> bool:
        kind: str = event["type"]
        typed = (not kinds or kind in kinds) and (
            one is None or kind == one or (one.endswith("*") and kind.startswith(one[:-1]))
        )
        taken = event["_delivered"] is True
        return typed and event["created"] >= oldest and delivered in (None, taken)

    return listing(filter(fits, matching(params, world, "event", ())), params, "/v1/events")


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/events/{id}."""
    return world.get("event", ident)


def endpoint(world: World, url: str, events: list[str], secret: str, **members: object) -> Json:
    """A new webhook endpoint."""
    blank: Json = {
        "api_version": VERSION,
        "application": None,
        "description": None,
        "metadata": {},
        "status": "enabled",
    }
    return world.add("webhook_endpoint", "we", url=url, enabled_events=events, secret=secret, **(blank | members))


def create_endpoint(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/webhook_endpoints; only this answer tells the secret."""
    url = params.need("url")
    if not url.startswith(("https://", "http://")):
        raise invalid("url", "Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid")
    events = params.texts("enabled_events")
    if not events:
        raise required("enabled_events")
    told = {"description": params.text("description"), "metadata": params.metadata()}
    return endpoint(world, url, events, world.id("whsec", 32), **told)


def update_endpoint(world: World, params: Params, ident: str) -> Json:
    """POST /v1/webhook_endpoints/{id}."""
    kept = world.get("webhook_endpoint", ident)
    members: Json = {}
    if params.has("url"):
        members["url"] = params.need("url")
    if params.has("enabled_events"):
        members["enabled_events"] = params.texts("enabled_events")
    if params.has("disabled"):
        members["status"] = "disabled" if params.flag("disabled") else "enabled"
    world.change(kept, **members)
    return _silent(kept)


def _silent(kept: Json) -> Json:
    return {name: value for name, value in kept.items() if name != "secret"}


def show_endpoint(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/webhook_endpoints/{id}."""
    return _silent(world.get("webhook_endpoint", ident))


def show_endpoints(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/webhook_endpoints."""
    return listing([_silent(each) for each in world.every("webhook_endpoint")], params, "/v1/webhook_endpoints")


def delete_endpoint(world: World, _params: Params, ident: str) -> Json:
    """DELETE /v1/webhook_endpoints/{id}."""
    world.change(world.get("webhook_endpoint", ident), deleted=True)
    return {"id": ident, "object": "webhook_endpoint", "deleted": True}


_LIST = (*LISTING, "type", "types", "created", "delivery_success")
ROUTES = (
    Route("GET", "/v1/events", show_all, _LIST),
    Route("GET", "/v1/events/{id}", retrieve),
    Route("POST", "/v1/webhook_endpoints", create_endpoint, _ENDPOINT),
    Route("GET", "/v1/webhook_endpoints", show_endpoints, LISTING),
    Route("GET", "/v1/webhook_endpoints/{id}", show_endpoint),
    Route("POST", "/v1/webhook_endpoints/{id}", update_endpoint, _ENDPOINT),
    Route("DELETE", "/v1/webhook_endpoints/{id}", delete_endpoint),
)
