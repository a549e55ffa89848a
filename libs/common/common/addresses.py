"""An address with a name of its own takes its own methods alone, even where an id could stand in its place.

`/v1/sessions/proof` is also what `/v1/sessions/<session_id>` may look like: without this, `DELETE /v1/sessions/proof`
would be told that "proof" is no id, and `Allow` would promise a method that is not there (RFC 9110, 10.2.1).
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from functools import cached_property
from typing import NoReturn, cast

from flask import Flask, Request, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule


class OwnAddresses(Flask):
    """Flask that knows which addresses have a name of their own. Routes are added before the first request."""

    @cached_property
    def own_methods(self) -> Mapping[str, Set[str]]:
        """The methods of each address in which nothing varies."""
        methods: defaultdict[str, set[str]] = defaultdict(set)
        for rule in self.url_map.iter_rules():
            if not _varies(rule):
                methods[rule.rule] |= rule.methods or set()
        return methods

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Say what this address takes, and not what an id in its place would."""
        if isinstance(request.routing_exception, MethodNotAllowed) and request.path in self.own_methods:
            raise MethodNotAllowed(sorted(self.own_methods[request.path]))
        super().raise_routing_exception(request)

    def dispatch_request(self) -> ResponseReturnValue:
        """Refuse what only fits because an id could stand here."""
        rule = request.url_rule
        if rule is not None and _varies(rule) and request.path in self.own_methods:
            raise MethodNotAllowed(sorted(self.own_methods[request.path]))
        return super().dispatch_request()

    def make_default_options_response(self) -> Response:
        """What OPTIONS answers."""
        response = super().make_default_options_response()
        if (own := self.own_methods.get(request.path)) is not None:
            response.allow.clear()
            response.allow.update(own)
        return response


def _varies(rule: Rule) -> bool:
    """Whether something stands for an id in it."""
    return bool(cast("set[str]", rule.arguments))  # pyright: ignore[reportUnknownMemberType] - a bare set, by the library
