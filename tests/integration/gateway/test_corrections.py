"""Correcting one's own data: at once, or once the old address was told and the new one confirmed."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from common.service import Service
from common.upkeep import forget
from gateway.domain.corrections import CHANGES_A_DAY
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio

_NUMBERS = itertools.count(1)


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def ada(studio: Studio, post: PostOffice) -> Person:
    person = studio.sign_up()
    post.deliver()
    post.boxes.clear()
    return person


def correct(person: Person, **wish: object) -> Any:
    return person.ask("PATCH", "/v1/account", json=wish)


def account(person: Person) -> dict[str, Any]:
    return person.get("/v1/account").get_json()


def corrections(person: Person) -> list[dict[str, Any]]:
    return person.get("/v1/account/corrections").get_json()["items"]


def press(studio: Studio, link: str) -> Any:
    """The button on the page the link leads to, without a script."""
    path, _, token = link.removeprefix(ORIGIN).partition("?token=")
    page = studio.client().get(path, query_string={"token": token}, base_url=ORIGIN)
    if page.status_code != 200:
        return page
    assert f'action="{path}"' in page.get_data(as_text=True)
    return studio.client().post(path, data={"token": token}, base_url=ORIGIN)


def sign_in(studio: Studio, email: str, password: str = PASSWORD) -> Any:
    return studio.client().post("/v1/sessions", json={"email": email, "password": password}, base_url=ORIGIN)


def fresh_address() -> str:
    return f"another-{next(_NUMBERS)}@example.org"


def test_a_name_and_a_contact_are_corrected_at_once_and_saying_it_again_changes_nothing(ada: Person) -> None:
    for _ in range(2):
        answer = correct(ada, name="Ada King", contact=" +49 30 123 \n\n 10115 Berlin ")
        assert answer.status_code == 200
        assert (answer.get_json()["name"], answer.get_json()["contact"]) == ("Ada King", "+49 30 123\n10115 Berlin")
    assert [made["fields"] for made in corrections(ada)] == [["contact", "name"]]
    assert correct(ada, contact="").get_json()["contact"] == ""
    assert account(ada)["name"] == "Ada King"


@pytest.mark.parametrize(
    "wish",
    [
        {"name": " "},
        {"name": "A\x1b[31m"},
        {"contact": "x" * 301},
        {"contact": "\n".join("123456789")},
        {"email": "not an address"},
        {"email": "ada\x00@example.org"},
        {"name": 7},
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(ada: Person, wish: dict[str, object]) -> None:
    before = account(ada)
    answer = correct(ada, **{"name": "Eve", **wish})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")
    assert account(ada) == before


def test_an_address_counts_once_the_old_was_told_and_the_new_confirmed(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    new, other_device = fresh_address(), sign_in(studio, ada.email).get_json()["token"]
    waiting = correct(ada, email=new).get_json()
    assert (waiting["email"], waiting["new_address"]["email"]) == (ada.email, new)
    # The link is not even written before the old address has its mail.
    post.deliver(1)
    assert [letter.to for letter in post.letters] == [ada.email]
    post.deliver()
    assert [letter.to for letter in post.letters] == [ada.email, new]
    assert account(ada)["email"] == ada.email

    assert "is changed" in press(studio, post.link_to(new)).get_data(as_text=True)
    told = account(ada)
    assert (told["email"], told["verified"], told["new_address"]) == (new, True, None)
    assert (sign_in(studio, ada.email).status_code, sign_in(studio, new).status_code) == (401, 201)
    # The device that asked stays signed in, the others are not.
    other = studio.client().get("/v1/account", headers={"Authorization": f"Bearer {other_device}"}, base_url=ORIGIN)
    assert other.status_code == 401
    post.deliver()
    assert (post.letters[-1].to, "Every other device" in post.letters[-1].text) == (new, True)


def test_a_new_address_needs_the_password_unless_one_has_just_signed_in(studio: Studio, ada: Person) -> None:
    with studio.service.unit.database.begin() as connection:
        connection.execute("UPDATE sessions SET created_at = created_at - interval '16 minutes'")
    new = fresh_address()
    assert correct(ada, email=new).get_json()["code"] == "fresh_sign_in_needed"
    wrong = correct(ada, email=new, name="Eve", password="not hers at all")
    assert (wrong.status_code, wrong.get_json()["code"]) == (403, "wrong_password")
    assert (account(ada)["new_address"], account(ada)["name"]) == (None, "Ada Lovelace")
    assert correct(ada, email=new, password=PASSWORD).status_code == 200
    # Calling it off needs no proof: what she has stays.
    assert correct(ada, email=ada.email.upper()).get_json()["new_address"] is None


def test_whether_somebody_has_an_address_is_told_to_its_mailbox_only(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    bob = studio.sign_up()
    post.deliver()
    post.boxes.clear()
    taken, free = correct(ada, email=bob.email), correct(ada, email=fresh_address())
    assert taken.status_code == free.status_code == 200
    assert taken.get_json()["new_address"].keys() == free.get_json()["new_address"].keys()
    assert correct(ada, email=bob.email).status_code == 200
    post.deliver()
    (note,) = post.boxes[bob.email]
    assert "has an account already" in note.subject
    assert "/confirm" not in note.text
    assert (ada.email in note.text, "Ada" in note.text) == (False, False)
    # To her own mailbox it is told in the same words whichever it was.
    assert len({letter.subject for letter in post.boxes[ada.email]}) == 1


def test_a_link_confirms_once_and_pressing_it_again_says_the_same(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    new = fresh_address()
    correct(ada, email=new)
    post.deliver()
    token = post.link_to(new).partition("token=")[2]

    def confirm() -> int:
        return studio.client().post("/v1/account/email/confirm", json={"token": token}, base_url=ORIGIN).status_code

    with ThreadPoolExecutor(4) as hands:
        answers = [hands.submit(confirm) for _ in range(4)]
    assert {answer.result() for answer in answers} == {200}
    assert [made["fields"] for made in corrections(ada)] == [["email"]]
    # Long after, it brings nothing back.
    newer = fresh_address()
    correct(ada, email=newer)
    post.deliver()
    press(studio, post.link_to(newer))
    assert confirm() == 200
    assert account(ada)["email"] == newer


def test_of_two_people_who_want_the_same_address_at_once_exactly_one_gets_it(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    new, bob = fresh_address(), studio.sign_up()
    for person in (ada, bob):
        assert correct(person, email=new).status_code == 200
    post.deliver()
    links = [letter.link for letter in post.boxes[new] if "/confirm" in letter.text]
    assert len(links) == 2
    with ThreadPoolExecutor(2) as hands:
        statuses = sorted(answer.status_code for answer in hands.map(lambda link: press(studio, link), links))
    assert statuses == [200, 409]
    assert [account(ada)["email"], account(bob)["email"]].count(new) == 1
    assert len(corrections(ada)) + len(corrections(bob)) == 1


def test_a_second_change_takes_the_place_of_the_first(studio: Studio, post: PostOffice, ada: Person) -> None:
    first, second = fresh_address(), fresh_address()
    correct(ada, email=first)
    post.deliver()
    correct(ada, email=second)
    post.deliver()
    assert press(studio, post.link_to(first)).status_code == 400
    assert press(studio, post.link_to(second)).status_code == 200
    assert account(ada)["email"] == second


def test_what_is_replaced_before_it_was_mailed_is_never_mailed(post: PostOffice, ada: Person) -> None:
    first, second = fresh_address(), fresh_address()
    correct(ada, email=first)
    correct(ada, email=second)
    post.deliver()
    assert [letter.to for letter in post.letters] == [ada.email, second]


def test_what_nobody_confirms_is_over_after_a_day_and_forgotten(studio: Studio, post: PostOffice, ada: Person) -> None:
    new = fresh_address()
    correct(ada, email=new)
    post.deliver()
    service = studio.service
    with service.unit.database.begin() as connection:
        connection.execute("UPDATE pending_addresses SET expires_at = now() - interval '1 second'")
    assert account(ada)["new_address"] is None
    assert press(studio, post.link_to(new)).status_code == 400
    assert pending(service) == 1
    forget(service.unit, service.inventory)
    assert (pending(service), account(ada)["email"]) == (0, ada.email)


def pending(service: Service[Any]) -> int:
    with service.unit.database.begin() as connection:
        return len(connection.execute("SELECT 1 FROM pending_addresses").fetchall())


def test_a_link_made_for_another_address_than_she_has_now_changes_nothing(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    new, meanwhile = fresh_address(), fresh_address()
    correct(ada, email=new)
    post.deliver()
    with studio.service.unit.begin() as work:
        work.accounts.correct_address(ada.id, meanwhile)
    assert press(studio, post.link_to(new)).status_code == 400
    assert account(ada)["email"] == meanwhile


def test_the_owner_of_the_old_address_can_stop_it_and_whoever_asked_is_signed_out(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    new = fresh_address()
    correct(ada, email=new)
    post.deliver()
    stop, confirm = post.link_to(ada.email), post.link_to(new)
    assert "/stop" in stop
    for _ in range(2):
        assert "stays as it is" in press(studio, stop).get_data(as_text=True)
    assert ada.get("/v1/account").status_code == 401
    assert press(studio, confirm).status_code == 400
    assert sign_in(studio, ada.email).status_code == 201


def test_stopping_comes_too_late_once_it_is_confirmed_and_says_so(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    new = fresh_address()
    correct(ada, email=new)
    post.deliver()
    press(studio, post.link_to(new))
    late = press(studio, post.link_to(ada.email))
    assert (late.status_code, "too late" in late.get_data(as_text=True)) == (409, True)
    token = post.link_to(ada.email).partition("token=")[2]
    answer = studio.client().post("/v1/account/email/stop", json={"token": token}, base_url=ORIGIN)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("token", ["", "x.y.z", "\x00", "<script>"])
@pytest.mark.parametrize("page", ["confirm", "stop"])
def test_a_link_that_is_not_ours_is_refused_in_a_sentence(studio: Studio, page: str, token: str) -> None:
    path = f"/account/email/{page}"
    shown = studio.client().get(path, query_string={"token": token}, base_url=ORIGIN)
    pressed = studio.client().post(path, data={"token": token}, base_url=ORIGIN)
    for answer in (shown, pressed):
        assert (answer.status_code, answer.mimetype) == (400, "text/html")
        assert "leads nowhere" in answer.get_data(as_text=True)


def test_the_link_of_one_purpose_serves_no_other(studio: Studio, post: PostOffice, ada: Person) -> None:
    correct(ada, email=fresh_address())
    post.deliver()
    stop = post.link_to(ada.email).partition("token=")[2]
    for path in ("/v1/account/email/confirm", "/v1/accounts/verify"):
        assert studio.client().post(path, json={"token": stop}, base_url=ORIGIN).status_code == 400
    assert account(ada)["new_address"] is not None


def test_an_old_mailbox_that_is_dead_does_not_hold_up_its_owner(studio: Studio, post: PostOffice, ada: Person) -> None:
    new = fresh_address()
    post.dead.add(ada.email)
    correct(ada, email=new)
    post.deliver()
    assert [letter.to for letter in post.letters] == [new]
    assert press(studio, post.link_to(new)).status_code == 200


def test_while_the_mail_server_is_away_no_link_goes_out(post: PostOffice, ada: Person) -> None:
    correct(ada, email=fresh_address())
    post.away = True
    post.deliver()
    assert post.letters == []
    post.away = False
    post.deliver()
    assert len(post.letters) == 2


def test_nobody_can_have_mailboxes_filled(ada: Person) -> None:
    for _ in range(CHANGES_A_DAY):
        assert correct(ada, email=fresh_address()).status_code == 200
    refused = correct(ada, email=fresh_address())
    assert (refused.status_code, refused.get_json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0


def test_another_password_ends_every_other_device_and_is_told_by_mail(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    other = sign_in(studio, ada.email).get_json()["token"]
    better = "a better horse battery"

    def change(**body: str) -> int:
        return ada.ask("PUT", "/v1/account/password", json=body).status_code

    assert change(password="not hers at all", new_password=better) == 403
    assert change(password=PASSWORD, new_password="short") == 400
    assert change(password=PASSWORD, new_password=better) == 204
    assert change(password=PASSWORD, new_password=better) == 403
    assert (sign_in(studio, ada.email).status_code, sign_in(studio, ada.email, better).status_code) == (401, 201)
    ended = studio.client().get("/v1/account", headers={"Authorization": f"Bearer {other}"}, base_url=ORIGIN)
    assert (ended.status_code, ada.get("/v1/account").status_code) == (401, 200)
    post.deliver()
    assert "password is changed" in post.letters[-1].subject


def test_every_other_device_is_signed_out_with_one_request(studio: Studio, ada: Person) -> None:
    for _ in range(2):
        sign_in(studio, ada.email)
    ended = ada.ask("DELETE", "/v1/sessions")
    # Her own browser is another device than her program.
    assert (ended.status_code, ended.get_json()["ended"]) == (200, 2)
    assert [session["current"] for session in ada.get("/v1/sessions").get_json()["items"]] == [True]
