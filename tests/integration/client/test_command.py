"""`figurine`, as somebody uses it in a terminal or a script."""

import base64
import hmac
import json
import signal
import stat
import time
from threading import Event
from typing import Any

import pytest

from figurine_client.command.exits import MEANINGS, Exit
from tests.fakes.door import FIGURINE, ID, READY, Answer, Door, Exchange, Orders, event, news, problem, says
from tests.fakes.terminal import Terminal

ORDER, ONE, EVENTS = "POST /v1/figurines", f"GET /v1/figurines/{ID}", "GET /v1/events"
PICTURE = f"GET /v1/figurines/{ID}/pictures/1"
BALANCE = {"available": 3, "held": 1}
# Whether it was made is unknown then.
BROKEN = problem(500, "internal_error", "Something broke on our side.")
WAIT_SECONDS = 20


@pytest.fixture
def orders(door: Door) -> Orders:
    orders = Orders()
    door.on(ORDER, orders.take)
    door.on(ONE, says(FIGURINE), says(READY))
    door.on(EVENTS, news(event(1)))
    door.on(PICTURE, says(b"a picture", ETag='"a"'))
    return orders


def announcing(said: Event, answer: Answer) -> Answer:
    def announced(exchange: Exchange) -> None:
        said.set()
        answer(exchange)

    return announced


def test_a_photo_becomes_a_file(terminal: Terminal, orders: Orders) -> None:
    done = terminal.make("--title", "Me", "--out", terminal.home / "out")
    assert done.exit_code == Exit.DONE, done.stderr
    (file,) = (terminal.home / "out").iterdir()
    assert file.read_bytes() == b"a picture"
    assert done.stdout.splitlines() == [str(file)]
    assert "is ready" in done.stderr
    assert len(orders.made) == 1


def test_answers_for_programs_are_json_and_nothing_else(terminal: Terminal, orders: Orders) -> None:
    said: dict[str, Any] = json.loads(terminal.make("--wait", "--json").stdout)
    assert (said["figurine"]["id"], said["figurine"]["state"], said["files"]) == (ID, "succeeded", [])


def test_interrupted_while_the_order_is_on_its_way_the_next_run_makes_no_second(
    terminal: Terminal, orders: Orders, door: Door
) -> None:
    asked = Event()

    def taken_and_silent(exchange: Exchange) -> None:
        orders.made.setdefault(exchange.asked.headers["Idempotency-Key"], ID)
        asked.set()
        door.hang(exchange)

    door.on(ORDER, taken_and_silent, orders.take)
    with terminal.start("make", terminal.photo, "--style", "clay", "--wait") as first:
        assert asked.wait(WAIT_SECONDS)
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=WAIT_SECONDS)
    assert first.returncode == Exit.INTERRUPTED
    assert said.strip() == "figurine: Interrupted. It may have been ordered; to go on, run the same command again."
    assert terminal.make("--wait").exit_code == Exit.DONE
    assert len(orders.made) == 1
    assert len(door.keys()) == 2


def test_interrupted_while_waiting_the_next_run_goes_on_without_ordering(
    terminal: Terminal, orders: Orders, door: Door
) -> None:
    waiting = Event()
    door.on(EVENTS, announcing(waiting, door.hang))
    door.on(ONE, says(FIGURINE))
    with terminal.start("make", terminal.photo, "--style", "clay", "--wait") as first:
        assert waiting.wait(WAIT_SECONDS)
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=WAIT_SECONDS)
    assert (first.returncode, ID in said) == (Exit.INTERRUPTED, True)
    door.on(EVENTS, news(event(1)))
    door.on(ONE, says(FIGURINE), says(READY))
    again = terminal.make("--wait")
    assert (again.exit_code, again.stdout.strip()) == (Exit.DONE, ID)
    assert "Going on" in again.stderr
    assert len(door.keys()) == 1


def test_what_is_done_is_over_and_the_same_again_is_another(terminal: Terminal, orders: Orders) -> None:
    assert [terminal.make().exit_code, terminal.make().exit_code] == [Exit.DONE, Exit.DONE]
    assert len(orders.made) == 2
    assert list(terminal.orders.iterdir()) == []


def test_an_order_that_broke_in_the_studio_is_gone_on_with(terminal: Terminal, orders: Orders, door: Door) -> None:
    door.on(ORDER, BROKEN, orders.take)
    assert terminal.make().exit_code == Exit.REFUSED
    assert terminal.make().exit_code == Exit.DONE
    assert len(set(door.keys())) == 1


@pytest.mark.parametrize("other", ["--title=Ada", "--variants=2", "--option=backdrop=warm", "--later", "--new"])
def test_another_order_is_not_gone_on_with(terminal: Terminal, orders: Orders, door: Door, other: str) -> None:
    door.on(ORDER, BROKEN, orders.take)
    terminal.make()
    assert terminal.make(other).exit_code == Exit.DONE
    assert len(set(door.keys())) == 2


def test_after_a_day_an_order_that_was_begun_is_forgotten(terminal: Terminal, orders: Orders, door: Door) -> None:
    door.on(ORDER, BROKEN, orders.take)
    terminal.make()
    (kept,) = terminal.orders.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "at": time.time() - 25 * 3600}))
    terminal.make()
    assert len(set(door.keys())) == 2


