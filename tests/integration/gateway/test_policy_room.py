"""The room in which a version of the policy is let out: what is shown there, who may, and what everybody sees."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import psycopg
import pytest
from psycopg import sql

from common.clock import SYSTEM_CLOCK
from common.policy import Policies, Policy, Release, Section, Sentence, read_policies
from common.service import Service
from gateway.domain.staff import Role
from gateway.routes.context import Studio as StudioPort
from privacy.jobs.policies import publish_policies
from tests.integration.gateway.hired import acts_of, colleague
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, Person, Studio
from tests.integration.gateway.test_console import REASON
from tests.integration.gateway.test_console_rooms import send, show

WRITTEN = read_policies().all
SAID = "Photos of garden gnomes are deleted first."
LEFT = (
    "gateway.policy_told",
    "gateway.policy_notices",
    "gateway.policy_releases",
    "gateway.mails",
    "privacy.policy_versions",
    "privacy.policy_proposals",
    "privacy.outbox",
)
Lay = Callable[..., Policy]


@pytest.fixture
def paula(studio: Studio) -> Person:
    return colleague(studio, Role.PRIVACY)


@pytest.fixture
def piet(studio: Studio) -> Person:
    return colleague(studio, Role.PRIVACY)


@pytest.fixture
def lay(studio: Studio, peers: dict[str, Service[Any]], admin_dsn: str) -> Iterator[Lay]:
    """A release of all services with one more version of the policy, that waits for somebody's word."""
    ours, theirs = (cast("list[Any]", service.ports) for service in (studio.service, peers["privacy"]))
    as_built = list(ours), list(theirs)

    def forget() -> None:
        with psycopg.connect(admin_dsn) as connection:
            for table in LEFT:
                schema, name = table.split(".")
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, name)))

    def lay(*, days: int = 0, significant: bool = True, **changes: Any) -> Policy:
        day = SYSTEM_CLOCK.now().date() + timedelta(days=days)
        newest = WRITTEN[-1]
        section = Section(id="gnomes", title="Gnomes", sentences=(Sentence(id="gnomes-go", text=SAID),))
        policy = replace(
            newest,
            **{
                "version": day.isoformat(),
                "published": day,
                "in_force_from": day + timedelta(days=20),
                "significant": significant,
                "summary": "Garden gnomes are new.",
                "sections": (*newest.sections, section),
                "digest": "a" * 64,
                "release": Release.CONSOLE,
                **changes,
            },
        )
        release(Policies([*(each for each in WRITTEN if each.version < policy.version), policy]))
        return policy

    def release(policies: Policies) -> None:
        # The studio has been open: what comes out by itself is out.
        publish_policies(peers["privacy"].unit, Policies(policies.all[:-1]))
        ours[:] = [replace(port, policies=policies) if isinstance(port, StudioPort) else port for port in as_built[0]]
        theirs[:] = [policies if isinstance(port, Policies) else port for port in as_built[1]]

    forget()
    yield lay
    ours[:], theirs[:] = as_built
    forget()


def propose(person: Person, policy: Policy) -> Any:
    """Press the button of the page as it stands now."""
    html = show(person, f"/operator/policy/{policy.version}")
    fields = dict(re.findall(r'name="(key|sha256)" value="([^"]+)"', html))
    return send(person, f"/operator/policy/{policy.version}/propose", reason=REASON, **fields)


def word_of(person: Person, policy: Policy) -> dict[str, Any]:
    (stand,) = [
        each for each in person.get("/v1/operator/policies").get_json()["items"] if each["version"] == policy.version
    ]
    return stand["open_word"]


def before(policy: Policy) -> str:
    """What was out before it."""
    return max(each.version for each in WRITTEN if each.version < policy.version)


def newest(studio: Studio) -> str:
    """What everybody reads."""
    return studio.client().get("/v1/policy", base_url=ORIGIN).get_json()["version"]


def test_a_version_that_waits_is_shown_in_the_room_only_with_whom_it_will_be_told_to(
    studio: Studio, paula: Person, lay: Lay
) -> None:
    policy = lay(days=3)
    html = show(paula, f"/operator/policy/{policy.version}")
    for words in (
        SAID,
        "Garden gnomes are new.",
        "Waits for your word",
        "Propose to publish it",
        "600 letters a minute",
    ):
        assert words in html, words
    assert "waits for somebody&#39;s word" in show(paula, "/operator")
    preview = paula.get(f"/v1/operator/policies/{policy.version}").get_json()
    with studio.service.unit.begin() as work:
        accounts = work.policy_releases.reach().accounts
    assert (preview["reach"]["accounts"], preview["reach"]["letters"] <= accounts) == (accounts, True)
    assert "Garden gnomes are new." in preview["letter"]["text"]
    letter = paula.client.get(f"/operator/policy/{policy.version}/letter", base_url=ORIGIN)
    assert ("Garden gnomes" in letter.text, "sandbox" in letter.headers["Content-Security-Policy"]) == (True, True)
    assert newest(studio) == before(policy)
    assert studio.client().get(f"/v1/policy/versions/{policy.version}", base_url=ORIGIN).status_code == 404


