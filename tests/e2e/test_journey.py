"""From the sign-up to the proof that the photo is gone: everything a person meets, through the public door."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from PIL import Image

from ops.embedded.site import PROJECT
from ops.embedded.waiting import until
from tests.fixtures import inside
from tests.fixtures.customer import TRIAL_CREDITS, Answer, Customer, News, expect
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow

PHOTO = PROJECT / "examples" / "person.png"
# Found in nothing else: neither in code, nor by chance in what is sealed.
NAME, TITLE = "Ottoline Fernsby", "Quillfeather"
PRICE = 2
MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"RIFF": "WebP"}
SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What one person saw while a figurine was made for her."""

    accepted: Answer
    right_after: Answer
    before_the_break: Sequence[News]
    after_the_break: Sequence[News]
    ended: Answer

    @property
    def id(self) -> str:
        return self.accepted["id"]

    @property
    def path(self) -> str:
        return f"/v1/figurines/{self.id}"


@pytest.fixture(scope="module")
def person(stack: RunningStack) -> Iterator[Customer]:
    person = Customer(stack, name=NAME)
    person.wait_for_credits()
    yield person
    person.close()


@pytest.fixture(scope="module")
def stranger(stack: RunningStack) -> Iterator[Customer]:
    stranger = Customer(stack)
    stranger.wait_for_credits()
    yield stranger
    stranger.close()


@pytest.fixture(scope="module")
def journey(person: Customer) -> Journey:
    """One figurine, followed over a connection that breaks off on the way."""
    accepted = expect(202, person.order(PHOTO.read_bytes(), style="window-box", title=TITLE, key="the first"))
    right_after = person.figurine(accepted["id"])
    with person.news() as news:
        before = _until(news, "figurine.started")
    with person.news(after=before[-1].seq) as news:
        after = _until(news, "figurine.generated")
    return Journey(
        accepted=accepted,
        right_after=right_after,
        before_the_break=before,
        after_the_break=after,
        ended=person.figurine(accepted["id"]),
    )


def _until(news: Iterator[News], last: str) -> list[News]:
    heard: list[News] = []
    for item in news:
        heard.append(item)
        if item.type == last:
            break
    return heard


def test_the_link_of_the_mail_confirms_the_address(person: Customer) -> None:
    letter = person.letter()
    assert letter.link.startswith(str(person.http.base_url))
    assert expect(200, person.http.post("/v1/accounts/verify", json={"token": letter.token}))["verified"]
    assert person.get("account")["verified"]


def test_an_order_can_be_read_from_the_moment_it_is_accepted(journey: Journey) -> None:
    assert journey.right_after["id"] == journey.id
    assert journey.right_after["title"] == TITLE
    assert journey.accepted["price"] == PRICE


def test_live_progress_goes_on_after_a_break_without_a_gap_or_a_repetition(journey: Journey) -> None:
    heard = [*journey.before_the_break, *journey.after_the_break]
    assert [news.seq for news in heard] == list(range(1, len(heard) + 1))
    own = [news.type for news in heard if news.data.get("figurine_id") == journey.id]
    assert own == ["figurine.queued", "figurine.started", "figurine.generated"]


def test_the_picture_is_what_was_announced(person: Customer, journey: Journey) -> None:
    assert (journey.ended["state"], journey.ended["engine"]) == ("succeeded", "studio")
    (announced,) = journey.ended["pictures"]
    with Image.open(io.BytesIO(person.picture(journey.id).content)) as picture:
        picture.load()
        assert picture.size == (announced["width"], announced["height"])


