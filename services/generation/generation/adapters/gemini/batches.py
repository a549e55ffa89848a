"""Gemini's batches: many pictures handed over in one call, at half the price, and fetched within a day."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar, cast
from uuid import UUID

import structlog

from generation.ports import BatchNews, PaintingFailed, PaintingUnknown, PaintOrder

from .batch_answers import news
from .breaker import Breaker
from .failures import CallFailed, ModelRetired, failure_of
from .models import Ladder
from .wire import Wire

# What a batch is called at Google: ours among those of whoever else has the key.
PREFIX: Final = "figurines-"
_GONE: Final = "not_there"
_NAME: Final = re.compile(r"batches/[A-Za-z0-9._-]{1,200}", re.ASCII)
_PAGE: Final = 20
_PAGES: Final = 50
_log = structlog.stdlib.get_logger("generation.gemini")
T = TypeVar("T")


class GeminiBatches:
    """Hands groups to the first model that is left. Google learns numbers, photos and prompts; nothing of persons.

    `most` pictures make a group: its photos have to fit into one request, and its pictures into one answer.
    """

    def __init__(self, *, wire: Wire, ladder: Ladder, breaker: Breaker, most: int) -> None:
        self._wire = wire
        self._ladder = ladder
        self._breaker = breaker
        self._most = most

    @property
    def most(self) -> int:
        """How many pictures a group may have."""
        return self._most

    def hand_over(self, batch_id: UUID, orders: Mapping[int, PaintOrder]) -> str:
        """One call, and never a second one: what may have been received is asked about. Returns the batch's name."""
        pictures = {
            str(place + n): (order, n) for place, order in orders.items() for n in range(max(1, order.variants))
        }
        for model in self._ladder.usable():
            try:
                name = self._call(partial(self._wire.create_batch, model, f"{PREFIX}{batch_id}", pictures))
            except ModelRetired:
                self._ladder.retire(model)
                continue
            except CallFailed as failure:
                if _may_have_been_received(failure):
                    raise PaintingUnknown(failure.code, failure.detail) from None
                raise
            if not name or not _NAME.fullmatch(name):
                raise PaintingUnknown("engine_timeout", "batch_without_a_name")
            self._ladder.confirm(model)
            return name
        raise CallFailed("model_retired", "every_model_retired")

    def find(self, batch_id: UUID) -> str | None:
        """The name of our batch in Google's list."""
        return next((name for name, title in self._listed() if title == f"{PREFIX}{batch_id}"), None)

    def look(self, name: str, ratios: Mapping[int, str], *, of_one: bool = False) -> BatchNews:
        """How far it is; a batch that is gone has nothing to come."""
        try:
            operation = self._call(partial(self._wire.read, name), of_a_batch=True)
        except _Gone as gone:
            _log.error("batch gone before it was read")
            return BatchNews(done=True, failure=CallFailed(gone.code, gone.detail))
        return news(operation, ratios, of_one=of_one)

    def stop(self, name: str) -> None:
        """Have it painted no further; one that has ended cannot be stopped, which is fine."""
        with suppress(_Gone):
            self._call(partial(self._wire.cancel_batch, name), of_a_batch=True)

    def delete(self, name: str) -> None:
        """Have Google keep nothing of it."""
        with suppress(_Gone):
            self._call(partial(self._wire.delete_batch, name), of_a_batch=True)

    def _listed(self) -> Iterator[tuple[str, str]]:
        """Name and title of every batch of the key."""
        token = ""
        for _ in range(_PAGES):
            page = self._call(partial(self._wire.read, "batches", pageSize=_PAGE, pageToken=token))
            members = cast("dict[str, object]", page) if isinstance(page, dict) else {}
            for operation in cast("list[dict[str, object]]", members.get("operations") or []):
                metadata = cast("dict[str, object]", operation.get("metadata") or {})
                yield str(operation.get("name") or ""), str(metadata.get("displayName") or "")
            token = str(members.get("nextPageToken") or "")
            if not token:
                return
        raise CallFailed("engine_unavailable", "too_many_batches")

    def _call(self, call: Callable[[], T], *, of_a_batch: bool = False) -> T:
        """Whatever the client raises comes out as a failure in our words; what is not found may be the batch."""
        with self._breaker.guarding():
            try:
                return call()
            except Exception as error:
                failure = failure_of(error)
            if of_a_batch and isinstance(failure, ModelRetired):
                failure = _Gone()
            # Outside, so that the client's error, which may quote what was sent, is not carried along.
            raise failure


class _Gone(CallFailed):
    def __init__(self) -> None:
        super().__init__("engine_unavailable", _GONE)


def _may_have_been_received(failure: PaintingFailed) -> bool:
    """Everything but a clear no: an answer that nobody can read, or a server that broke, may have begun the work."""
    if isinstance(failure, CallFailed) and failure.unknown:
        return True
    return failure.detail == "unreadable_answer" or failure.detail in {"http_408", "http_500", "http_502", "http_504"}
