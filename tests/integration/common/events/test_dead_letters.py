"""A person looks at the dead letters, and plays them again or drops them."""

import json

import pytest
from typer.testing import CliRunner

from common import retries
from common.dead_letters import app
from tests.integration.common.events.conftest import Opener
from tests.integration.common.events.place import Toy, body_of
from tests.integration.common.events.toy import Asked, Work, eventually, note


@pytest.fixture
def command(the_toy: Toy, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("FIGURINE_BROKER_URL", the_toy.direct_broker_url)
    monkeypatch.setenv("FIGURINE_CA_FILE", str(the_toy.ca_file))
    return CliRunner()


@pytest.fixture
def broken(the_toy: Toy, open_door: Opener) -> list[bool]:
    """Three events that died of a bug, still there while the list is not empty."""
    bug = [True]

    def note_unless_broken(work: Work, event: Asked) -> None:
        if bug:
            raise ValueError
        note(work, event)

    open_door({Asked: note_unless_broken})
    last_attempt = {retries.ATTEMPTS: retries.MAX_ATTEMPTS - 1}
    the_toy.send(*(body_of(Asked(n=n)) for n in (1, 2, 3)), headers=last_attempt)
    eventually(lambda: the_toy.depth("toy.dead") == 3)
    return bug


def ids(command: CliRunner) -> list[str]:
    return [line.split()[0] for line in command.invoke(app, ["toy", "list"]).stdout.splitlines()]


def test_the_list_says_what_each_died_of_and_leaves_it_there(command: CliRunner, broken: list[bool]) -> None:
    listed = command.invoke(app, ["toy", "list"])
    assert listed.exit_code == 0
    assert listed.stdout.count("Its handler failed 12 times, the last time with ValueError.") == 3
    assert len(ids(command)) == 3


def test_inspecting_one_shows_its_message(command: CliRunner, broken: list[bool]) -> None:
    chosen = ids(command)[1]
    shown = command.invoke(app, ["toy", "inspect", chosen]).stdout
    message = json.loads(shown.splitlines()[-1])
    assert message["data"] == {"n": 2}
    assert chosen in shown


def test_replayed_letters_keep_their_ids_and_get_all_attempts_again(
    the_toy: Toy, command: CliRunner, broken: list[bool]
) -> None:
    broken.clear()
    second = ids(command)[1]
    assert command.invoke(app, ["toy", "replay", second]).stdout == "1 replayed\n"
    eventually(lambda: the_toy.effects() == [2])
    assert command.invoke(app, ["toy", "replay", "--all"]).stdout == "2 replayed\n"
    eventually(lambda: sorted(the_toy.effects()) == [1, 2, 3])
    eventually(lambda: the_toy.depth("toy.dead") == 0)


def test_an_event_that_was_handled_after_all_is_not_handled_again_when_replayed(
    the_toy: Toy, command: CliRunner, open_door: Opener
) -> None:
    open_door({Asked: note})
    handled = body_of(Asked(n=1))
    the_toy.send(handled)
    eventually(lambda: the_toy.effects() == [1])
    with the_toy.channel() as channel:
        channel.basic_publish("toy.retry", "toy.dead", handled)
    eventually(lambda: the_toy.depth("toy.dead") == 1)
    command.invoke(app, ["toy", "replay", "--all"])
    the_toy.send(body_of(Asked(n=2)))
    eventually(lambda: the_toy.effects() == [1, 2])


def test_dropped_letters_are_gone(the_toy: Toy, command: CliRunner, broken: list[bool]) -> None:
    first = ids(command)[0]
    assert command.invoke(app, ["toy", "drop", first]).stdout == "1 dropped\n"
    eventually(lambda: the_toy.depth("toy.dead") == 2)
    command.invoke(app, ["toy", "drop", "--all"])
    eventually(lambda: the_toy.depth("toy.dead") == 0)


@pytest.mark.parametrize("arguments", [["replay"], ["drop"], ["replay", "x", "--all"], ["inspect", "x"]])
def test_a_command_that_does_not_say_which_changes_nothing(
    the_toy: Toy, command: CliRunner, broken: list[bool], arguments: list[str]
) -> None:
    assert command.invoke(app, ["toy", *arguments]).exit_code != 0
    assert the_toy.depth("toy.dead") == 3