def test_a_picture_comes_in_pieces_and_is_sent_once(person: Customer, journey: Journey) -> None:
    whole = person.picture(journey.id)
    piece = person.picture(journey.id, {"Range": "bytes=1000-1999"})
    assert (piece.status_code, piece.content) == (206, whole.content[1000:2000])
    assert piece.headers["Content-Range"] == f"bytes 1000-1999/{len(whole.content)}"
    assert person.picture(journey.id, {"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_the_picture_says_how_it_was_made_and_the_studios_authority_vouches_for_it(
    stack: RunningStack, person: Customer, journey: Journey
) -> None:
    provenance = person.get(f"figurines/{journey.id}/provenance")
    (item,) = provenance["items"]
    assert (item["engine"], item["made_with_ai"], item["original"]) == ("studio", False, False)
    assert item["digital_source_type"] == "http://cv.iptc.org/newscodes/digitalsourcetype/composite"
    assert (item["validation"]["state"], item["validation"]["problems"]) == ("Trusted", [])
    assert provenance["authority"] == stack.ca.read_text()
    with Image.open(io.BytesIO(person.picture(journey.id).content)) as picture:
        assert item["digital_source_type"] in str(picture.info["xmp"])


def test_to_anybody_else_there_is_no_such_figurine(stranger: Customer, journey: Journey) -> None:
    assert stranger.picture(journey.id).status_code == 404
    assert stranger.http.get(journey.path).status_code == 404
    assert stranger.cancel(journey.id).status_code == 404
    stranger_signed_out = stranger.http.get(f"{journey.path}/pictures/1", headers={"Authorization": ""})
    assert stranger_signed_out.status_code == 401


def test_the_statement_explains_every_credit(person: Customer, journey: Journey) -> None:
    until(lambda: _lines_of(person, journey)[:1] == ["capture"], "The charge", seconds=SECONDS)
    assert _lines_of(person, journey) == ["capture", "hold"]
    lines = person.get("credits/statement")["items"]
    assert sum(line["credits"] for line in lines) == person.get("credits")["available"]
    assert all(line["reason"] for line in lines)


def _lines_of(person: Customer, journey: Journey) -> list[str]:
    lines = person.get("credits/statement")["items"]
    return [line["kind"] for line in lines if line["figurine_id"] == journey.id]


def test_the_photo_is_gone_and_there_is_proof(stack: RunningStack, person: Customer, journey: Journey) -> None:
    ((upload,),) = inside.rows(
        stack, "generation", "SELECT id::text FROM uploads WHERE figurine_id = %(id)s", {"id": journey.id}
    )
    until(lambda: upload in _proven(person), "The proof", seconds=SECONDS)
    assert _proven(person).count(upload) == 1
    assert upload not in [held["id"] for held in person.get("photos")["uploads"]]
    assert not [key for key in inside.keys(stack, "uploads") if key.startswith(upload)]


def _proven(person: Customer) -> list[str]:
    return [proof["upload_id"] for proof in person.get("photos")["proofs"]]


def test_the_person_finds_it_in_her_usage(person: Customer, journey: Journey) -> None:
    until(lambda: "window-box" in person.get("usage")["by_style"], "The count", seconds=SECONDS)
    assert person.get("usage")["by_style"]["window-box"] == {"figurines": 1, "pictures": 1}


def test_a_repeated_order_gets_the_first_answer_and_makes_nothing(person: Customer, journey: Journey) -> None:
    before = len(person.get("figurines")["items"])
    again = person.order(PHOTO.read_bytes(), style="window-box", title=TITLE, key="the first")
    assert (expect(202, again), again.headers["Idempotency-Replayed"]) == (journey.accepted, "true")
    assert len(person.get("figurines")["items"]) == before
    other = person.order(PHOTO.read_bytes(), style="window-box", title="Another", key="the first")
    assert expect(409, other)["code"] == "idempotency_mismatch"


def test_a_cancelled_order_costs_nothing_and_keeps_nothing(stack: RunningStack) -> None:
    person = Customer(stack)
    person.wait_for_credits()
    with stack.without("generation-worker"):
        ordered = expect(202, person.order())["id"]
        assert expect(200, person.cancel(ordered))["state"] == "cancelled"

    assert person.wait_until_ended(ordered)["failure"] == {**_cancelled(), "cost": 0}
    until(lambda: person.credits() == {"available": TRIAL_CREDITS, "held": 0}, "The credits", seconds=SECONDS)
    until(lambda: len(person.get("photos")["proofs"]) == 1, "The proof", seconds=SECONDS)
    person.close()


def _cancelled() -> dict[str, str]:
    return {"code": "cancelled", "sentence": "You cancelled this figurine."}


def test_who_cannot_pay_is_told_so_and_her_photo_is_not_kept(stack: RunningStack) -> None:
    person = Customer(stack)
    person.wait_for_credits()
    until(lambda: _gateway_knows_the_balance(stack, person), "The balance at the door", seconds=SECONDS)
    answers = [person.order(style="window-box", variants=4) for _ in range(2)]
    # Whether the second is turned away at once or later depends on how soon the first is paid for.
    codes = [answer.json().get("code") or _refusal(person, answer.json()["id"]) for answer in answers]
    assert codes == [None, "insufficient_credits"]
    until(lambda: person.get("credits")["held"] == 0, "The charge", seconds=SECONDS)
    assert expect(402, person.order(style="window-box", variants=4))["code"] == "insufficient_credits"
    until(lambda: person.get("photos")["uploads"] == [], "The deletion of the photos", seconds=SECONDS)
    person.close()


def _gateway_knows_the_balance(stack: RunningStack, person: Customer) -> bool:
    found = "SELECT count(*) FROM balances WHERE account_id = %(id)s"
    return inside.number(stack, "gateway", found, {"id": person.id}) == 1


def _refusal(person: Customer, figurine_id: str) -> str | None:
    failure = person.wait_until_ended(figurine_id)["failure"]
    return failure and failure["code"]


def test_nothing_in_the_stores_says_who_she_is_or_shows_what_she_made(
    stack: RunningStack, person: Customer, journey: Journey
) -> None:
    stored = inside.everything_stored(stack)
    assert any(journey.id in key for key in stored)
    for key, content in stored.items():
        assert not [kind for magic, kind in MAGIC.items() if content.startswith(magic)], key
    backup = inside.dump(stack)
    assert journey.id.encode() in backup
    for personal in (person.email, NAME, TITLE):
        # As it is, and as the dump writes bytes.
        for written in (personal.encode(), personal.encode().hex().encode()):
            assert written not in backup
            assert not [key for key, content in stored.items() if written in content]


def test_a_photo_that_waits_lies_sealed_with_its_words(stack: RunningStack, stranger: Customer) -> None:
    with stack.without("generation-worker"):
        ordered = expect(202, stranger.order(PHOTO.read_bytes(), title=TITLE))["id"]
        waiting = inside.objects(stack, "uploads").values()
        assert len(waiting) == 2
        assert not [content for content in waiting if content.startswith(tuple(MAGIC)) or TITLE.encode() in content]
    assert stranger.wait_until_ended(ordered)["state"] == "succeeded"


def test_when_all_is_done_no_message_is_left_anywhere(stack: RunningStack, journey: Journey) -> None:
    until(lambda: not inside.messages(stack), "The emptying of every queue", seconds=SECONDS)
