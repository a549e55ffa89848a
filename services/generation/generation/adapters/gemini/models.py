"""Which model to ask: the first of the list that is not known to be retired."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

import structlog

from common.clock import Clock

from .measures import RETIRED

_log = structlog.stdlib.get_logger("generation.gemini")


class Ladder:
    """Models in order of preference; one that was not found is left alone for a while."""

    def __init__(self, models: Sequence[str], *, retired_for: timedelta, clock: Clock) -> None:
        if not models:
            raise ValueError("Name at least one Gemini model.")
        self._models = tuple(dict.fromkeys(models))
        self._retired_for = retired_for
        self._clock = clock
        self._lock = Lock()
        self._until: dict[str, datetime] = {}
        for model in self._models:
            RETIRED.labels(model).set(0)

    def usable(self) -> list[str]:
        """The models worth asking now."""
        with self._lock:
            now = self._clock.now()
            return [model for model in self._models if model not in self._until or self._until[model] <= now]

    def retire(self, model: str) -> None:
        """The partner does not know the model: tell the operator once, ask others meanwhile."""
        with self._lock:
            now = self._clock.now()
            known = model in self._until and self._until[model] > now
            self._until[model] = now + self._retired_for
        if not known:
            RETIRED.labels(model).set(1)
            _log.error("Gemini model retired: take it off the list of models and add its successor", model=model)

    def confirm(self, model: str) -> None:
        """The model answered: whatever was known against it no longer holds."""
        with self._lock:
            if self._until.pop(model, None) is None:
                return
        RETIRED.labels(model).set(0)
        _log.info("Gemini model answers again", model=model)
