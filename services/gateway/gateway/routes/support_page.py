"""/support: questions that are often asked, the form for all others, and one's threads."""

from datetime import timedelta

from flask import Blueprint, Response

from gateway.domain.languages import catalogued
from gateway.domain.tickets import ANSWERED_WITHIN, MAX_MESSAGE, QUIET_AFTER, Topic
from gateway.routes.context import unit
from gateway.routes.pages import show_page
from gateway.routes.shared import DISCREET
from gateway.routes.speaking import say

page = Blueprint("support_page", __name__)
WORDS = {
    Topic.PHOTO: catalogued("A photo of mine"),
    Topic.FIGURINE: catalogued("A figurine, or one that failed"),
    Topic.CREDITS: catalogued("Credits, payments or a plan"),
    Topic.ACCOUNT: catalogued("My account, or signing in"),
    Topic.PRIVACY: catalogued("My data and the privacy policy"),
    Topic.OTHER: catalogued("Something else"),
}
_LATE = timedelta(days=90)
# Of fewer answers nothing can be said that is usual.
_AT_LEAST = 5


@page.get("/support")
def show() -> Response:
    """The same address with the key of a letter behind the # shows a thread to who is not signed in."""
    with unit.begin() as work:
        usual = work.answer_times.usual(within=_LATE, at_least=_AT_LEAST)
    response = show_page(
        "support.html",
        topics=WORDS,
        usually=in_words(usual) if usual else None,
        longest_days=ANSWERED_WITHIN.days,
        quiet_days=QUIET_AFTER.days,
        max_message=MAX_MESSAGE,
    )
    response.headers.update({"Referrer-Policy": DISCREET["Referrer-Policy"]})
    return response


def in_words(time: timedelta) -> str:
    """About how long, rounded up: nobody is promised less than it takes."""
    hours = -int(-time.total_seconds() // 3600)
    if hours <= 1:
        return say("an hour")
    if hours <= 36:
        return say("%(n)s hours") % {"n": hours}
    return say("%(n)s days") % {"n": -(-hours // 24)}
