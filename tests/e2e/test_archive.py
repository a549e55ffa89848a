"""A copy of everything, over the real stack: asked for, gathered from every service, fetched, checked, read offline."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import jsonschema
import psycopg
import pytest
from playwright.sync_api import Browser

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.inventory import AsFiles, AsJson, Inventory, Withheld
from common.work import UnitOfWork
from ops.embedded.waiting import until
from ops.services import SERVICES
from privacy.domain import Kind
from privacy.repository import Work
from privacy.use_cases import requests
from tests.fixtures.customer import POLICY_VERSION, Customer, expect, plain_photo
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow

# Found in nothing else.
NAME, TITLE, COMMENT, STREET = "Ottoline Fernsby", "Quillfeather", "Marvellously plumbeous", "7 Nettlecombe Mews"
SECONDS = 60
CROWD = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a person fetched, unpacked, and what she had had made."""

    request_id: str
    folder: Path
    photo: bytes
    picture: bytes

    def json(self, path: str) -> Any:
        return json.loads((self.folder / path).read_text())

    @property
    def page(self) -> str:
        return unescape((self.folder / "index.html").read_text())

    @property
    def manifest(self) -> set[str]:
        return {each["path"] for each in self.json("manifest.json")["files"]}


@pytest.fixture(scope="module")
def person(stack: RunningStack) -> Iterator[Customer]:
    person = Customer(stack, name=NAME)
    person.wait_for_credits()
    yield person
    person.close()


@dataclass(frozen=True, slots=True)
class Crowd:
    """People who asked for a copy, all at once."""

    database: Database
    requests: list[UUID]

    def all_ready(self) -> bool:
        query = "SELECT count(*) FROM requests WHERE id = ANY(%s) AND state = 'ready'"
        with self.database.begin() as connection:
            return connection.execute(query, [self.requests]).fetchone() == (len(self.requests),)


@pytest.fixture(scope="module")
def crowd(stack: RunningStack) -> Iterator[Crowd]:
    database = Database(stack.endpoints["postgres"]["privacy"], application="test")
    unit = UnitOfWork(service="privacy", database=database, build=Work)
    asked: list[UUID] = []
    for _ in range(CROWD):
        with unit.begin() as work:
            somebody, now = SYSTEM_CLOCK.new_id(), timedelta(0)
            asked.append(requests.ask(work, somebody, Kind.ACCESS, policy_version=POLICY_VERSION, think_again=now).id)
    yield Crowd(database, asked)
    database.close()


@pytest.fixture(scope="module")
def copy(stack: RunningStack, person: Customer, crowd: Crowd, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Everything about somebody who uses the studio among a crowd; billing is away when she asks, and comes back."""
    photo = plain_photo()
    figurine = live(person, photo)
    with stack.without("billing-worker"):
        request_id = ask(person)
        until(lambda: missing(person, request_id) == ["billing"], "The other services", seconds=SECONDS)
        too_early = person.http.get(f"/v1/privacy/requests/{request_id}/archive")
        assert expect(409, too_early)["code"] == "archive_not_ready"
    until(lambda: state(person, request_id) == "ready", "The archive", seconds=SECONDS)
    folder = tmp_path_factory.mktemp("archive")
    fetch(person, request_id, folder.with_suffix(".zip"))
    with ZipFile(folder.with_suffix(".zip")) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return Copy(request_id=request_id, folder=folder, photo=photo, picture=person.picture(figurine).content)


def live(person: Customer, photo: bytes) -> str:
    """Saves a photo, has a figurine made, rates it, and orders credits by invoice; returns the figurine's id."""
    figurine: str = expect(202, person.order(photo, title=TITLE, save=True))["id"]
    assert person.wait_until_ended(figurine)["state"] == "succeeded"
    expect(200, person.http.put(f"/v1/figurines/{figurine}/rating", json={"stars": 4, "comment": COMMENT}))
    expect(200, person.http.put("/v1/billing-details", json={"address": [STREET], "country": "DE"}))
    price_id = person.get("catalogue")["packs"][0]["price_id"]
    once = {"Idempotency-Key": figurine}
    body = {"price_id": price_id, "provider": "invoice"}
    assert person.http.post("/v1/checkout", json=body, headers=once).is_success
    until(lambda: person.get("photos")["saved"], "The saved photo", seconds=SECONDS)
    until(lambda: person.credits()["held"] == 0, "The charge", seconds=SECONDS)
    until(lambda: person.get("usage")["figurines"] == 1, "The count", seconds=SECONDS)
    return figurine


def ask(person: Customer, kind: str = "access") -> str:
    headers = {"Idempotency-Key": str(SYSTEM_CLOCK.new_id())}
    return expect(202, person.http.post("/v1/privacy/requests", json={"kind": kind}, headers=headers))["id"]


def state(person: Customer, request_id: str) -> str:
    return str(person.get(f"privacy/requests/{request_id}")["state"])


def missing(person: Customer, request_id: str) -> list[str]:
    return list(person.get(f"privacy/requests/{request_id}")["missing"])


def fetch(person: Customer, request_id: str, to: Path) -> None:
    with person.http.stream("GET", f"/v1/privacy/requests/{request_id}/archive") as response, to.open("wb") as file:
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/zip"
        for piece in response.iter_raw():
            file.write(piece)
    assert to.stat().st_size == int(response.headers["Content-Length"])


def test_invoices_are_there_as_they_were_printed(copy: Copy, person: Customer) -> None:
    (invoice,) = person.get("invoices")["items"]
    printed = (copy.folder / "documents" / f"{invoice['number']}.pdf").read_bytes()
    assert printed == person.http.get(f"/v1/invoices/{invoice['id']}/pdf").content
    assert f'href="documents/{invoice["number"]}.pdf"' in (copy.folder / "index.html").read_text()


def test_the_manifest_verifies(copy: Copy) -> None:
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "MANIFEST.sha256"], cwd=copy.folder, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = {line.partition("  ")[2] for line in (copy.folder / "MANIFEST.sha256").read_text().splitlines()}
    there = {str(path.relative_to(copy.folder)) for path in copy.folder.rglob("*") if path.is_file()}
    assert listed == there - {"MANIFEST.sha256"}