def test_a_refused_order_is_not_kept(terminal: Terminal, orders: Orders, door: Door) -> None:
    door.on(ORDER, problem(402, "insufficient_credits", "There are not enough credits."))
    done = terminal.make()
    assert (done.exit_code, done.stderr) == (Exit.NO_CREDITS, "figurine: There are not enough credits.\n")
    assert list(terminal.orders.iterdir()) == []


def test_a_figurine_without_a_picture_says_why(terminal: Terminal, orders: Orders, door: Door) -> None:
    failure = {"code": "refused_by_engine", "sentence": "The engine does not paint that.", "cost": 0}
    door.on(ONE, says({**FIGURINE, "state": "failed", "failure": failure}))
    done = terminal.make("--wait")
    assert (done.exit_code, done.stdout) == (Exit.NO_PICTURE, "")
    assert done.stderr.endswith("figurine: The engine does not paint that.\n")


def test_a_title_cannot_move_the_cursor_of_a_terminal(terminal: Terminal, door: Door) -> None:
    door.on("GET /v1/figurines", says({"items": [{**FIGURINE, "title": "Me\x1b[2J\x07"}], "next_cursor": None}))
    assert terminal.run("list").stdout.rstrip().endswith("Me[2J")


def test_a_list_is_as_long_as_it_is_wanted_and_follows_its_pages(terminal: Terminal, door: Door) -> None:
    door.on(
        "GET /v1/figurines",
        says({"items": [FIGURINE] * 2, "next_cursor": ID}),
        says({"items": [READY] * 2, "next_cursor": None}),
    )
    assert len(terminal.run("list", "--limit", 3).stdout.splitlines()) == 3
    assert [f"cursor={ID}" in each.path for each in door.asked] == [False, True]


def test_who_has_read_enough_may_go(terminal: Terminal, door: Door) -> None:
    begun = Event()
    door.on(EVENTS, announcing(begun, news(*[event(seq) for seq in range(1, 4000)])))
    with terminal.start("watch", "--count", 3999) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().startswith("1  figurine.started")
        watching.stdout.close()
        assert watching.stderr is not None
        assert watching.stderr.read() == ""
    assert watching.returncode == Exit.DONE


def test_events_are_told_one_a_line(terminal: Terminal, door: Door) -> None:
    door.on(EVENTS, news(event(1), event(2)))
    done = terminal.run("watch", "--count", 2, "--json")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [1, 2]


def test_a_broken_promise_is_a_number_of_its_own(terminal: Terminal, door: Door) -> None:
    promise = {"id": "P1", "sentence": "Photos go.", "state": "kept", "proven_at": None, "fresh_for_seconds": 60}
    promise |= {"checked": "all", "evidence_url": "/", "since": None, "days": [], "views": []}
    door.on("GET /v1/promises", says({"items": [promise]}), says({"items": [{**promise, "state": "stale"}]}))
    assert terminal.run("promises").exit_code == Exit.DONE
    assert terminal.run("promises").exit_code == Exit.NOT_TRUE


def test_deleting_asks_first(terminal: Terminal, door: Door) -> None:
    door.on(f"DELETE /v1/figurines/{ID}", says(None, 204))
    assert terminal.run("delete", ID, typed="n\n").exit_code != Exit.DONE
    assert door.asked == []
    assert terminal.run("delete", ID, "--yes").exit_code == Exit.DONE


@pytest.mark.parametrize(("changed", "ends"), [(b"", Exit.DONE), (b" ", Exit.NOT_TRUE)])
def test_a_call_of_a_webhook_is_checked(terminal: Terminal, changed: bytes, ends: Exit) -> None:
    body = json.dumps(
        {"id": "msg_1", "type": "figurine.generated", "sequence": 7, "data": {"figurine_id": ID}}
    ).encode()
    (terminal.home / "body").write_bytes(body + changed)
    now, key = str(int(time.time())), base64.b64encode(b"k" * 32).decode()
    signed = base64.b64encode(hmac.digest(b"k" * 32, f"msg_1.{now}.".encode() + body, "sha256")).decode()
    headers = ("--id", "msg_1", "--timestamp", now, "--signature", f"v1,{'A' * 44} v1,{signed}")
    done = terminal.run("webhook", "verify", terminal.home / "body", *headers, FIGURINE_WEBHOOK_SECRET=f"whsec_{key}")
    assert done.exit_code == ends, done.output


@pytest.mark.parametrize(
    ("arguments", "ends"),
    [
        (("make", "--style", "clay"), Exit.USAGE),
        (("make", "no-such-file.jpg", "--style", "clay"), Exit.USAGE),
        (("make",), Exit.USAGE),
        (("show", "not-an-id"), Exit.USAGE),
        (("show", ID), Exit.REFUSED),
    ],
)
def test_each_ending_has_its_number_and_its_sentence(
    terminal: Terminal, arguments: tuple[str, ...], ends: Exit
) -> None:
    done = terminal.run(*arguments)
    assert (done.exit_code, done.stdout) == (ends, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_without_tls_is_a_mistake_of_use(terminal: Terminal) -> None:
    done = terminal.run("credits", FIGURINE_URL="http://studio.example")
    assert (done.exit_code, "in the clear" in done.stderr) == (Exit.USAGE, True)


def test_the_help_tells_what_every_number_means(terminal: Terminal) -> None:
    said = " ".join(terminal.run("--help").stdout.split())
    assert all(f"{number.value} {meaning}" in said for number, meaning in MEANINGS.items())
    assert set(MEANINGS) == set(Exit)
