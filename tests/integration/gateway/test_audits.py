"""The public word on security audits."""

from tests.integration.gateway.studio import Studio


def test_anybody_may_ask_when_the_last_audit_was(studio: Studio) -> None:
    response = studio.client().get("/v1/audits")
    assert response.status_code == 200
    assert response.get_json().keys() == {"last", "stale", "fresh_for_seconds"}


def test_pages_and_answers_say_that_no_camera_is_used(studio: Studio) -> None:
    for path in ("/", "/v1/styles", "/nothing-here"):
        headers = studio.client().get(path).headers
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
