"""What is stored about a person, as she reads it at the public door; analytics is away here."""

from datetime import datetime, timedelta
from typing import Any

from common.clock import SYSTEM_CLOCK
from tests.integration.gateway.studio import ORIGIN, Studio

SERVICES = ["gateway", "generation", "billing", "privacy", "analytics"]


def by_key(record: dict[str, Any]) -> dict[str, Any]:
    """Entries by service and key, as in `gateway.accounts`."""
    return {f"{part['service']}.{entry['key']}": entry for part in record["services"] for entry in part["items"]}


def test_a_person_reads_how_much_of_hers_is_stored_and_why(studio: Studio) -> None:
    ada, bob = studio.sign_up(), studio.sign_up()
    assert ada.order().status_code == 202
    studio.settle()
    record = by_key(ada.get("/v1/privacy/record").get_json())
    counts = {key: entry["count"] for key, entry in record.items()}
    assert (counts["gateway.accounts"], counts["gateway.figurines"], counts["generation.pictures"]) == (1, 1, 1)
    assert (counts["generation.uploads"], counts["generation.uploads/"]) == (1, 0), "the photo went, its proof stayed"
    assert counts["generation.figurines/"] == 1
    assert counts["billing.entries"] == 3, "welcome credits, set aside, charged"
    others = by_key(bob.get("/v1/privacy/record").get_json())
    assert (others["gateway.figurines"]["count"], others["billing.entries"]["count"]) == (0, 1)


def test_every_entry_says_what_it_is_why_how_long_and_what_becomes_of_it(studio: Studio) -> None:
    entries = by_key(studio.sign_up().get("/v1/privacy/record").get_json())
    assert len(entries) > 25
    for entry in entries.values():
        assert all(entry[said].strip() for said in ("what", "kept", "erased", "exported"))
        assert entry["category"]["sentence"]
        assert entry["purposes"]
        assert entry["fields"]
    assert next(field for field in entries["gateway.accounts"]["fields"] if field["name"] == "email")["sealed"]


def test_what_an_erasure_leaves_is_told_with_the_day_until_which_it_stays(studio: Studio) -> None:
    entries = by_key(studio.sign_up().get("/v1/privacy/record").get_json())
    assert {entry["outcome"] for entry in entries.values()} == {"destroyed", "unlinked", "kept"}
    assert (entries["gateway.accounts"]["outcome"], entries["gateway.accounts"]["stays_until"]) == ("destroyed", None)
    statement = entries["billing.entries"]
    assert statement["outcome"] == "unlinked"
    assert datetime.fromisoformat(statement["stays_until"]) > SYSTEM_CLOCK.now() + timedelta(days=9 * 365)


def test_a_service_that_is_away_is_named_and_hides_nothing_of_the_others(studio: Studio) -> None:
    record = studio.sign_up().get("/v1/privacy/record").get_json()
    assert [(part["service"], part["available"]) for part in record["services"]] == [
        (name, name != "analytics") for name in SERVICES
    ]


def test_the_public_record_is_for_everybody_and_about_nobody(studio: Studio) -> None:
    studio.sign_up()
    response = studio.client().get("/v1/privacy/processing", base_url=ORIGIN)
    assert response.status_code == 200
    entries = by_key(response.get_json())
    assert entries["billing.entries"]["erased"].endswith("because of tax law: accounting records.")
    assert {entry["count"] for entry in entries.values()} == {None}


def test_ones_own_record_needs_a_signed_in_person(studio: Studio) -> None:
    response = studio.client().get("/v1/privacy/record", base_url=ORIGIN)
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated")


def test_the_inner_door_answers_only_the_gateway(studio: Studio) -> None:
    assert studio.client().get("/v1/record", base_url=ORIGIN).status_code == 404
