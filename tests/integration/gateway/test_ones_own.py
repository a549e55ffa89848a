"""Deleting, favourites, sharing and rating at the public door."""

from uuid import uuid4

import pytest

from tests.integration.gateway.studio import ORIGIN, Person, Studio


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def figurine(studio: Studio, ada: Person) -> str:
    ordered = ada.order(title="Countess").get_json()["id"]
    studio.settle()
    return f"/v1/figurines/{ordered}"


def public(studio: Studio, url: str, path: str = "", **options: object):
    return studio.client().get(f"{url.removeprefix(ORIGIN)}{path}", base_url=ORIGIN, **options)


def test_a_deleted_figurine_is_gone_from_everywhere(studio: Studio, ada: Person, figurine: str) -> None:
    assert ada.ask("DELETE", figurine).status_code == 204
    assert ada.get(figurine).status_code == 404
    assert ada.get(f"{figurine}/pictures/1").status_code == 404
    assert ada.get("/v1/figurines").get_json()["items"] == []
    assert studio.workshop.delete_figurines() == 1
    studio.settle()
    assert ada.ask("DELETE", figurine).status_code == 404


def test_one_that_is_being_made_is_called_off_and_its_credits_come_back(studio: Studio, ada: Person) -> None:
    ordered = ada.order(variants=3).get_json()["id"]
    studio.carry()
    assert ada.credits() == {"available": 7, "held": 3}
    assert ada.ask("DELETE", f"/v1/figurines/{ordered}").status_code == 204
    studio.settle()
    assert ada.credits() == {"available": 10, "held": 0}
    assert ada.get("/v1/photos").get_json()["uploads"] == []


def test_deleting_before_generation_has_heard_of_the_order_calls_it_off(studio: Studio, ada: Person) -> None:
    ordered = ada.order().get_json()["id"]
    assert ada.ask("DELETE", f"/v1/figurines/{ordered}").status_code == 204
    studio.settle()
    assert ada.get("/v1/figurines").get_json()["items"] == []
    assert ada.credits() == {"available": 10, "held": 0}


def test_the_event_removes_what_an_unheard_answer_left(studio: Studio, ada: Person, figurine: str) -> None:
    # The gateway died after generation had taken the wish.
    generation = next(room for room in studio.rooms if room.unit.service == "generation")
    from generation import use_cases  # noqa: PLC0415 - what generation does when it is asked

    with generation.unit.begin() as work:
        from uuid import UUID  # noqa: PLC0415 - beside its one use

        use_cases.delete_figurine(work, ada.id, UUID(figurine.rpartition("/")[2]))
    studio.workshop.delete_figurines()
    studio.settle()
    assert ada.get(figurine).status_code == 404


def test_a_stranger_cannot_tell_it_from_one_that_never_was(studio: Studio, figurine: str) -> None:
    eve = studio.sign_up()
    never = f"/v1/figurines/{uuid4()}"
    for method, rest, body in [
        ("DELETE", "", None),
        ("PUT", "/favourite", None),
        ("DELETE", "/favourite", None),
        ("POST", "/share", None),
        ("GET", "/share", None),
        ("DELETE", "/share", None),
        ("PUT", "/rating", {"stars": 5}),
    ]:
        theirs, nobodys = (eve.ask(method, address + rest, json=body) for address in (figurine, never))
        assert (theirs.status_code, theirs.get_json()["code"]) == (404, "not_found"), (method, rest)
        assert theirs.get_json()["detail"] == nobodys.get_json()["detail"]


def test_favourites_are_found_again(ada: Person, figurine: str) -> None:
    assert ada.ask("PUT", f"{figurine}/favourite").get_json()["favourite"] is True
    assert ada.ask("PUT", f"{figurine}/favourite").get_json()["favourite"] is True
    (found,) = ada.get("/v1/figurines?favourite=true").get_json()["items"]
    assert figurine.endswith(found["id"])
    assert ada.ask("DELETE", f"{figurine}/favourite").get_json()["favourite"] is False
    assert ada.get("/v1/figurines?favourite=true").get_json()["items"] == []


