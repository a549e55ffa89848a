"""What partners get, and what is said about it."""

from collections.abc import Generator

from ops.prove.hands import Hands
from ops.prove.mutation import breaks


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


@breaks("T5", "every call is on record", "a call to a partner is not on record")
def forget_a_disclosure(hands: Hands) -> Generator[None]:
    """What the resident's figurine was made with."""
    with hands.taken_out("generation.disclosures", "user_id = %s", [hands.resident.id]):
        yield