def test_every_file_of_rows_is_what_its_schema_says(copy: Copy) -> None:
    files = sorted(copy.folder.glob("data/**/*.json"))
    assert len(files) > 30
    for file in files:
        path = file.relative_to(copy.folder / "data").with_suffix("")
        jsonschema.validate(json.loads(file.read_text()), copy.json(f"schema/{path}.schema.json"))


@pytest.mark.parametrize("service", SERVICES)
def test_everything_a_service_declares_is_in_the_copy_or_said_to_be_left_out(copy: Copy, service: str) -> None:
    inventory: Inventory = import_module(f"{service}.inventory").INVENTORY
    for declared in (*inventory.tables, *inventory.buckets):
        match declared.export:
            case AsJson(path=path):
                assert f"data/{path}" in copy.manifest
                assert declared.what in copy.page
            case AsFiles(folder=folder):
                assert f"pictures/{folder}" in copy.page or f"{declared.what}: there are none" in copy.page
            case Withheld():
                assert f"<strong>{declared.what}</strong>" in copy.page
            case None:
                assert f"<code>{service}.{declared.name}" in copy.page


def test_what_was_sealed_is_readable_and_files_are_the_originals(copy: Copy) -> None:
    (account,) = copy.json("data/account/account.json")
    assert account["name"] == NAME
    assert [row["title"] for row in copy.json("data/figurines/shown.json")] == [TITLE]
    assert [row["comment"] for row in copy.json("data/figurines/ratings.json")] == [COMMENT]
    assert [row["address"] for row in copy.json("data/invoices/billing_details.json")] == [STREET]
    assert [row["outcome"] for row in copy.json("data/usage/facts.json") if row["kind"] == "figurine"] == ["succeeded"]
    originals = [path.read_bytes() for path in (copy.folder / "pictures" / "figurines").rglob("1-full.*")]
    assert originals == [copy.picture]
    (saved,) = (copy.folder / "pictures" / "photos" / "saved").rglob("photo.jpg")
    assert saved.read_bytes().startswith(b"\xff\xd8\xff")
    for needle in (NAME, TITLE, COMMENT, STREET):
        assert needle in copy.page


def test_the_page_opens_without_a_network_and_fits_a_phone(browser: Browser, copy: Copy) -> None:
    context = browser.new_context(offline=True, viewport={"width": 375, "height": 740})
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((copy.folder / "index.html").as_uri())
    page.evaluate("document.querySelectorAll('img').forEach(img => { img.loading = 'eager' })")
    page.wait_for_function("[...document.images].every(img => img.complete)")
    assert page.evaluate("[...document.images].map(img => img.naturalWidth > 0)") == [True, True]
    assert {url.partition(":")[0] for url in asked} == {"file"}
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].every(a => document.querySelector(a.hash))")
    page.get_by_role("link", name="What is not here").click()
    page.locator(".shelf a").first.click()
    assert page.url.endswith((".png", ".jpg", ".webp"))
    context.close()


def test_its_owner_sees_until_when_it_is_there_and_is_told_by_mail(person: Customer, copy: Copy) -> None:
    shown = person.get(f"privacy/requests/{copy.request_id}")
    assert shown["services"] == dict.fromkeys(sorted(SERVICES), "done")
    ready, expires = (datetime.fromisoformat(shown["archive"][name]) for name in ("ready_at", "expires_at"))
    assert expires - ready == timedelta(days=7)
    until(lambda: person.letter().subject == "Your copy is ready", "The mail", seconds=SECONDS)


def test_only_its_owner_gets_it_and_only_when_freshly_signed_in(
    stack: RunningStack, person: Customer, copy: Copy
) -> None:
    address = f"/v1/privacy/requests/{copy.request_id}/archive"
    stranger = Customer(stack)
    assert expect(404, stranger.http.get(address))["code"] == "not_found"
    stranger.close()
    assert person.http.get(address, headers={"Authorization": ""}).status_code == 401
    shift = "UPDATE sessions SET created_at = created_at + %s WHERE account_id = %s"
    with psycopg.connect(stack.endpoints["postgres"]["gateway"], autocommit=True) as connection:
        connection.execute(shift, [timedelta(minutes=-16), person.id])
        assert expect(403, person.http.get(address))["code"] == "fresh_sign_in_needed"
        connection.execute(shift, [timedelta(minutes=16), person.id])
    assert person.http.head(address).status_code == 200


def test_a_crowd_that_asks_while_figurines_are_made_starves_nobody(crowd: Crowd, copy: Copy) -> None:
    # Among them and after them somebody had a figurine made and got a copy of her own.
    until(crowd.all_ready, "Everybody's archive", seconds=SECONDS)
