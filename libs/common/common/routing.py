"""Typed routes: the blueprint of flask-openapi3, with decorators that keep a function's type."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask_openapi3.blueprint import APIBlueprint

from common.forms import taking_form
from common.queries import taking_query

F = TypeVar("F", bound=Callable[..., Any])


class Routes(APIBlueprint):
    """A blueprint; `responses` maps a status to the model that is answered."""

    @staticmethod
    def create_view_func(func: Callable[..., Any], *models: Any, **options: Any) -> Callable[..., Any]:
        """The view that Flask calls, with its form and its query read by us."""
        header, cookie, path, query, form, *others = models
        view = func if form is None else taking_form(func, form)
        view = view if query is None else taking_query(view, query)
        make = cast("Any", APIBlueprint).create_view_func
        return make(view, header, cookie, path, None, None, *others, **options)

    def get(self, rule: str, *, responses: Mapping[Any, Any] | None = None, **options: Any) -> Callable[[F], F]:
        """Answer GET."""
        return _kept(cast("Any", super()).get, rule, responses, options)

    def post(self, rule: str, *, responses: Mapping[Any, Any] | None = None, **options: Any) -> Callable[[F], F]:
        """Answer POST."""
        return _kept(cast("Any", super()).post, rule, responses, options)

    def put(self, rule: str, *, responses: Mapping[Any, Any] | None = None, **options: Any) -> Callable[[F], F]:
        """Answer PUT."""
        return _kept(cast("Any", super()).put, rule, responses, options)

    def patch(self, rule: str, *, responses: Mapping[Any, Any] | None = None, **options: Any) -> Callable[[F], F]:
        """Answer PATCH."""
        return _kept(cast("Any", super()).patch, rule, responses, options)

    def delete(self, rule: str, *, responses: Mapping[Any, Any] | None = None, **options: Any) -> Callable[[F], F]:
        """Answer DELETE."""
        return _kept(cast("Any", super()).delete, rule, responses, options)


def _kept(
    verb: Callable[..., Any], rule: str, responses: Mapping[Any, Any] | None, options: Mapping[str, Any]
) -> Callable[[F], F]:
    decorator = verb(rule, responses=dict(responses) if responses else None, **options)
    return cast("Callable[[F], F]", decorator)
