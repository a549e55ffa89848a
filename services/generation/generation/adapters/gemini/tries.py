"""One picture: through the models that are left, with at most two tries."""

from dataclasses import dataclass
from threading import Event
from time import perf_counter

import structlog
from google.genai import types
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from generation.ports import Painting, PaintingFailed, PaintOrder

from .breaker import Breaker
from .failures import CallFailed, ModelRetired, TurnsRefused, failure_of
from .measures import CALLS, SECONDS, SPARE
from .models import Ladder
from .results import Found, found_in, painting_of
from .shapes import cut_share, is_close
from .turns import at_best
from .wire import Wire

_TRIES = 2
_log = structlog.stdlib.get_logger("generation.gemini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went with one picture; `unknown` calls may have been billed though their answers never came."""

    painting: Painting | None = None
    failure: CallFailed | None = None
    unknown: int = 0


class Tries:
    """Makes pictures one by one; safe to use from several threads. `pause` is the first back-off in seconds."""

    def __init__(self, *, wire: Wire, ladder: Ladder, breaker: Breaker, pause: float, closing: Event) -> None:
        self._wire = wire
        self._ladder = ladder
        self._breaker = breaker
        self._closing = closing
        self._back_off = wait_exponential_jitter(initial=pause, max=8 * pause, jitter=pause)

    def paint(self, order: PaintOrder, variant: int) -> Outcome:
        """The picture of a variant (from 0), or why there is none. Raises nothing but what is a mistake of ours."""
        work = _Work(order, variant)
        tries = Retrying(
            stop=stop_after_attempt(_TRIES),
            retry=retry_if_exception(_is_worth_another),
            wait=self._pause,
            sleep=self._wait,
            reraise=True,
        )
        try:
            return Outcome(painting=tries(self._try, work))
        except CallFailed as failure:
            unknown = 1 if failure.unknown else 0
            if work.misshapen is None:
                return Outcome(failure=failure, unknown=unknown)
            return Outcome(painting=painting_of(work.misshapen, order.aspect_ratio, order), unknown=unknown)

    def _wait(self, seconds: float) -> None:
        if self._closing.wait(seconds):
            raise CallFailed("engine_unavailable", "engine_closed")

    def _pause(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome is not None else None
        asked = failure.retry_after if isinstance(failure, PaintingFailed) else None
        return self._back_off(state) if asked is None else asked

    def _try(self, work: "_Work") -> Painting:
        """One answer, from whichever model is still there."""
        for model in at_best(self._ladder.usable(), work.order):
            try:
                found = self._call(model, work)
            except ModelRetired:
                self._ladder.retire(model)
                continue
            self._ladder.confirm(model)
            share = cut_share(found.picture, work.order.aspect_ratio)
            if is_close(share):
                return painting_of(found, work.order.aspect_ratio, work.order)
            work.misshapen = found
            raise CallFailed("no_picture", "wrong_shape", again=True)
        raise CallFailed("model_retired", "every_model_retired")

    def _call(self, model: str, work: "_Work") -> Found:
        """One call, measured."""
        with self._breaker.guarding():
            started = perf_counter()
            try:
                response = self._ask(model, work)
            except CallFailed as failure:
                CALLS.labels(model, failure.code, failure.detail).inc()
                raise
            finally:
                SECONDS.labels(model).observe(perf_counter() - started)
        try:
            found = found_in(response, model)
        except CallFailed as failure:
            CALLS.labels(model, failure.code, failure.detail).inc()
            raise
        CALLS.labels(model, "painted", "").inc()
        SPARE.inc(found.answer.spare)
        return found

    def _ask(self, model: str, work: "_Work") -> types.GenerateContentResponse:
        """Whatever the client raises, the order has to end."""
        try:
            return self._wire.ask(model, work.order, work.variant, anew=work.anew)
        except Exception as error:
            failure = failure_of(error)
        if isinstance(failure, TurnsRefused):
            work.anew = True
        # Outside, so that the client's error, which may quote what was sent, is not carried along.
        raise failure


@dataclass(slots=True)
class _Work:
    """What is asked for; `misshapen` is a picture in the wrong shape, better than none."""

    order: PaintOrder
    variant: int
    misshapen: Found | None = None
    # Earlier turns were refused: the next try leaves them out.
    anew: bool = False


def _is_worth_another(error: BaseException) -> bool:
    return isinstance(error, CallFailed) and error.again
