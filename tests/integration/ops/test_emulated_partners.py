"""Emulators in a stack: only where they are asked for, over TLS, and named for what they are."""

import json
import shlex
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from common.clock import SYSTEM_CLOCK
from generation.adapters.gemini.engine import GeminiEngine
from generation.ports import PaintingFailed, PaintOrder
from ops.embedded import __main__ as command
from ops.embedded.emulators import without_keys
from ops.embedded.stack import Stack

ADDRESS = "FIGURINE_GEMINI_BASE_URL"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack with the emulator, and nothing else of it running."""
    stack = Stack(tmp_path / "site", durable=False, emulate=["gemini"])
    try:
        stack._supervise()
        stack._bring_up(stack.emulators["gemini"])
        yield stack
    finally:
        stack.remove()


def told(stack: Stack, service: str) -> dict[str, str]:
    lines = stack.environments.file(service).read_text().splitlines()
    return dict(shlex.split(line)[0].split("=", 1) for line in lines if line.startswith("FIGURINE_GEMINI"))


def painted(environment: dict[str, str], ca_file: Path | None) -> Image.Image:
    engine = GeminiEngine(
        api_key=environment["FIGURINE_GEMINI_API_KEY"], base_url=environment[ADDRESS], ca_file=ca_file, deadline=60
    )
    photo = BytesIO()
    Image.new("RGB", (320, 300), "teal").save(photo, "JPEG")
    try:
        (painting,) = engine.paint(
            PaintOrder(figurine_id=SYSTEM_CLOCK.new_id(), style="chibi", photo=photo.getvalue(), prompt="a figurine")
        )
    finally:
        engine.close()
    return Image.open(BytesIO(painting.image))


def test_generation_finds_it_where_google_would_be_and_the_others_hear_of_nothing(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = told(stack, "generation")
    assert environment[ADDRESS] == stack.endpoints["emulators"]["gemini"]
    assert environment[ADDRESS].startswith("https://localhost:")
    assert [told(stack, service) for service in ("gateway", "billing", "privacy", "analytics")] == [{}] * 4
    assert min(painted(environment, stack.site.ca).size) > 500
    with pytest.raises(PaintingFailed):
        painted(environment, None)
    # Whoever looks need not know what was asked for when it was started.
    monkeypatch.setattr("sys.argv", ["ops.embedded", "status", "--directory", str(stack.site.directory)])
    assert command.main() == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("gemini-emulator")]
    assert "RUNNING" in line
    assert "not the partner" in line


def test_a_stack_that_does_not_ask_for_it_has_none(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "site", durable=False)
    stack.site.choose_ports()
    assert not any(program.name.endswith("-emulator") for program in stack.programs())
    assert not any("GEMINI" in name for name in stack.environments.of("generation"))
    stack.site.remove()


def test_a_stack_whose_ports_were_chosen_before_there_were_emulators_chooses_again(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "site", durable=False, emulate=["gemini"])
    stack.site.choose_ports()
    remembered = tmp_path / "site" / "ports.json"
    known = json.loads(remembered.read_text())
    old = {name: port for name, port in known.items() if name != "gemini-emulator"}
    remembered.write_text(json.dumps(old))
    stack.site.recall_ports()
    assert not stack._is_supervised()
    stack.site.choose_ports()
    assert {name: stack.site.ports[name] for name in old} == old
    assert "gemini-emulator" in stack.site.ports
    stack.site.remove()


def test_without_a_key_for_stripe_billing_finds_the_emulator_where_stripe_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIGURINE_STRIPE_API_KEY", raising=False)
    stack = Stack(tmp_path / "site", durable=False, emulate=without_keys())
    try:
        stack._supervise()
        stack._bring_up(stack.emulators["stripe"])
        told = {name: value for name, value in stack.environments.of("billing").items() if "STRIPE" in name}
        assert not any("STRIPE" in name for name in stack.environments.of("gateway"))
        assert told["FIGURINE_STRIPE_API_BASE"] == stack.endpoints["emulators"]["stripe"]
        trusted = ssl.create_default_context(cafile=told["FIGURINE_STRIPE_CA_FILE"])
        headers = {"Authorization": f"Bearer {told['FIGURINE_STRIPE_API_KEY']}"}
        made = httpx2.post(f"{told['FIGURINE_STRIPE_API_BASE']}/v1/customers", headers=headers, verify=trusted)
        assert made.json()["livemode"] is False
        # What was paid there outlives a restart, as the ledger does.
        stack.supervisor.stop(["stripe-emulator"])
        stack._bring_up(stack.emulators["stripe"])
        listed = httpx2.get(f"{told['FIGURINE_STRIPE_API_BASE']}/v1/customers", headers=headers, verify=trusted)
        assert [each["id"] for each in listed.json()["data"]] == [made.json()["id"]]
    finally:
        stack.remove()


def test_with_a_key_for_stripe_nothing_stands_in_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIGURINE_STRIPE_API_KEY", "sk_test_of_somebody")
    assert without_keys() == frozenset()
