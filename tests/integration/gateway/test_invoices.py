"""Invoices through the public door: one's own, as data and on paper, and by mail."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from billing.domain.payments import OrderKind
from billing.ports import CheckoutRequest
from billing.use_cases import invoicing, transfers
from common.contracts.billing import MailRequested
from common.errors import NotFound, Unavailable
from common.service import Service
from gateway.adapters.letters import TEMPLATES, JinjaLetters
from gateway.adapters.links import Links
from gateway.jobs import Office
from gateway.ports import Attachment
from gateway.use_cases import mails
from tests.integration.gateway.studio import ORIGIN, Person, Studio

DETAILS = {"company": "Figuren & Söhne", "address": ["Hauptstr. 5", "80331 München"], "vat_number": "", "country": "DE"}


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture(autouse=True)
def _no_letters_of_others(studio: Studio) -> None:
    """Other tests of this process leave letters that wait, some to people whose addresses open with other keys."""
    with studio.service.unit.database.begin() as connection:
        connection.execute("DELETE FROM mails")


@pytest.fixture
def billing(peers: dict[str, Service[Any]]) -> Service[Any]:
    return peers["billing"]


def receipt(billing: Service[Any], user_id: UUID) -> UUID:
    sale = invoicing.Sale(user_id=user_id, order_id=uuid4(), description="60 credits", amount=1190, currency="EUR")
    with billing.unit.begin() as work:
        issued = invoicing.issue(work, sale, paid_by="card")
    assert issued is not None
    return issued.id


def order(billing: Service[Any], user_id: UUID, *, order_id: UUID | None = None) -> str:
    """Order by invoice; the address of the page that shows it."""
    request = CheckoutRequest(
        order_id=order_id or uuid4(),
        user_id=user_id,
        customer=None,
        kind=OrderKind.PACK,
        price_id="pack",
        name="60 credits",
        amount=1190,
        list_amount=1190,
        currency="eur",
        interval=None,
        success_url=f"{ORIGIN}/credits",
        cancel_url=f"{ORIGIN}/credits",
    )
    with billing.unit.begin() as work:
        return transfers.open_order(work, request).url


def put_details(person: Person, **changes: object) -> Any:
    return person.ask("PUT", "/v1/billing-details", json={**DETAILS, **changes})


def test_a_receipt_is_listed_with_its_tax_and_printed_for_its_owner(billing: Service[Any], ada: Person) -> None:
    assert put_details(ada).get_json() == DETAILS
    invoice_id = receipt(billing, ada.id)
    (item,) = ada.get("/v1/invoices").get_json()["items"]
    assert (item["id"], item["kind"], item["net"], item["tax"], item["gross"], item["rate"]) == (
        str(invoice_id),
        "receipt",
        1000,
        190,
        1190,
        1900,
    )
    response = ada.get(f"/v1/invoices/{invoice_id}/pdf")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert f"filename={item['number']}.pdf" in response.headers["Content-Disposition"]
    text = PdfReader(BytesIO(response.data)).pages[0].extract_text()
    assert "Figuren & Söhne" in text
    assert item["number"] in text


def test_somebody_elses_invoice_is_not_there(studio: Studio, billing: Service[Any], ada: Person) -> None:
    invoice_id = receipt(billing, studio.sign_up().id)
    for path in (f"/v1/invoices/{invoice_id}", f"/v1/invoices/{invoice_id}/pdf", f"/v1/invoices/{uuid4()}"):
        response = ada.get(path)
        assert (response.status_code, response.get_json()["code"]) == (404, "not_found")
    assert ada.get("/v1/invoices").get_json() == {"items": [], "next_cursor": None}
    assert studio.client().get(f"/v1/invoices/{invoice_id}/pdf", base_url=ORIGIN).status_code == 401


def test_pages_of_invoices_follow_their_cursor(billing: Service[Any], ada: Person) -> None:
    ids = [str(receipt(billing, ada.id)) for _ in range(3)]
    first = ada.get("/v1/invoices?limit=2").get_json()
    rest = ada.get(f"/v1/invoices?limit=2&cursor={first['next_cursor']}").get_json()
    assert [item["id"] for item in (*first["items"], *rest["items"])] == ids[::-1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"company": "x" * 101},
        {"company": 7},
        {"company": "\x00"},
        {"company": "ร้านฟิกเกอร์"},
        {"address": ["x"] * 6},
        {"address": "Main street"},
        {"country": "ZZ"},
        {"vat_number": "'; --"},
    ],
)
def test_details_that_cannot_stand_on_an_invoice_are_refused(ada: Person, changes: dict[str, object]) -> None:
    response = put_details(ada, **changes)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert ada.get("/v1/billing-details").get_json()["company"] == ""


def test_details_are_corrected_and_taken_away_by_their_owner(ada: Person) -> None:
    put_details(ada)
    assert put_details(ada, company="Another").get_json()["company"] == "Another"
    empty = {"company": "", "address": [], "vat_number": "", "country": ""}
    assert ada.ask("PUT", "/v1/billing-details", json={}).get_json() == empty
    assert ada.get("/v1/billing-details").get_json() == empty


def test_the_page_of_an_order_by_invoice_shows_where_to_send_the_money(
    studio: Studio, billing: Service[Any], ada: Person
) -> None:
    path = order(billing, ada.id).removeprefix(ORIGIN)
    invoice_id = path.removeprefix("/invoices/")
    shown = ada.get(f"/v1/invoices/{invoice_id}").get_json()
    assert (shown["transfer"]["state"], shown["transfer"]["outstanding"]) == ("open", 1190)
    page = ada.client.get(path, base_url=ORIGIN)
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for expected in (shown["number"], "DE89 3704 0044 0532 0130 00", "11.90 EUR", f"/v1/invoices/{invoice_id}/pdf"):
        assert expected in text
    other = studio.sign_up()
    assert other.client.get(path, base_url=ORIGIN).status_code == 404
    assert studio.client().get(path, base_url=ORIGIN).status_code == 302


@dataclass(kw_only=True)
class Post:
    """A mail server that keeps what it is given."""

    sent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def send(self, **mail: Any) -> None:
        self.sent.append(mail)


@pytest.fixture
def post() -> Post:
    return Post()


def office(studio: Studio, post: Post, documents: Any) -> Office:
    links = Links(b"k" * 32, public_url=ORIGIN, clock=studio.service.unit.clock)
    return Office(
        unit=studio.service.unit,
        mailer=post,
        letters=JinjaLetters(links),
        styles=lambda: [],
        documents=documents,
    )


def send_all(office: Office) -> None:
    while office.send_next_mail():
        pass


def test_an_order_by_invoice_brings_a_letter_with_the_pdf_to_the_address_only_the_gateway_knows(
    studio: Studio, billing: Service[Any], ada: Person, post: Post, gateway_service: Service[Any]
) -> None:
    order(billing, ada.id)
    studio.settle()
    from_billing = next(job for job in gateway_service.jobs if job.name == "send mail").run.__self__.documents
    send_all(office(studio, post, from_billing))
    (mail,) = [mail for mail in post.sent if mail["to"] == ada.email and mail["attachment"]]
    assert mail["subject"].startswith("Your invoice INV-")
    text = PdfReader(BytesIO(mail["attachment"].pdf)).pages[0].extract_text()
    assert mail["subject"].removeprefix("Your invoice ") in text
    assert "Ada Lovelace" not in text


def test_a_letter_waits_while_billing_is_away_and_is_given_up_when_there_is_no_such_document(
    studio: Studio, ada: Person, post: Post
) -> None:
    def away(_user: UUID, _document: UUID) -> Attachment:
        raise Unavailable

    def gone(_user: UUID, _document: UUID) -> Attachment:
        raise NotFound

    send_all(office(studio, post, away))  # the verification mail
    numbers = {"number": "INV-1", "total": "1.00 EUR", "outstanding": "1.00 EUR", "ends_on": "1 May 2027"}
    with studio.service.unit.begin() as work:
        mails.write_to_person(
            work, MailRequested(user_id=ada.id, template="invoice", parameters=numbers, attachment=uuid4())
        )
    send_all(office(studio, post, away))
    assert states(studio, ada) == ["waiting"]
    with studio.service.unit.database.begin() as connection:
        connection.execute("UPDATE mails SET next_try_at = now()")
    send_all(office(studio, post, gone))
    assert states(studio, ada) == ["refused"]
    assert [mail for mail in post.sent if mail["attachment"]] == []


def states(studio: Studio, person: Person) -> list[str]:
    with studio.service.unit.database.begin() as connection:
        rows = connection.execute(
            "SELECT state FROM mails WHERE account_id = %s AND template = 'invoice'", [person.id]
        ).fetchall()
    return [state for (state,) in rows]


def test_a_letter_for_nobody_or_of_no_kind_is_dropped(studio: Studio, ada: Person) -> None:
    with studio.service.unit.begin() as work:
        mails.write_to_person(work, MailRequested(user_id=uuid4(), template="invoice"))
        mails.write_to_person(work, MailRequested(user_id=ada.id, template="../secrets"))
        rows = work.mails
    assert rows is not None
    assert states(studio, ada) == []


@pytest.mark.parametrize("template", sorted(mails.LETTERS))
def test_there_are_words_for_every_letter_as_text_and_as_html(studio: Studio, ada: Person, template: str) -> None:
    given = {
        "number": "INV-2026-000017",
        "total": "11.90 EUR",
        "outstanding": "1.90 EUR",
        "received": "10.00 EUR",
        "owed": "0.10 EUR",
        "ends_on": "10 January 2027",
        "until": "3 December 2026",
        "missing": "billing",
    }
    with studio.service.unit.begin() as work:
        account = work.accounts.find(ada.id)
    assert account is not None
    links = Links(b"k" * 32, public_url=ORIGIN, clock=studio.service.unit.clock)
    letter = JinjaLetters(links).write(template, account, given)
    assert "Ada Lovelace" in letter.text
    assert "Ada Lovelace" in letter.html
    telling = "3 December 2026" if template == "archive-ready" else "INV-2026-000017"
    assert telling in letter.subject + letter.text
    assert "!" not in letter.text
    assert max(len(line) for line in letter.text.splitlines()) <= 90
    assert (TEMPLATES / f"{template}.html").exists()
