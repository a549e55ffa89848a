"""Live progress: server-sent events without a gap or a repetition, for as many as there is room."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
import pytest
from werkzeug.test import TestResponse

from common.web import create_app
from gateway.adapters import live
from gateway.adapters.live import Live
from gateway.repository import FEED_CHANNEL
from gateway.settings import Settings
from tests.integration.gateway.studio import ORIGIN, Person, Studio


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event of a stream."""

    seq: int
    type: str
    data: str


@pytest.fixture(scope="module")
def studio(studio: Studio) -> Iterator[Studio]:
    """With a line of its own: pages of other tests' browsers stay on theirs until it is noticed that they are gone."""
    settings = studio.service.settings
    assert isinstance(settings, Settings)
    streams, per_person = settings.live_streams, settings.live_streams_per_person
    line = Live(studio.service.unit.database, FEED_CHANNEL, streams=streams, per_person=per_person)
    ports = [line if isinstance(port, Live) else port for port in studio.service.ports]
    service = replace(studio.service, ports=ports)
    yield replace(studio, service=service, app=create_app(service))
    line.close()


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@contextmanager
def listening(person: Person, last_event_id: str | None = None, *, query: str = "") -> Generator[Iterator[News]]:
    """The person's stream, from behind this event on."""
    headers = {"Authorization": f"Bearer {person.token}"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    response = open_stream(person, headers, query)
    assert (response.status_code, response.mimetype) == (200, "text/event-stream")
    try:
        yield _news(response)
    finally:
        response.close()


def open_stream(person: Person, headers: dict[str, str], query: str = "", method: str = "GET") -> TestResponse:
    client = person.studio.client()
    return client.open(f"/v1/events{query}", method=method, headers=headers, base_url=ORIGIN, buffered=False)


def _news(response: TestResponse) -> Iterator[News]:
    for piece in response.iter_encoded():
        lines = dict(line.split(": ", 1) for line in piece.decode().splitlines() if line and not line.startswith(":"))
        if "id" in lines:
            yield News(seq=int(lines["id"]), type=lines["event"], data=lines["data"])


def tell(person: Person, number: int) -> None:
    with person.studio.service.unit.begin() as work:
        work.feed.add(person.id, "credits.changed", {"number": number})


def first(news: Iterator[News], count: int) -> list[News]:
    return [next(news) for _ in range(count)]


def test_a_figurine_is_followed_from_the_order_to_its_pictures(studio: Studio, ada: Person) -> None:
    with listening(ada) as news:
        figurine_id = ada.order().get_json()["id"]
        studio.settle()
        told = first(news, 5)
    assert [each.type for each in told] == [
        "credits.changed",
        "figurine.queued",
        "figurine.started",
        "figurine.generated",
        "credits.changed",
    ]
    assert all(figurine_id in each.data for each in told if each.type.startswith("figurine"))


def test_a_stream_that_broke_resumes_where_it_was(ada: Person) -> None:
    with listening(ada) as news:
        for number in range(5):
            tell(ada, number)
        seen = first(news, 2)
    with listening(ada, str(seen[-1].seq)) as news:
        rest = first(news, 3)
    assert [each.data for each in [*seen, *rest]] == [f'{{"number": {number}}}' for number in range(5)]
    with listening(ada, query=f"?last_event_id={seen[0].seq}") as news:
        assert first(news, 1) == seen[1:2]


def test_many_writers_at_once_leave_no_gap_and_no_repetition(ada: Person) -> None:
    with listening(ada, "0") as news, ThreadPoolExecutor(4) as writers:
        start = next(news).seq
        for number in range(60):
            writers.submit(tell, ada, number)
        seen = [next(news).seq]
        while seen[-1] < start + 30:
            seen.append(next(news).seq)
    with listening(ada, str(seen[-1])) as news:
        while seen[-1] < start + 60:
            seen.append(next(news).seq)
    assert seen == list(range(start + 1, start + 61))


def test_nobody_hears_what_is_somebody_elses(studio: Studio, ada: Person) -> None:
    eve = studio.sign_up()
    with listening(eve) as news:
        tell(ada, 1)
        tell(eve, 2)
        assert [each.data for each in first(news, 1)] == ['{"number": 2}']


@pytest.mark.parametrize("sent", ["-1", "x", "", "1.5", "²", "9" * 5000], ids=lambda sent: f"{sent[:4]} {len(sent)}")
def test_a_place_that_is_none_starts_at_the_present(ada: Person, sent: str) -> None:
    with listening(ada, sent) as news:
        tell(ada, 1)
        assert [each.data for each in first(news, 1)] == ['{"number": 1}']


def test_too_many_streams_are_refused_until_one_closes(studio: Studio, ada: Person) -> None:
    eve, joe = studio.sign_up(), studio.sign_up()
    with listening(ada), listening(eve):
        with listening(eve):
            response = open_stream(joe, {"Authorization": f"Bearer {joe.token}"})
            assert (response.status_code, response.get_json()["code"]) == (503, "temporarily_unavailable")
            assert int(response.headers["Retry-After"]) > 0
            response.close()
        with listening(joe):
            pass


def test_a_persons_next_page_takes_the_place_of_her_oldest(ada: Person) -> None:
    with listening(ada) as oldest, listening(ada) as older, listening(ada) as newest:
        tell(ada, 1)
        assert [each.data for each in first(newest, 1)] == ['{"number": 1}']
        assert [each.data for each in first(older, 1)] == ['{"number": 1}']
        assert list(oldest) == []


def test_asking_only_for_the_headers_takes_no_ones_place(ada: Person) -> None:
    headers = {"Authorization": f"Bearer {ada.token}"}
    for _ in range(4):
        response = open_stream(ada, headers, method="HEAD")
        assert response.status_code == 200
        response.close()
    with listening(ada):
        pass


def test_a_page_keeps_its_line_when_its_database_breaks_off_and_misses_nothing(
    studio: Studio, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PATIENCE_SECONDS", 0.01)
    with listening(ada) as news:
        tell(ada, 1)
        assert [each.data for each in first(news, 1)] == ['{"number": 1}']
        tell(ada, 2)
        assert break_off(studio) > 0
        assert [each.data for each in first(news, 1)] == ['{"number": 2}']


def break_off(studio: Studio) -> int:
    """End the connections of the gateway's pool, as a server that goes down does; says how many."""
    with psycopg.connect(studio.service.settings.database_url.get_secret_value()) as connection:
        ended = connection.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE usename = current_user AND datname = current_database() AND application_name = 'gateway'
            """
        )
        return len(ended.fetchall())
