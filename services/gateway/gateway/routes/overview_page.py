"""/operator: what waits for whoever is at work."""

from flask import Response

from gateway.domain.rooms import OVERVIEW
from gateway.routes.desk import desk_pages, show_room

pages = desk_pages("console overview", *OVERVIEW.roles)


@pages.get(OVERVIEW.path)
def show_overview() -> Response:
    """The rooms that open."""
    return show_room("operator/overview.html")
