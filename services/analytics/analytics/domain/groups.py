"""Groups too small to be told of, and what else has to be hidden with them. Pure."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

# Fewer people than that are never told of as a group.
K: Final = 20

# How many different people there are in these groups taken together.
Together = Callable[[Collection[str]], int]


def hidden_groups(people: Mapping[str, int], together: Together, *, k: int = K) -> frozenset[str] | None:
    """Which groups may only be told of as one; None where nothing at all may be told.

    A group of fewer than k people is hidden. One hidden group alone, or several of fewer than k people in all, could be
    worked out from a sum: the smallest of the others is hidden with them, until nobody can (complementary suppression).
    """
    hidden = {group for group, count in people.items() if count < k}
    rest = sorted(people.keys() - hidden, key=lambda group: (people[group], group))
    while hidden and (len(hidden) == 1 or together(hidden) < k):
        if not rest:
            return None
        hidden.add(rest.pop(0))
    return frozenset(hidden)
