"""Promise C6 on a real Postgres: a card number is found in whatever column it was written into."""

from collections.abc import Iterator

import psycopg
import pytest

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.inventory import Column, Inventory, Table
from common.probes import Found, Look
from common.probes.cards import no_card_numbers

CARD = "4111 1111 1111 1111"
INVENTORY = Inventory(
    "toy",
    Table("news", subject=None, because="a test", columns={"id": "A number.", "bank": Column("A bank's.", ours=True)}),
)


@pytest.fixture
def database(empty_database: str) -> Iterator[Database]:
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            """
            CREATE TABLE news (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, seed bigint, bank text, said text,
                               body bytea, more jsonb);
            INSERT INTO news (seed, bank, said, body, more)
            VALUES (4111111111111111, '4111111111111111', 'cs_test_4111111111111111',
                    '{"type": "charge.succeeded", "seed": 4111111111111111}', '{"amount": 4111111111111111}');
            """
        )
    database = Database(empty_database, application="test", max_size=2)
    yield database
    database.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("said", f"my card is {CARD}"),
        ("body", f'{{"data": {{"card": ["{CARD}"]}}}}'.encode()),
        ("body", CARD.encode()),
        ("more", f'{{"card": "{CARD}"}}'),
    ],
)
def test_a_card_number_is_found_and_numbers_that_count_something_are_not(
    database: Database, column: str, value: object
) -> None:
    look = Look(database=database, clock=SYSTEM_CLOCK)
    found = no_card_numbers(INVENTORY).check(look)
    assert (found.state, found.figures["rows"]) == (Found.KEPT, 1)
    with database.begin() as connection:
        connection.execute(f"INSERT INTO news ({column}) VALUES (%s)".encode(), [value])  # noqa: S608 - names from above
    found = no_card_numbers(INVENTORY).check(look)
    assert (found.state, found.figures["which"]) == (Found.BROKEN, f"news.{column}")
    assert "4111" not in found.checked