def test_two_let_it_out_and_then_everybody_reads_it_and_is_written_to(
    studio: Studio, paula: Person, piet: Person, lay: Lay
) -> None:
    ada = studio.sign_up()
    policy = lay()
    assert newest(studio) == before(policy)  # its day has come, and it is not out
    assert propose(paula, policy).headers["Location"] == f"/operator/policy/{policy.version}?done=proposed"
    word = word_of(piet, policy)
    mine = show(paula, f"/operator/policy/{policy.version}")
    assert (f"/words/{word['id']}/approve" in mine, "Nobody approves what they proposed" in mine) == (False, True)
    path = f"/v1/operator/policies/words/{word['id']}/approve"
    alone = paula.ask("POST", path, json={"sha256": policy.digest})
    assert (alone.status_code, alone.get_json()["code"]) == (409, "own_proposal")
    for _ in range(2):
        pressed = send(piet, f"/operator/policy/{policy.version}/words/{word['id']}/approve", sha256=policy.digest)
        assert pressed.headers["Location"] == f"/operator/policy/{policy.version}?done=approved"
    studio.carry()
    assert newest(studio) == policy.version
    assert "Out" in show(piet, f"/operator/policy/{policy.version}")
    assert 'id="policy-news"' in ada.client.get("/account", base_url=ORIGIN).text
    with studio.service.unit.begin() as work:
        assert work.notices.telling(policy.version) is not None
    assert acts_of(studio, piet.id) == [("policy.approve", policy.version)] * 2
    assert ("policy.propose", policy.version) in acts_of(studio, paula.id)


def test_what_changed_since_it_was_looked_at_is_not_let_out(
    studio: Studio, paula: Person, piet: Person, lay: Lay
) -> None:
    policy = lay()
    propose(paula, policy)
    word = word_of(piet, policy)
    lay(digest="b" * 64)
    pressed = send(piet, f"/operator/policy/{policy.version}/words/{word['id']}/approve", sha256=policy.digest)
    assert (pressed.status_code, "not say any more what you looked at" in pressed.text) == (409, True)
    refused = piet.ask("POST", f"/v1/operator/policies/words/{word['id']}/approve", json={"sha256": "b" * 64})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "policy_changed")
    studio.carry()
    assert newest(studio) == before(policy)


def test_what_does_not_matter_to_people_takes_one_and_can_be_taken_back_before_its_day(paula: Person, lay: Lay) -> None:
    policy = lay(days=2, significant=False)
    assert propose(paula, policy).headers["Location"].endswith("done=approved")
    word = word_of(paula, policy)
    html = show(paula, f"/operator/policy/{policy.version}")
    assert ("Agreed, waits for its day" in html, "nobody is written to" in html) == (True, True)
    taken = send(paula, f"/operator/policy/{policy.version}/words/{word['id']}/recall")
    assert taken.headers["Location"].endswith("done=recalled")
    assert word_of(paula, policy) is None


def test_the_same_press_twice_is_one_proposal_and_a_late_one_is_refused(paula: Person, lay: Lay) -> None:
    policy = lay(days=2)
    key = {"Idempotency-Key": "once"}
    wish = {"sha256": policy.digest, "reason": REASON}
    path = f"/v1/operator/policies/{policy.version}/propose"
    assert paula.ask("POST", path, json=wish).status_code == 400
    made = [paula.ask("POST", path, json=wish, headers=key).get_json()["id"] for _ in range(2)]
    assert len(set(made)) == 1
    other = paula.ask("POST", path, json={**wish, "reason": f"{REASON} again"}, headers=key)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")
    late = lay(days=2, in_force_from=SYSTEM_CLOCK.now().date() + timedelta(days=15))
    refused = paula.ask(
        "POST", f"/v1/operator/policies/{late.version}/propose", json=wish, headers={"Idempotency-Key": "late"}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (409, "notice_too_short")


def test_a_test_letter_goes_to_who_asks_and_to_nobody_else(studio: Studio, paula: Person, lay: Lay) -> None:
    studio.sign_up()
    post = PostOffice(studio.service.unit)
    policy = lay(days=2)
    assert send(paula, f"/operator/policy/{policy.version}/test").headers["Location"].endswith("done=tested")
    post.deliver()
    (letter,) = [each for each in post.letters if "gnomes" in each.text]
    assert (letter.to, letter.subject) == (paula.email, "Test: Our policy has changed")


def test_nobody_can_have_read_what_is_not_out(studio: Studio, lay: Lay) -> None:
    policy = lay()
    ada = studio.sign_up()
    said = {"granted": True, "policy_version": policy.version}
    refused = ada.ask("PUT", "/v1/consents/google_gemini", json=said)
    assert (refused.status_code, "policy" in refused.get_json()["detail"].lower()) == (400, True)
    assert ada.ask("POST", "/v1/policy/acknowledge", json={"version": policy.version}).status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN, Role.EDITOR])
def test_the_room_opens_for_those_who_look_after_privacy_only(studio: Studio, lay: Lay, role: Role) -> None:
    policy = lay()
    otto = colleague(studio, role)
    for path in ("/operator/policy", f"/operator/policy/{policy.version}", "/v1/operator/policies"):
        assert otto.client.get(path, base_url=ORIGIN).status_code == 404, path
