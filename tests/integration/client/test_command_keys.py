"""`figurine signin`, and what a key is not enough for."""

import stat

import pytest

from figurine_client.command.exits import Exit
from tests.fakes.door import ID, Door, problem, says
from tests.fakes.terminal import Terminal

BALANCE = {"available": 3, "held": 1}


def test_a_key_is_kept_for_its_owner_only_and_never_said(terminal: Terminal, door: Door) -> None:
    door.on("GET /v1/credits", says(BALANCE))
    unset: dict[str, str | None] = {"FIGURINE_URL": None, "FIGURINE_API_KEY": None}
    done = terminal.run("signin", typed=f"{door.url}\nfig_secret\n", **unset)
    assert (done.exit_code, "fig_secret" in done.output) == (Exit.DONE, False)
    assert stat.S_IMODE(terminal.credentials.stat().st_mode) == 0o600
    assert stat.S_IMODE(terminal.credentials.parent.stat().st_mode) == 0o700
    assert terminal.run("credits", **unset).stdout.splitlines() == ["available  3", "held       1"]
    assert door.asked[-1].headers["Authorization"] == "Bearer fig_secret"
    assert terminal.run("signout", **unset).exit_code == Exit.DONE
    assert terminal.run("credits", **unset).exit_code == Exit.NOT_SIGNED_IN


def test_a_key_that_others_may_read_is_not_used(terminal: Terminal, door: Door) -> None:
    door.on("GET /v1/credits", says(BALANCE))
    terminal.run("signin")
    terminal.credentials.chmod(0o644)
    done = terminal.run("credits", FIGURINE_API_KEY=None)
    assert (done.exit_code, "chmod 600" in done.stderr, len(door.asked)) == (Exit.NOT_SIGNED_IN, True, 1)


def test_a_kept_key_is_not_told_to_another_studio(terminal: Terminal, door: Door) -> None:
    door.on("GET /v1/credits", says(BALANCE))
    terminal.run("signin")
    terminal.run("credits", FIGURINE_API_KEY=None, FIGURINE_URL=door.url.replace("127.0.0.1", "localhost"))
    assert "Authorization" not in door.asked[-1].headers


def test_a_key_that_is_none_is_not_kept(terminal: Terminal, door: Door) -> None:
    door.on("GET /v1/credits", problem(401, "unauthenticated", "Sign in first, then try again."))
    assert terminal.run("signin").exit_code == Exit.NOT_SIGNED_IN
    assert not terminal.credentials.exists()


def test_a_key_that_is_not_typed_is_missed(terminal: Terminal, door: Door) -> None:
    done = terminal.run("signin", FIGURINE_API_KEY=None)
    assert (done.exit_code, done.stderr) == (Exit.REFUSED, "figurine: API key (fig_…): nothing was typed.\n")
    assert door.asked == []


@pytest.mark.parametrize("key", ["fig_…", "fig_a b", "fig_a\nfig_b"])
def test_what_cannot_be_a_key_is_said_to_be_none(terminal: Terminal, door: Door, key: str) -> None:
    done = terminal.run("credits", FIGURINE_API_KEY=key)
    assert (done.exit_code, done.stderr.startswith("figurine: That is no key")) == (Exit.NOT_SIGNED_IN, True)
    assert door.asked == []


def test_a_copy_needs_the_password_and_leaves_no_session(terminal: Terminal, door: Door) -> None:
    opened = {"id": ID, "token": "session", "expires_at": "2026-11-27T09:30:00Z"}
    request = {"id": ID, "kind": "access", "state": "ready", "services": {}, "missing": [], "ended_at": None}
    request |= dict.fromkeys(("asked_at", "due_at", "begins_at"), "2026-11-27T09:30:00Z")
    archive = {"bytes": 6, "ready_at": "2026-11-27T09:30:00Z", "expires_at": "2999-01-01T00:00:00Z", "missing": []}
    door.on("POST /v1/sessions", says({"step": "s", "ways": ["code"], "expires_at": "2026-11-27T09:30:00Z"}, 202))
    door.on("POST /v1/sessions/step", says(opened, 201))
    door.on("GET /v1/privacy/requests", says({"items": [request], "next_cursor": None}))
    door.on(f"GET /v1/privacy/requests/{ID}", says({**request, "archive": archive}))
    door.on(f"GET /v1/privacy/requests/{ID}/archive", says(b"a copy"))
    door.on(f"DELETE /v1/sessions/{ID}", says(None, 204))
    to = terminal.home / "copy.zip"
    done = terminal.run("export", "--out", to, "--email", "ada@example.org", typed="secret password\n123456\n")
    assert (done.exit_code, to.read_bytes()) == (Exit.DONE, b"a copy"), done.stderr
    assert "secret password" not in done.output
    assert (door.asked[-1].method, door.asked[-1].headers["Authorization"]) == ("DELETE", "Bearer session")
