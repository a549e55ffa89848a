"""Somebody leaves: everything of hers goes, everywhere, and she gets a receipt that anybody can check."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ops.embedded.waiting import until
from tests.fixtures.customer import PASSWORD, Answer, Customer, expect
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow

OVER = frozenset({"completed", "completed_with_retention"})
SECONDS = 60
SERVICES = ["analytics", "billing", "gateway", "generation", "privacy"]


class Leaver:
    """A person with a figurine and a saved photo, who asks to be forgotten."""

    def __init__(self, stack: RunningStack) -> None:
        self.person = Customer(stack, name="Wilhelmina Thistlewood")
        self.person.wait_for_credits()
        made = expect(202, self.person.order(title="Pumpernickel", save=True))
        self.person.wait_until_ended(made["id"])
        self.path = ""

    def ask(self) -> Answer:
        wish = {"kind": "erasure", "password": PASSWORD}
        answer = expect(202, self.person.http.post("/v1/privacy/requests", json=wish))
        link = urlsplit(answer["follow"])
        self.path = f"/v1/privacy/erasures/{answer['id']}"
        self.key = parse_qs(link.query)["key"][0]
        return answer

    def state(self) -> Answer:
        return expect(200, self.person.http.get(self.path, params={"key": self.key}))

    def wait(self) -> Answer:
        until(lambda: self.state()["state"] in OVER, "The end of the erasure", seconds=SECONDS)
        return self.state()

    def receipt(self) -> Answer:
        return expect(200, self.person.http.get(f"{self.path}/receipt", params={"key": self.key}))


@pytest.fixture(scope="module")
def leaver(stack: RunningStack) -> Iterator[Leaver]:
    leaver = Leaver(stack)
    leaver.ask()
    leaver.wait()
    yield leaver
    leaver.person.close()


def said(receipt: Answer) -> dict[str, Any]:
    """What each service's statement says."""
    services = json.loads(receipt["body"])["services"]
    return {service: json.loads(part["statement"]) for service, part in services.items()}


def test_every_service_has_done_its_part_and_found_nothing_afterwards(leaver: Leaver) -> None:
    assert leaver.state()["missing"] == []
    told = said(leaver.receipt())
    assert sorted(told) == SERVICES
    assert {kind["residue"] for statement in told.values() for kind in statement["classes"].values()} == {0}
    found = {service: {name: kind["found"] for name, kind in each["classes"].items()} for service, each in told.items()}
    assert found["gateway"]["accounts"] == 1
    assert found["generation"]["figurines"] == 1
    assert found["generation"]["figurines/"] > 0
    assert found["generation"]["photos/"] > 0
    assert found["billing"]["entries"] > 0
    assert found["privacy"]["clocks"] == 1
    # The figurine, and its order.
    assert found["analytics"]["facts"] == 2


def test_the_receipt_is_checked_without_the_studio_and_a_changed_one_is_noticed(leaver: Leaver, tmp_path: Path) -> None:
    receipt, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
    receipt.write_text(json.dumps(leaver.receipt()))
    keys.write_text(leaver.person.http.get("/v1/privacy/keys").text)
    verify = [sys.executable, "-m", "privacy", "verify", "--keys", str(keys), str(receipt)]
    checked = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "Your account: 1 found, 1 erased" in checked.stdout
    receipt.write_text(receipt.read_text().replace('\\\\\\"erased\\\\\\":1', '\\\\\\"erased\\\\\\":2'))
    changed = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert changed.returncode == 1
    assert "signature does not fit" in changed.stderr


def test_who_left_is_signed_out_and_was_told_and_may_come_back_as_somebody_new(leaver: Leaver) -> None:
    person = leaver.person
    assert person.http.get("/v1/figurines").status_code == 401
    credentials = {"email": person.email, "password": PASSWORD}
    assert person.http.post("/v1/sessions", json=credentials).status_code == 401
    letter = person.letter()
    assert letter.subject == "Your data has been deleted"
    assert leaver.key in letter.link


def test_nobody_reads_a_receipt_without_its_key(leaver: Leaver) -> None:
    assert leaver.person.http.get(leaver.path, params={"key": "0" * 64}).status_code == 404
    assert leaver.person.http.get(f"{leaver.path}/receipt").status_code == 400


def test_erasure_needs_the_password_or_a_fresh_sign_in(stack: RunningStack) -> None:
    person = Customer(stack)
    wrong = {"kind": "erasure", "password": "some other words"}
    refused = person.http.post("/v1/privacy/requests", json=wrong)
    assert expect(401, refused)["code"] == "unauthenticated"
    assert person.get("privacy/requests")["items"] == []
    person.close()
