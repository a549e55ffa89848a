"""The engine of the public contract called `gemini`."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

import structlog

from common.clock import SYSTEM_CLOCK, Clock
from common.contracts.allowances import MOST_VARIANTS
from generation.domain import MOST_HOPE_FIRST, FailureCode
from generation.ports import Painting, PaintingFailed, PaintingUnknown, PaintOrder

from .batches import GeminiBatches
from .breaker import Breaker
from .failures import CallFailed
from .models import Ladder
from .tries import Outcome, Tries
from .wire import Wire

DEFAULT_MODELS = ("gemini-2.5-flash-image", "gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image")

_log = structlog.stdlib.get_logger("generation.gemini")


class GeminiEngine:
    """Paints with Google's models, one call for each picture, several at once; sends the photo and the prompt only.

    `deadline` is seconds for one call, `max_concurrent` calls of the whole process, `retired_for` how long a model
    that was not found is left alone, `batch_pictures` how many pictures a batch may have. `unknown_beside_pictures`
    hears of calls whose answers never came when the same order still gave pictures; without any picture
    PaintingUnknown says it.
    """

    def __init__(
        self,
        *,
        api_key: str,
        models: Sequence[str] = DEFAULT_MODELS,
        base_url: str | None = None,
        api_version: str = "v1",
        headers: Mapping[str, str] | None = None,
        ca_file: Path | None = None,
        deadline: float = 90.0,
        max_concurrent: int = 8,
        pause: float = 1.0,
        breaker_failures: int = 5,
        breaker_seconds: float = 30.0,
        retired_for: timedelta = timedelta(hours=6),
        batch_pictures: int = 8,
        unknown_beside_pictures: Callable[[UUID, int], None] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._closing = Event()
        self._wire = Wire(
            api_key=api_key,
            base_url=base_url,
            api_version=api_version,
            headers=headers,
            ca_file=ca_file,
            deadline=deadline,
        )
        ladder = Ladder(models, retired_for=retired_for, clock=clock)
        breaker = Breaker(failures=breaker_failures, seconds=breaker_seconds, clock=clock)
        self._breaker = breaker
        self._batches = GeminiBatches(wire=self._wire, ladder=ladder, breaker=breaker, most=batch_pictures)
        self._tries = Tries(
            wire=self._wire,
            ladder=ladder,
            breaker=breaker,
            pause=pause,
            closing=self._closing,
        )
        # As many threads as calls may run: what is more waits in line.
        self._threads = ThreadPoolExecutor(max_concurrent, thread_name_prefix="gemini")
        self._tell_unknown = unknown_beside_pictures

    @property
    def name(self) -> str:
        """What the public contract calls this engine."""
        return "gemini"

    @property
    def breaker_state(self) -> str:
        """Whether calls pass, as `closed`, `half-open` or `open`."""
        return self._breaker.state

    def try_again(self) -> bool:
        """Let the next call try the way at once; False where calls are not held back."""
        return self._breaker.try_again()

    @property
    def batches(self) -> GeminiBatches:
        """Painting in groups, within a day."""
        return self._batches

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        """One picture per variant; those that fail are left out.

        Raises PaintingFailed: `refused_by_engine`, `no_picture`, `model_retired`, `engine_unavailable` (perhaps with
        `retry_after` in seconds), and PaintingUnknown when a call may have been received and billed without an answer.
        """
        if not order.prompt:
            raise PaintingFailed("no_picture", "no_prompt")
        count = max(1, min(order.variants, MOST_VARIANTS))
        running = [self._begin(order, variant) for variant in range(count)]
        outcomes = [_result(each) for each in running]
        paintings = [outcome.painting for outcome in outcomes if outcome.painting is not None]
        unknown = sum(outcome.unknown for outcome in outcomes)
        failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
        for failure in failures:
            _log.warning("picture failed", figurine_id=str(order.figurine_id), code=failure.code, detail=failure.detail)
        if not paintings:
            raise _told(failures, unknown)
        if unknown:
            self._note(order.figurine_id, unknown)
        return paintings

    def close(self) -> None:
        """Take no more orders and begin no more tries; the calls that run are waited for."""
        self._closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._wire.close()

    def _note(self, figurine_id: UUID, unknown: int) -> None:
        """What nobody can take note of must not cost the pictures that came."""
        if self._tell_unknown is None:
            return
        try:
            self._tell_unknown(figurine_id, unknown)
        except Exception:
            _log.exception("unknown calls not recorded", figurine_id=str(figurine_id), calls=unknown)

    def _begin(self, order: PaintOrder, variant: int) -> "Future[Outcome]":
        try:
            return self._threads.submit(self._tries.paint, order, variant)
        except RuntimeError:
            never: Future[Outcome] = Future()
            never.cancel()
            return never


def _result(running: "Future[Outcome]") -> Outcome:
    try:
        return running.result()
    except CancelledError:
        return Outcome(failure=CallFailed("engine_unavailable", "engine_closed"))


def _told(failures: Sequence[CallFailed], unknown: int) -> PaintingFailed:
    """One failure for the whole order."""
    if unknown:
        lost = next(failure for failure in failures if failure.unknown)
        return PaintingUnknown(lost.code, lost.detail, calls=unknown)
    most = min(failures, key=lambda failure: MOST_HOPE_FIRST.index(FailureCode(failure.code)))
    pauses = [failure.retry_after for failure in failures if failure.retry_after is not None]
    return PaintingFailed(
        most.code, most.detail, retry_after=max(pauses, default=None) if most.code == "engine_unavailable" else None
    )
