"""/v1/events: live progress as server-sent events that resume (WHATWG HTML, section 9.2)."""

import json
import random
import re
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import psycopg
from flask import Response, request
from pydantic import BaseModel, Field

from common.errors import Unavailable
from common.work import UnitOfWork
from gateway.adapters.live import Bell, Live
from gateway.repository import Work
from gateway.repository.feed import News
from gateway.routes.context import Person, current_person, live, personal, unit
from gateway.use_cases import people

routes = personal("events", counted=False)

HEARTBEAT_SECONDS = 15.0
# Any number a feed can have reached, and no longer one.
_PLACE = re.compile(r"\d{1,18}", re.ASCII)
# Streams end now and then, and never all at once; browsers come back by themselves, with Last-Event-ID.
STREAM_LIFETIME = timedelta(minutes=15)
_SPREAD = 0.2
# After how many milliseconds they do: a process that ends has a thousand of them, which do not come in one moment.
_COME_BACK = (1000, 5000)


class EventsQuery(BaseModel):
    """From where on; the Last-Event-ID header says the same and goes first."""

    last_event_id: Annotated[int | None, Field(ge=0)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An open page: whose it is, and what it listens to, also after the request."""

    unit: UnitOfWork[Work]
    live: Live
    person: Person
    bell: Bell

    def stream(self, seq: int) -> Generator[str]:
        """News from behind `seq` on, until the page's time is over, or its session or key is."""
        yield f"retry: {random.randint(*_COME_BACK)}\n\n"  # noqa: S311 - no secret
        ends = self.unit.clock.now() + STREAM_LIFETIME * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311 - no secret
        while self.unit.clock.now() < ends and not (self.bell.over or self.live.closed):
            self.bell.clear()
            try:
                news = self._after(seq)
            except (Unavailable, psycopg.OperationalError):
                # The line is kept: a thousand pages that all come back would not help.
                yield ": in a moment\n\n"
                self.live.rest()
                continue
            if news is None:
                return
            for item in news:
                seq = item.seq
                yield _event(item)
            if not news and not self.bell.wait(HEARTBEAT_SECONDS):
                yield ": still here\n\n"

    def _after(self, seq: int) -> list[News] | None:
        """What came behind `seq`; None when nobody is signed in here any more."""
        with self.live.turn(), self.unit.begin() as work:
            if not people.is_still_known(work, self.person.token):
                return None
            return work.feed.after(self.person.account_id, seq)


@routes.get("/v1/events", responses={200: {"description": "A stream of events.", "content": {"text/event-stream": {}}}})
def stream(query: EventsQuery) -> Response:
    """`figurine.queued`, `.started`, `.generated`, `.failed`, `credits.changed`, `payment.received` and
    `subscription.changed`, as they happen.
    """
    account_id = current_person().account_id
    seq = _start(account_id, query)
    if request.method == "HEAD":
        # Its body is never read, so that nothing would ever give the place back.
        return Response(mimetype="text/event-stream")
    with ExitStack() as stack:
        bell = stack.enter_context(live().watching(account_id))
        page = Page(unit=unit.bound(), live=live(), person=current_person(), bell=bell)
        response = Response(page.stream(seq), mimetype="text/event-stream")
        response.call_on_close(stack.pop_all().close)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _start(account_id: UUID, query: EventsQuery) -> int:
    sent = request.headers.get("Last-Event-ID", "")
    if _PLACE.fullmatch(sent):
        return int(sent)
    if query.last_event_id is not None:
        return query.last_event_id
    with unit.begin() as work:
        return work.feed.last(account_id)


def _event(news: News) -> str:
    return f"id: {news.seq}\nevent: {news.type}\ndata: {json.dumps(news.data)}\n\n"
