"""What a person is told of the photos that are held of hers: what each waits for, until when, and that it went."""

from datetime import datetime, timedelta

from tests.integration.gateway.studio import Studio

DAY = timedelta(hours=24)


def test_each_held_photo_is_shown_with_what_it_waits_for_and_its_deadline_and_then_with_its_proof(
    studio: Studio,
) -> None:
    ada = studio.sign_up()
    figurine = ada.order().get_json()["id"]
    studio.carry()
    (held,) = ada.get("/v1/photos").get_json()["uploads"]
    assert (held["state"], held["figurine_id"]) == ("held", figurine)
    assert held["sentence"] == "It is here for its figurine, which is not made yet."
    assert datetime.fromisoformat(held["delete_by"]) - datetime.fromisoformat(held["uploaded_at"]) <= DAY

    assert studio.workshop.render_next() == 1
    (going,) = ada.get("/v1/photos").get_json()["uploads"]
    assert (going["state"], going["id"]) == ("deleting", held["id"])
    assert going["sentence"] == "It is not needed any more, and is being deleted now."

    studio.settle()
    photos = ada.get("/v1/photos").get_json()
    assert photos["uploads"] == []
    assert [(proof["upload_id"], proof["reason"]) for proof in photos["proofs"]] == [(held["id"], "generated")]
