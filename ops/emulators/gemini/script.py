"""What the emulator is told to do: the next calls one by one, then by chance, else as the real one on a good day."""

import math
from collections import deque
from enum import StrEnum
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(StrEnum):
    """What may happen to a call."""

    PICTURE = "picture"
    TEXT_ONLY = "text_only"
    EMPTY = "empty"  # no candidate
    BLOCKED = "blocked"  # promptFeedback.blockReason = `reason`
    FINISHED = "finished"  # candidate without content, finishReason = `reason`
    GARBAGE_PICTURE = "garbage_picture"  # bytes that are no picture
    TRUNCATED_PICTURE = "truncated_picture"
    INVALID_JSON = "invalid_json"  # 200, and not JSON
    ERROR = "error"  # HTTP `code`; `retry_seconds` as RetryInfo; `plain` for a body that is not JSON
    LOST = "lost"  # the connection ends before anything was understood
    DROP = "drop"  # the connection ends before the answer, after the work
    DROP_HALFWAY = "drop_halfway"  # in the middle of the body
    SLOW_BODY = "slow_body"  # the body takes `seconds`
    STALL = "stall"  # half the body, then silence
    HANG = "hang"  # no answer, ever


class Latency(_Strict):
    """Seconds until an answer: always `median`, or log-normal around it with `sigma` (of the logarithm)."""

    median: float = Field(default=0.0, ge=0.0)
    sigma: float = Field(default=0.0, ge=0.0)

    def drawn(self, dice: Random) -> float:
        """Seconds for one call."""
        return self.median * math.exp(self.sigma * dice.gauss(0.0, 1.0)) if self.sigma else self.median


class Behaviour(_Strict):
    """What happens to one call."""

    kind: Kind = Kind.PICTURE
    latency: Latency | None = None
    reason: str = ""
    code: int = Field(default=500, ge=400, le=599)
    status: str | None = None
    retry_seconds: float | None = None
    plain: bool = False
    seconds: float = 5.0
    images: int = Field(default=1, ge=0, le=8)
    thoughts: int = Field(default=0, ge=0, le=8)
    with_text: bool = True
    # Other than what was asked for; "5:2" and the like.
    aspect_ratio: str | None = None
    media_type: str | None = None


class Chance(_Strict):
    """A behaviour and its share of the calls, 0 to 1."""

    share: float = Field(ge=0.0, le=1.0)
    behaviour: Behaviour


class Batching(_Strict):
    """What happens to batches: the next hand-overs one by one, then all goes well.

    A batch is ready after `ready_seconds`, or when the door for control says so (None), and ends as `end`. Its requests
    go through the script like calls. `nameless`: answers come without what was sent along; `shuffled`: in another
    order; `unlisted`: so many times the list does not show a batch.
    """

    creates: list[Behaviour] = Field(default_factory=list[Behaviour])
    ready_seconds: float | None = 0.0
    end: Literal["SUCCEEDED", "FAILED", "EXPIRED", "CANCELLED"] = "SUCCEEDED"
    nameless: bool = False
    shuffled: bool = False
    unlisted: int = 0


class Script(_Strict):
    """The next calls one by one; then by chance, the same with the same seed; `retired` models are not found."""

    queue: list[Behaviour] = Field(default_factory=list[Behaviour])
    chances: list[Chance] = Field(default_factory=list[Chance])
    seed: int = 0
    latency: Latency = Latency()
    retired: list[str] = Field(default_factory=list[str])
    batching: Batching = Batching()


class Director:
    """Says for each call what happens to it."""

    def __init__(self, script: Script) -> None:
        self.retired = frozenset(script.retired)
        self._latency = script.latency
        self._queue = deque(script.queue)
        self._chances = script.chances
        self.batching = script.batching
        self.creates = deque(script.batching.creates)
        self._dice = Random(script.seed)  # noqa: S311 - chance that can be had again

    def next(self) -> Behaviour:
        """What happens to this call."""
        if self._queue:
            return self._queue.popleft()
        drawn = self._dice.random()
        for chance in self._chances:
            drawn -= chance.share
            if drawn < 0.0:
                return chance.behaviour
        return Behaviour()

    def pause(self, behaviour: Behaviour) -> float:
        """Seconds before its answer."""
        return (behaviour.latency or self._latency).drawn(self._dice)
