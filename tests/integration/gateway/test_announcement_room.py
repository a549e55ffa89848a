"""The editor's room, the link that stops news, and mail that comes back: as those who use them meet them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from typer.testing import Result

from common.contracts.consents import NEWS
from gateway.adapters.links import Links
from gateway.adapters.no_news import NoNews
from gateway.adapters.peers import Peers
from gateway.domain.policies import Pace
from gateway.domain.staff import Role
from gateway.jobs.heralding import Herald
from gateway.routes.context import Studio as StudioPort
from tests.integration.gateway.hired import acts_of, colleague
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, Person, Studio
from tests.integration.gateway.test_support_operators import Command, command
from tests.unit.gateway.test_announcement_rules import report

__all__ = ["command"]

ROOM = "/operator/announcements"
API = "/v1/operator/announcements"
TEXTS = [
    {"language": "en", "subject": "A new style", "words": "It is *there*."},
    {"language": "de", "subject": "Ein neuer Stil", "words": "Er ist da."},
]


@pytest.fixture
def mira(studio: Studio) -> Person:
    """Somebody who writes news."""
    return colleague(studio, Role.EDITOR)


@pytest.fixture
def ada(studio: Studio) -> Iterator[Person]:
    """The one person who wants news."""
    database = studio.service.unit.database
    with database.begin() as connection:
        connection.execute("DELETE FROM consents WHERE purpose = 'news'")
        connection.execute("DELETE FROM announcement_letters")
        connection.execute("DELETE FROM announcements")
        connection.execute("DELETE FROM news_stops")
    ada = studio.sign_up()
    with studio.service.unit.begin() as work:
        work.accounts.verify(ada.id)
    assert ada.ask("PUT", f"/v1/consents/{NEWS}", json={"granted": True}).status_code == 200
    yield ada
    with database.begin() as connection:
        connection.execute("DELETE FROM consents WHERE purpose = 'news'")


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


def herald(studio: Studio) -> Herald:
    def port(kind: type) -> object:
        return next(port for port in studio.service.ports if isinstance(port, kind))

    peers, known = port(Peers), port(StudioPort)
    assert isinstance(peers, Peers)
    assert isinstance(known, StudioPort)
    unit = studio.service.unit
    return Herald(unit=unit, pace=Pace(per_minute=6000), withdraw=NoNews(peers, lambda: known.policies, unit.clock))


def written(mira: Person) -> str:
    made = mira.ask("POST", API, json={"texts": TEXTS})
    assert made.status_code == 201, made.get_json()
    return made.get_json()["id"]


def sent(studio: Studio, mira: Person, post: PostOffice) -> str:
    """A piece of news that Ada has in her mailbox."""
    news = written(mira)
    mira.ask("POST", f"{API}/{news}/ready")
    assert mira.ask("POST", f"{API}/{news}/send", json={"people": 1}).status_code == 202
    assert herald(studio).write_next() == 1
    post.deliver()
    return news


def news_of(post: PostOffice, person: Person) -> list[str]:
    """The subjects of what she got besides what her account needs."""
    return [letter.subject for letter in post.boxes[person.email] if "style" in letter.subject]


def link_in(post: PostOffice, ada: Person) -> str:
    return post.boxes[ada.email][-1].headers["List-Unsubscribe"].strip("<>").removeprefix(ORIGIN)


def test_from_a_draft_to_what_became_of_it(studio: Studio, mira: Person, ada: Person, post: PostOffice) -> None:
    news = written(mira)
    begun = mira.get(f"{API}/{news}").get_json()
    assert (begun["state"], begun["revision"], begun["readers"]) == ("draft", 1, {"reached": 1, "paused": 0})
    shorter = {"texts": TEXTS[:1], "revision": 1}
    assert mira.ask("PUT", f"{API}/{news}", json=shorter).get_json()["revision"] == 2
    stale = mira.ask("PUT", f"{API}/{news}", json={"texts": TEXTS, "revision": 1})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "changed_meanwhile")
    seen = mira.get(f"{API}/{news}/preview?language=de").get_json()
    assert (seen["language"], seen["subject"], "<em>there</em>" in seen["html"]) == ("en", "A new style", True)
    assert mira.ask("POST", f"{API}/{news}/test").get_json()["tested"] == 2
    early = mira.ask("POST", f"{API}/{news}/send", json={"people": 1})
    assert (early.status_code, early.get_json()["code"]) == (409, "wrong_moment")
    assert mira.ask("POST", f"{API}/{news}/ready").get_json()["state"] == "ready"
    wrong = mira.ask("POST", f"{API}/{news}/send", json={"people": 5000})
    assert (wrong.status_code, wrong.get_json()["code"]) == (409, "other_number")
    assert mira.ask("POST", f"{API}/{news}/send", json={"people": 1}).get_json()["state"] == "sending"
    assert mira.ask("DELETE", f"{API}/{news}").status_code == 409
    herald(studio).write_next()
    post.deliver()
    assert news_of(post, mira) == ["Test: A new style"]
    assert news_of(post, ada) == ["A new style"]
    tally = mira.get(f"{API}/{news}").get_json()["tally"]
    assert (tally["entitled"], tally["sent"], tally["waiting"]) == (1, 1, 0)
    assert [act for act, thing in acts_of(studio, mira.id) if thing == news] == [
        "announcement.write",
        "announcement.rewrite",
        "announcement.tested",
        "announcement.ready",
        "announcement.send",
    ]


def test_the_same_draft_asked_for_twice_under_one_key_is_one(mira: Person) -> None:
    made = [mira.ask("POST", API, json={"texts": TEXTS}, headers={"Idempotency-Key": "a" * 20}) for _ in range(2)]
    assert made[0].get_json()["id"] == made[1].get_json()["id"]


@pytest.mark.parametrize(
    "texts", [[], TEXTS[1:], [TEXTS[0], TEXTS[0]], [{**TEXTS[0], "words": " "}], [{**TEXTS[0], "language": "fr"}]]
)
def test_what_cannot_be_sent_is_not_kept(mira: Person, texts: list[dict[str, str]]) -> None:
    refused = mira.ask("POST", API, json={"texts": texts})
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")


def test_the_room_is_the_editors_alone(studio: Studio) -> None:
    analyst = colleague(studio, Role.ANALYST)
    assert analyst.get(API).status_code == 404
    assert analyst.client.get(ROOM, base_url=ORIGIN).status_code == 404


class Browser:
    """The pages, with the forms that are on them."""

    def __init__(self, person: Person) -> None:
        self._client = person.client
        self.html = ""

    def open(self, path: str) -> int:
        answer = self._client.get(path, base_url=ORIGIN)
        self.html = answer.get_data(as_text=True)
        return answer.status_code

    def press(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form of the page with all that is hidden in it, and go where it leads."""
        token = re.search(r'name="csrf_token" value="(\w+)"', self.html)
        hidden = re.search(r'name="people" value="(\d+)"', self.html)
        assert token, self.html
        assert f'action="{path}"' in self.html, self.html
        people = {"people": hidden[1]} if hidden else {}
        answer = self._client.post(path, data={"csrf_token": token[1], **people, **fields}, base_url=ORIGIN)
        self.html = answer.get_data(as_text=True)
        return answer.status_code, answer.headers.get("Location", "")


