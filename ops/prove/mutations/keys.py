"""Keys of people, and what lies under them."""

from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops.prove.hands import Hands
from ops.prove.mutation import breaks


@breaks("R3", "encrypted under one's own key", "what a person wrote lies under somebody else's key")
def give_a_key_away(hands: Hands) -> Generator[None]:
    """The resident's key in generation is called a stranger's."""
    give = "UPDATE generation.person_keys SET user_id = %s WHERE user_id = %s"
    stranger = SYSTEM_CLOCK.new_id()
    hands.sql(give, [stranger, hands.resident.id])
    try:
        yield
    finally:
        # Whoever needed a key meanwhile got a new one; what lay under the old one would stay closed.
        hands.sql("DELETE FROM generation.person_keys WHERE user_id = %s", [hands.resident.id])
        hands.sql(give, [hands.resident.id, stranger])
