"""Several people with orders of every size on their way at once."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from ops.embedded.waiting import side_by_side, until
from tests.fixtures.customer import ENDED, Customer, expect, plain_photo
from tests.fixtures.stack import RunningStack

# Seven credits of the ten that everybody has.
VARIANTS = (1, 3, 1, 2)
PEOPLE = 5
# Who orders this many has the photo saved.
SAVED_WITH = 3
JOBS = PEOPLE * len(VARIANTS)


class Crowd:
    """Five people, each at her own pace."""

    def __init__(self, stack: RunningStack) -> None:
        self._people = side_by_side(partial(_arrive, stack) for _ in range(PEOPLE))

    def order(self, variants: Sequence[int] = VARIANTS) -> None:
        """Twenty orders, all at once, each of which must be accepted at once."""
        side_by_side(partial(_order, person, variants) for person in self._people)

    def order_stubbornly(self, *, seconds: float) -> None:
        """Twenty orders, each repeated until it is accepted: what a program does that knows its Idempotency-Key."""
        side_by_side(partial(_order_stubbornly, person, seconds) for person in self._people)

    def wait_until_ended(self, *, seconds: float) -> Counter[str]:
        """How many orders came to which end."""
        until(lambda: not self.in_flight(), "The end of every order", seconds=seconds)
        return Counter(self._states())

    def in_flight(self) -> int:
        """How many orders have not come to an end."""
        return sum(state not in ENDED for state in self._states())

    def close(self) -> None:
        for person in self._people:
            person.close()

    def _states(self) -> Sequence[str]:
        return [figurine["state"] for person in self._people for figurine in person.get("figurines")["items"]]


def _arrive(stack: RunningStack) -> Customer:
    person = Customer(stack)
    person.wait_for_credits()
    return person


def _order(person: Customer, variants: Sequence[int]) -> None:
    for count in variants:
        expect(202, person.order(variants=count, save=count == SAVED_WITH))


def _order_stubbornly(person: Customer, seconds: float) -> None:
    for variants in VARIANTS:
        _insist(person, variants, seconds)


def _insist(person: Customer, variants: int, seconds: float) -> None:
    photo, key = plain_photo(), uuid4().hex

    def accepted() -> bool:
        answer = person.order(photo, variants=variants, key=key, save=variants == SAVED_WITH)
        assert answer.status_code in {202, 503}, answer.text
        return answer.status_code == 202

    until(accepted, "The acceptance of an order", seconds=seconds)
