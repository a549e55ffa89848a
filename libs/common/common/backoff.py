"""How long to wait before trying again."""

import random

_RANDOM = random.SystemRandom()


def jittered(attempt: int, *, first: float, longest: float) -> float:
    """Seconds to wait after so many failures: doubles up to the longest, and never in step with others."""
    whole = min(longest, first * 2 ** min(attempt, 30))
    return _RANDOM.uniform(whole / 2, whole)
