"""What only somebody who lives in the studio notices: she lives a life at once, and one when it is healed."""

from collections.abc import Generator
from contextlib import contextmanager

from ops.embedded.waiting import until
from ops.prove.hands import Hands
from ops.prove.mutation import breaks
from ops.services import CANARY

_LIFE_SECONDS = 180
# What comes first in a file, where cameras write about themselves, goes along as a comment of the new picture.
_KEEPS_WHAT_CAME = """
from gateway.adapters.intake import picture
decode, encoded, came = picture.decode, picture._encoded, []
def remembering(data):
    came[:] = [bytes(data[:400])]
    return decode(data)
def all_of_it(image):
    jpeg = encoded(image)
    return jpeg[:2] + b"\\xff\\xfe" + (len(came[0]) + 2).to_bytes(2) + came[0] + jpeg[2:]
picture.decode, picture._encoded = remembering, all_of_it
"""


def between_lives(hands: Hands) -> None:
    """Wait for the end of the life that is lived: what is to be seen is the next one, from its beginning."""
    memory = hands.stack.site.run / "canary.json"
    until(lambda: not memory.exists(), "The end of a canary's life", seconds=_LIFE_SECONDS)


@contextmanager
def living(hands: Hands) -> Generator[None]:
    """A life that begins when the block does, and one when it ends."""
    hands.restart(CANARY)
    try:
        yield
    finally:
        hands.restart(CANARY)


@breaks("U2", "a canary's photo becomes her figurine", "a photo goes to a partner nobody allowed it to")
def give_photos_away(hands: Hands) -> Generator[None]:
    """Every photo that comes is noted as given to Gemini, whoever it is of."""
    between_lives(hands)
    with (
        hands.trigger(
            "privacy.clocks",
            "AFTER INSERT",
            """
            INSERT INTO privacy.disclosures (id, user_id, figurine_id, partner, kind, purpose, disclosed_at, tier)
            VALUES (gen_random_uuid(), NEW.user_id, NEW.figurine_id, 'google_gemini', 'photo_and_prompt', 'U2',
                    now(), '');
            RETURN NULL;
            """,
        ),
        living(hands),
    ):
        yield


@breaks("R2", "a canary's correction reached her copy", "corrections are taken and thrown away")
def forget_corrections(hands: Hands) -> Generator[None]:
    """The name that was there stays."""
    between_lives(hands)
    with (
        hands.trigger("gateway.accounts", "BEFORE UPDATE", "NEW.name := OLD.name; RETURN NEW;"),
        living(hands),
    ):
        yield


@breaks(
    "R3",
    "a canary person is forgotten",
    "an eraser skips a table: public links stay",
    companions={"R1": "a life cut short", "R2": "a life cut short", "R4": "a life cut short"},
)
def skip_a_table(hands: Hands) -> Generator[None]:
    """Deleting does nothing."""
    between_lives(hands)
    with hands.trigger("generation.shares", "BEFORE DELETE", "RETURN NULL;"), living(hands):
        yield


@breaks("S3", "a canary's photo was stripped", "what a camera writes into a photo is kept")
def keep_what_came(hands: Hands) -> Generator[None]:
    """Another program takes photos in."""
    between_lives(hands)
    with hands.programmed("gateway", "web", code=_KEEPS_WHAT_CAME), living(hands):
        yield