def test_a_shared_figurine_is_seen_by_whoever_has_the_link(studio: Studio, ada: Person, figurine: str) -> None:
    url = ada.ask("POST", f"{figurine}/share").get_json()["url"]
    assert ada.ask("POST", f"{figurine}/share").get_json()["url"] == url
    assert ada.get(f"{figurine}/share").get_json()["url"] == url
    page = public(studio, url)
    assert page.status_code == 200
    assert "Made with AI" in page.text
    for secret in ("Countess", "Lovelace", ada.email, str(ada.id), figurine.rpartition("/")[2]):
        assert secret not in page.text
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    picture = public(studio, url, "/pictures/1?size=preview")
    assert (picture.status_code, picture.content_type) == (200, "image/jpeg")
    assert picture.headers["Cache-Control"] == "private, no-cache"
    again = public(studio, url, "/pictures/1?size=preview", headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


def test_a_link_that_was_taken_back_leads_nowhere(studio: Studio, ada: Person, figurine: str) -> None:
    url = ada.ask("POST", f"{figurine}/share").get_json()["url"]
    for _ in range(2):
        assert ada.ask("DELETE", f"{figurine}/share").status_code == 204
    assert public(studio, url).status_code == 404
    assert public(studio, url, "/pictures/1").status_code == 404
    assert ada.get(f"{figurine}/share").status_code == 404


@pytest.mark.parametrize("token", ["x", "..", "%2e%2e", "a" * 43, "a?b", "a%3Fb", "%00"])
def test_a_link_nobody_gave_out_leads_nowhere(studio: Studio, token: str) -> None:
    page = studio.client().get(f"/s/{token}", base_url=ORIGIN)
    assert page.status_code == 404
    assert studio.client().get(f"/s/{token}/pictures/1", base_url=ORIGIN).status_code == 404


def test_a_rating_is_one_to_five_stars_for_something_that_is_there(studio: Studio, ada: Person, figurine: str) -> None:
    assert ada.ask("PUT", f"{figurine}/rating", json={"stars": 5, "comment": "her smile"}).get_json()["stars"] == 5
    for body in ({"stars": 0}, {"stars": 6}, {}, {"stars": 3, "comment": "x" * 501}, {"stars": 3, "reasons": ["ugly"]}):
        refused = ada.ask("PUT", f"{figurine}/rating", json=body)
        assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")
    waiting = ada.order().get_json()["id"]
    studio.carry()
    refused = ada.ask("PUT", f"/v1/figurines/{waiting}/rating", json={"stars": 5})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")


def test_what_was_ticked_is_kept_for_its_owner_with_her_words(studio: Studio, ada: Person, figurine: str) -> None:
    assert ada.get(f"{figurine}/rating").status_code == 404
    said = {"stars": 2, "reasons": ["other", "cut_off", "other"], "comment": "her hat"}
    assert ada.ask("PUT", f"{figurine}/rating", json=said).get_json()["reasons"] == ["cut_off", "other"]
    read = ada.get(f"{figurine}/rating").get_json()
    assert (read["stars"], read["reasons"], read["comment"]) == (2, ["cut_off", "other"], "her hat")
    assert studio.sign_up().get(f"{figurine}/rating").status_code == 404


def test_what_was_said_about_a_figurine_is_read_at_once_and_nothing_said_is_no_fault(
    studio: Studio, ada: Person, figurine: str
) -> None:
    assert ada.get(f"{figurine}/wishes").get_json() == {"share": None, "rating": None}
    shared = ada.ask("POST", f"{figurine}/share").get_json()
    ada.ask("PUT", f"{figurine}/rating", json={"stars": 4, "comment": "her smile"})
    said = ada.get(f"{figurine}/wishes").get_json()
    assert said["share"] == shared
    assert (said["rating"]["stars"], said["rating"]["comment"]) == (4, "her smile")
    assert studio.sign_up().get(f"{figurine}/wishes").status_code == 404
