"""Copies, receipts, figurines and photos of people, and what they allowed."""

from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops.prove.hands import Hands
from ops.prove.mutation import breaks

_COUNTS_EVERYBODY = """
from types import SimpleNamespace
from generation.repository.quality import Quality

def of_styles(self, *, since, least_people):
    query = "SELECT count(*) FROM ratings WHERE rated_at >= %s"
    return [SimpleNamespace(ratings=self._connection.execute(query, [since]).fetchone()[0])]

Quality.of_styles = of_styles
"""


@breaks("C3", "pictures are there", "a picture is gone from the store")
def lose_a_picture(hands: Hands) -> Generator[None]:
    """The resident's newest."""
    with hands.objects_away("figurines", _newest_picture(hands)):
        yield


@breaks("K2", "no figurine went by itself", "a figurine goes that nobody deleted")
def delete_by_itself(hands: Hands) -> Generator[None]:
    """It is written down as gone."""
    mark = "UPDATE generation.figurines SET gone_at = %s WHERE user_id = %s AND deleted_at IS NULL"
    hands.sql(mark, [SYSTEM_CLOCK.now(), hands.resident.id])
    try:
        yield
    finally:
        hands.sql(mark, [None, hands.resident.id])


@breaks(
    *("R1", "copies come in time", "a copy that lacks a part since two days"),
    companions={"R4": "an archive that lacks a part is not whole"},
)
def keep_a_part_back(hands: Hands) -> Generator[None]:
    """The resident's, as if analytics had not given its part."""
    lack = "UPDATE privacy.archives SET missing = %s, gather_until = now() + %s::interval WHERE request_id = %s"
    request = hands.resident.copy()
    hands.sql(lack, [["analytics"], "-2 days", request])
    try:
        yield
    finally:
        hands.sql(lack, [[], "0", request])


@breaks("R3", "receipts hold", "a receipt says something else than it was signed with")
def change_a_receipt(hands: Hands) -> Generator[None]:
    """The newest."""
    ((number, body),) = hands.sql("SELECT number, body FROM privacy.receipts ORDER BY number DESC LIMIT 1")
    change = "UPDATE privacy.receipts SET body = %s WHERE number = %s"
    hands.sql(change, [body.replace("completed", "completes"), number])
    try:
        yield
    finally:
        hands.sql(change, [body, number])


@breaks("R4", "archives are whole", "an archive is gone from the store")
def lose_an_archive(hands: Hands) -> Generator[None]:
    """The resident's own."""
    request = hands.resident.copy()
    ((lies,),) = hands.sql("SELECT object FROM privacy.archives WHERE request_id = %s", [request])
    with hands.objects_away("exports", lies):
        yield


@breaks("R5", "nothing after a no", "a partner is told something of somebody who never said yes")
def tell_without_a_yes(hands: Hands) -> Generator[None]:
    """As the record of it says."""
    told = SYSTEM_CLOCK.new_id()
    hands.sql(
        """
        INSERT INTO generation.disclosures (id, user_id, figurine_id, attempt, partner, kind, purpose, at)
        SELECT %s, %s, %s, attempt, partner, kind, purpose, now() FROM generation.disclosures WHERE user_id = %s LIMIT 1
        """,
        [told, SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id(), hands.resident.id],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM generation.disclosures WHERE id = %s", [told])


@breaks("U2", "photos serve their owners", "a photo serves somebody else than its owner")
def use_for_somebody_else(hands: Hands) -> Generator[None]:
    """The resident's photo becomes a stranger's, and her figurine stays hers."""
    ((upload,),) = hands.sql("SELECT id FROM generation.uploads WHERE user_id = %s LIMIT 1", [hands.resident.id])
    give = "UPDATE generation.uploads SET user_id = %s WHERE id = %s"
    hands.sql(give, [SYSTEM_CLOCK.new_id(), upload])
    try:
        yield
    finally:
        hands.sql(give, [hands.resident.id, upload])


@breaks("U5", "only what was allowed", "the quality report counts everybody, asked or not")
def count_everybody(hands: Hands) -> Generator[None]:
    """Another program than the one that was tested; the resident rated, and allowed nothing."""
    with hands.programmed("generation", "worker", code=_COUNTS_EVERYBODY):
        yield


def _newest_picture(hands: Hands) -> str:
    ((prefix,),) = hands.sql(
        """
        SELECT prefix FROM generation.pictures JOIN generation.figurines ON figurines.id = figurine_id
         WHERE user_id = %s ORDER BY figurine_id DESC LIMIT 1
        """,
        [hands.resident.id],
    )
    return str(prefix)
