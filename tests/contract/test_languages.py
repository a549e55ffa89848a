"""Everything the studio says is translated, and nothing else is."""

import pytest

from ops import languages


def test_every_catalogue_of_every_language_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert languages.main(["check"]) == 0, capsys.readouterr().err


def test_templates_mails_routes_and_modules_are_looked_at() -> None:
    places = {place for texts in languages.DOMAINS.values() for place, _ in texts()}
    looked_at = {"web/templates/landing.html", "web/templates/mail/verify.txt", "routes/status_page.py"}
    assert looked_at <= places
    assert not any("operator" in place for place in places if place.startswith("web/templates"))
