"""What partners get, and what is said about it."""

from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops.prove.hands import Hands
from ops.prove.mutation import breaks
from ops.prove.mutations.asked import question


@breaks("T1", "Gemini paints with what was promised", "another model than the promised one paints")
def change_the_model(hands: Hands) -> Generator[None]:
    """As it stands beside a picture."""
    ((figurine, model),) = hands.sql(
        "SELECT figurine_id, model FROM generation.pictures WHERE engine = 'gemini' ORDER BY figurine_id DESC LIMIT 1"
    )
    change = "UPDATE generation.pictures SET model = %s WHERE figurine_id = %s"
    hands.sql(change, ["somebody-elses-model", figurine])
    try:
        yield
    finally:
        hands.sql(change, [model, figurine])


@breaks("T2", "Stripe, and others beside it", "somebody else than those who are offered took a payment")
def pay_somebody_else(hands: Hands) -> Generator[None]:
    """An order of the resident's, paid today, that gave no credits."""
    order = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO billing.orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, created_at, paid_at)
        VALUES (%s, %s, 'somebody-else', 'pack', 'none', 'none', 0, 0, 0, 'eur', 'paid', now(), now())
        """,
        [order, hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM billing.orders WHERE id = %s", [order])


@breaks("C6", "no card number", "the number of a card is written down")
def keep_a_card(hands: Hands) -> Generator[None]:
    """Nobody's: it stands in the manuals of payment providers."""
    with question(hands, acknowledged=True, waits="0", topic="4111 1111 1111 1111"):
        yield


@breaks("T5", "every call is on record", "a call to a partner is not on record")
def forget_a_disclosure(hands: Hands) -> Generator[None]:
    """What the resident's figurine was made with."""
    with hands.taken_out("generation.disclosures", "user_id = %s", [hands.resident.id]):
        yield