def test_what_was_typed_is_not_lost_and_can_be_tried_and_changed(mira: Person) -> None:
    browser = Browser(mira)
    assert browser.open(f"{ROOM}/new") == 200
    typed = {"subject-en": "A <b>new</b> style", "words-en": "x" * 10_001}
    assert browser.press(f"{ROOM}/new", **typed)[0] == 400
    assert "A &lt;b&gt;new&lt;/b&gt; style" in browser.html, "what was typed is still there"
    status, place = browser.press(f"{ROOM}/new", **{**typed, "words-en": "It is *there*."})
    assert status == 303
    assert browser.open(place) == 200
    assert "The draft is kept." in browser.html
    page = place.partition("?")[0]
    assert browser.press(f"{page}/test")[0] == 303
    assert browser.open(f"{page}/words") == 200
    browser.press(f"{page}/words", revision="1", **{"subject-en": "A style", "words-en": "It is *there*."})


def test_the_pages_lead_over_a_second_look_to_the_end(
    studio: Studio, mira: Person, ada: Person, post: PostOffice
) -> None:
    page, browser = f"{ROOM}/{written(mira)}", Browser(mira)
    browser.open(page)
    browser.press(f"{page}/ready")
    browser.open(f"{page}/send")
    assert "“A new style” goes to <strong>one person</strong>" in browser.html
    assert "Nobody has had these words sent to herself." in browser.html
    assert browser.press(f"{page}/send")[1] == f"{page}?done=send"
    assert browser.open(f"{page}/send") == 200
    assert "it goes out already" in browser.html
    herald(studio).write_next()
    post.deliver()
    browser.open(page)
    assert browser.press(f"{page}/stop")[0] == 303
    browser.open(ROOM)
    assert "Stopped" in browser.html
    assert news_of(post, ada) == ["A new style"]
    assert ada.email not in browser.html


