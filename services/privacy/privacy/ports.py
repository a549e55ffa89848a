"""What privacy's doors are told by the wiring."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How requests are dealt with: how long somebody who asks for erasure may think again."""

    think_again: timedelta
