"""What the studio says of its pictures' origin, and that it looks before it says so."""

from uuid import UUID

import pytest
import trustme

from common.clock import SYSTEM_CLOCK
from generation.adapters.finishing import Finisher
from generation.ports import Size
from tests.builders import Life
from tests.fakes.engine import CARD, card, paints
from tests.fixtures.signing import signatures_under
from tests.integration.generation.doors import Ask
from tests.integration.generation.shop import Shop

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture
def life(shop: Shop) -> Life:
    life = shop.ready(variants=2)
    shop.workshop.render_next()
    return life


def address(figurine_id: UUID) -> str:
    return f"/v1/figurines/{figurine_id}/provenance"


def changed(shop: Shop, life: Life, image: bytes) -> None:
    """Somebody who has the keys puts other bytes in the place of the first picture."""
    shop.pictures.put(f"{life.figurine_id}/1/1", Size.FULL, image, owner=life.user_id)


def full(shop: Shop, life: Life) -> bytes:
    with shop.pictures.open(f"{life.figurine_id}/1/1", Size.FULL, owner=life.user_id) as opened:
        return b"".join(opened)


def test_each_picture_says_how_it_came_to_be_and_that_its_signature_holds(
    ask: Ask, shop: Shop, life: Life, authority: trustme.CA
) -> None:
    answer = ask(address(life.figurine_id), life.user_id).get_json()
    assert (answer["figurine_id"], [item["n"] for item in answer["items"]]) == (str(life.figurine_id), [1, 2])
    assert answer["authority"] == authority.cert_pem.bytes().decode()
    for item in answer["items"]:
        assert (item["engine"], item["digital_source_type"], item["made_with_ai"]) == ("fake", GENERATED, True)
        assert (item["sentence"], item["original"]) == ("Made with AI.", True)
        assert (item["validation"]["state"], item["validation"]["problems"]) == ("Trusted", [])
        assert item["manifest"]["signature"]["issuer"] == "Figurine studio"
        (action,) = item["manifest"]["actions"]
        assert (action["action"], action["digital_source_type"]) == ("c2pa.created", GENERATED)


def test_one_changed_byte_shows(ask: Ask, shop: Shop, life: Life) -> None:
    image = bytearray(full(shop, life))
    image[-20] ^= 1
    changed(shop, life, bytes(image))
    first, second = ask(address(life.figurine_id), life.user_id).get_json()["items"]
    assert (first["validation"]["state"], second["validation"]["state"]) == ("Invalid", "Trusted")
    assert first["validation"]["problems"] == ["assertion.dataHash.mismatch"]


def test_one_changed_byte_in_the_store_shows_as_well(ask: Ask, shop: Shop, life: Life) -> None:
    shop.flip_a_byte("figurines", f"{life.figurine_id}/1/1-full")
    (first, _) = ask(address(life.figurine_id), life.user_id).get_json()["items"]
    assert (first["validation"]["state"], first["validation"]["problems"]) == ("Invalid", ["seal.broken"])
    assert first["manifest"] is None


def test_a_picture_somebody_else_signed_is_not_trusted(ask: Ask, shop: Shop, life: Life) -> None:
    forged = Finisher(signatures_under(trustme.CA(organization_name="Somebody else")))
    shop.engine.will(paints(card("teal", CARD)))
    other = shop.ready()
    shop.with_workshop(finish=forged).workshop.render_next()
    (item,) = ask(address(other.figurine_id), other.user_id).get_json()["items"]
    assert item["validation"]["state"] == "Valid"
    assert item["validation"]["problems"] == ["signingCredential.untrusted"]


def test_a_picture_without_a_signature_says_so(ask: Ask, shop: Shop, life: Life) -> None:
    changed(shop, life, card("teal", CARD).image)
    (first, _) = ask(address(life.figurine_id), life.user_id).get_json()["items"]
    assert (first["validation"]["state"], first["manifest"]) == ("Unsigned", None)


def test_a_picture_that_is_gone_says_so(ask: Ask, shop: Shop, life: Life) -> None:
    shop.pictures.sweep(f"{life.figurine_id}/1/1-full")
    states = [item["validation"]["state"] for item in ask(address(life.figurine_id), life.user_id).get_json()["items"]]
    assert states == ["Missing", "Trusted"]


def test_a_figurine_without_pictures_yet_has_nothing_to_say(ask: Ask, shop: Shop) -> None:
    waiting = shop.ready()
    assert ask(address(waiting.figurine_id), waiting.user_id).get_json()["items"] == []


def test_somebody_elses_figurine_does_not_exist(ask: Ask, life: Life) -> None:
    assert ask(address(life.figurine_id), SYSTEM_CLOCK.new_id()).status_code == 404
    assert ask(address(SYSTEM_CLOCK.new_id()), life.user_id).status_code == 404
    assert ask(address(life.figurine_id), None).status_code == 401