def test_a_letter_is_shown_in_a_frame_that_runs_nothing(mira: Person) -> None:
    news = written(mira)
    framed = mira.client.get(f"{ROOM}/{news}/letter/de", base_url=ORIGIN)
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    assert "default-src 'none'" in framed.headers["Content-Security-Policy"]
    assert "Hallo" in framed.get_data(as_text=True)
    assert mira.client.get(f"{ROOM}/{news}/letter/fr", base_url=ORIGIN).status_code == 404


def test_the_link_shows_one_button_and_changes_nothing_until_it_is_pressed(
    studio: Studio, mira: Person, ada: Person, post: PostOffice
) -> None:
    news = sent(studio, mira, post)
    link, stranger = link_in(post, ada), studio.client()
    for _ in range(3):
        shown = stranger.get(link, base_url=ORIGIN)
        html = shown.get_data(as_text=True)
        assert (shown.status_code, html.count('<form method="post" action="/news/stop')) == (200, 1)
        assert ada.email not in html
        assert "Ada" not in html
    assert ada.get("/v1/consents").get_json()["items"][-1]["granted"]
    # As a mail program does it: nobody is signed in, no cookie, no page of ours.
    for _ in range(2):
        pressed = studio.client().post(link, data={"List-Unsubscribe": "One-Click"}, base_url=ORIGIN)
        assert pressed.status_code == 200
    assert herald(studio).pass_on_next() == 1
    assert herald(studio).pass_on_next() == 0
    (told,) = [item for item in ada.get("/v1/consents").get_json()["items"] if item["purpose"] == NEWS]
    assert (told["granted"], len(told["history"])) == (False, 2)
    assert mira.get(f"{API}/{news}").get_json()["tally"]["unsubscribed"] == 1


@pytest.mark.parametrize("key", ["", "x", "A" * 64, "%00", "ä"])
def test_a_key_nobody_gave_out_stops_nothing(studio: Studio, ada: Person, key: str) -> None:
    for method in ("GET", "POST"):
        refused = studio.client().open(f"/news/stop?key={key}", method=method, base_url=ORIGIN)
        assert refused.status_code == 400
    with studio.service.unit.begin() as work:
        assert NEWS in work.consents.granted(ada.id)


def test_a_key_of_somebody_who_is_gone_is_answered_as_any_other(studio: Studio) -> None:
    (links,) = [port for port in studio.service.ports if isinstance(port, Links)]
    nobody = studio.service.unit.clock.new_id()
    link = links.stop_news(nobody, nobody).removeprefix(ORIGIN)
    assert studio.client().post(link, base_url=ORIGIN).status_code == 200


