"""The promises of the running studio in a real browser, and what was found checked without it."""

import json
import ssl
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from privacy.checking import main

pytestmark = pytest.mark.slow
PATIENCE_MS = 120_000


def test_whoever_doubts_sees_what_was_looked_at_and_checks_it_alone(
    page: Page, stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.goto("/promises")
    upload = page.locator("#K1")
    # Read again by itself, without a reload, once somebody has looked.
    expect(upload.get_by_text("Kept", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    upload.get_by_text("What is looked at").press("Enter")
    expect(upload.get_by_text("No upload is overdue")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name, path in (("keys", "/v1/privacy/keys"), ("findings", "/v1/findings?limit=500")):
        answer = httpx2.get(f"{stack.gateway}{path}", verify=ssl.create_default_context(cafile=stack.ca))
        assert answer.status_code == 200
        (tmp_path / f"{name}.json").write_text(json.dumps(answer.json()))
    assert main(["--keys", str(tmp_path / "keys.json"), str(tmp_path / "findings.json")]) == 0
    assert "findings without a gap" in capsys.readouterr().out