def test_a_no_by_the_link_works_while_privacy_is_away_and_a_yes_after_it_counts(
    studio: Studio, alone: Studio, mira: Person, ada: Person, post: PostOffice
) -> None:
    sent(studio, mira, post)
    assert alone.client().post(link_in(post, ada), base_url=ORIGIN).status_code == 200
    assert herald(alone).pass_on_next() == 1
    with studio.service.unit.begin() as work:
        assert work.news.stops(ada.id)
        assert NEWS not in work.consents.granted(ada.id)
    assert ada.ask("PUT", f"/v1/consents/{NEWS}", json={"granted": True}).get_json()["granted"]
    with studio.service.unit.begin() as work:
        assert not work.news.stops(ada.id)
        assert NEWS in work.consents.granted(ada.id)


def test_what_comes_back_is_noted_once(
    command: Command, studio: Studio, mira: Person, ada: Person, post: PostOffice
) -> None:
    news = sent(studio, mira, post)
    trace = post.boxes[ada.email][-1].trace
    message = report(to=f"bounces+{trace}@studio.example").decode()

    def take(text: str) -> Result:
        return command("bounce", text=text)

    first, again = take(message), take(message)
    assert (first.exit_code, first.stdout) == (0, "It is noted.\n")
    assert (again.exit_code, "before" in again.stdout) == (0, True)
    forged = take(message.replace(trace, trace[::-1]))
    assert (forged.exit_code, "Nothing was noted" in forged.stderr) == (1, True)
    assert mira.get(f"{API}/{news}").get_json()["tally"]["bounced"] == 1
    assert "somebody@example.org" not in first.output + again.output + forged.output


def test_who_confirms_her_address_again_or_has_another_gets_news_again(studio: Studio, ada: Person) -> None:
    unit = studio.service.unit
    (links,) = [port for port in studio.service.ports if isinstance(port, Links)]
    with unit.begin() as work:
        for _ in range(3):
            work.news.note_trouble(ada.id)
        assert unit.clock.now() - (work.news.paused_since(ada.id) or unit.clock.now()) < timedelta(minutes=1)
        assert work.news.readers() == (0, 1)
    token = links.verification(ada.id).partition("token=")[2]
    assert studio.client().post("/v1/accounts/verify", json={"token": token}, base_url=ORIGIN).status_code == 200
    with unit.begin() as work:
        assert work.news.readers() == (1, 0)


def test_she_says_in_which_language_she_reads_and_sees_when_news_is_paused(studio: Studio, ada: Person) -> None:
    own = ada.get("/v1/account").get_json()
    assert (own["language"], own["news_paused_at"]) == (None, None)
    assert ada.ask("PATCH", "/v1/account", json={"language": "de"}).get_json()["language"] == "de"
    assert ada.ask("PATCH", "/v1/account", json={"name": "Ada"}).get_json()["language"] == "de"
    assert ada.ask("PATCH", "/v1/account", json={"language": "tlh"}).status_code == 400
    with studio.service.unit.begin() as work:
        for _ in range(3):
            work.news.note_trouble(ada.id)
    assert ada.get("/v1/account").get_json()["news_paused_at"]
    shown = ada.client.get("/account", base_url=ORIGIN).get_data(as_text=True)
    assert '<option value="de" lang="de" selected>' in shown
    # In the language she has just chosen.
    assert "Neuigkeiten pausieren seit dem" in shown


def test_a_piece_of_news_that_is_not_there_is_not_found(mira: Person) -> None:
    nothing = UUID(int=7)
    assert mira.get(f"{API}/{nothing}").status_code == 404
    assert mira.client.get(f"{ROOM}/{nothing}", base_url=ORIGIN).status_code == 404
