"""The emulator's pages, as a browser without scripts uses them: payment, the bank's question, portal, invoices."""

from io import BytesIO
from urllib.parse import urljoin

import httpx2
import pytest
from pypdf import PdfReader

from tests.contract.stripe_asking import buy, plan, subscribe

LABEL = "test mode, no real money"


@pytest.fixture
def client(stripe_emulator):
    return stripe_emulator.client()


def choose(address, **fields):
    """Press a button, and go where that leads, unless it leads to the shop."""
    answer = httpx2.post(address, data=fields)
    while answer.is_redirect and not answer.headers["location"].startswith("https://shop.example"):
        answer = httpx2.get(urljoin(address, answer.headers["location"]))
    return answer


def test_the_payment_page_says_what_it_is_and_leads_back_to_the_shop(client):
    session = buy(client, cancel_url="https://shop.example/basket")
    page = httpx2.get(session.url)
    for text in (LABEL, "10 credits", "€5.00", "https://shop.example/basket"):
        assert text in page.text
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    paid = choose(session.url, method="pm_card_visa")
    assert paid.headers["location"] == f"https://shop.example/thanks?session={session.id}"
    assert "complete" in httpx2.get(session.url).text


def test_a_declined_card_is_told_aloud_and_another_can_be_chosen(client):
    session = buy(client)
    page = choose(session.url, method="pm_card_visa_chargeDeclined")
    assert 'role="alert"' in page.text
    assert "Your card was declined." in page.text
    assert choose(session.url, method="pm_card_of_nobody").status_code == 400
    assert choose(session.url, method="pm_card_visa").is_redirect


def test_the_bank_asks_and_takes_both_answers(client):
    session = buy(client)
    question = httpx2.post(session.url, data={"method": "pm_card_authenticationRequired"}).headers["location"]
    address = urljoin(session.url, question)
    assert "Your bank asks" in httpx2.get(address).text
    assert "did not approve" in choose(address, answer="no").text
    assert choose(session.url, method="pm_card_authenticationRequired").status_code == 200
    assert choose(address, answer="yes").headers["location"].startswith("https://shop.example/thanks")
    assert httpx2.get(address).status_code == 404


def test_the_portal_changes_ends_and_resumes_a_plan_and_keeps_a_card(client):
    small, large = plan(client, amount=900), plan(client, amount=2900)
    subscription = subscribe(client, small)
    portal = client.v1.billing_portal.sessions.create({"customer": subscription.customer}).url
    own = {"subscription": subscription.id}
    assert "The plan ends" in choose(portal, action="end", **own).text
    assert client.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end
    assert "The plan goes on" in choose(portal, action="resume", **own).text
    assert "not kept" in choose(portal, action="method", method="pm_card_visa_chargeDeclined").text
    assert "from now on" in choose(portal, action="method", method="pm_card_chargeCustomerFail").text
    refused = choose(portal, action="change", price=large.id, **own)
    assert "Nothing was changed" in refused.text
    choose(portal, action="method", method="pm_card_visa")
    assert "The plan is changed" in choose(portal, action="change", price=large.id, **own).text
    changed = client.v1.subscriptions.retrieve(subscription.id)
    assert changed["items"].data[0].price.id == large.id


def test_nobody_changes_the_plan_of_another_in_the_portal(client):
    mine, other = subscribe(client, plan(client)), subscribe(client, plan(client))
    portal = client.v1.billing_portal.sessions.create({"customer": mine.customer}).url
    assert "somebody else" in choose(portal, action="end", subscription=other.id).text
    assert not client.v1.subscriptions.retrieve(other.id).cancel_at_period_end


def test_an_invoice_can_be_read_and_kept(client):
    invoice = subscribe(client, plan(client)).latest_invoice
    page = httpx2.get(invoice.hosted_invoice_url)
    assert invoice.number in page.text
    assert LABEL in page.text
    document = PdfReader(BytesIO(httpx2.get(invoice.invoice_pdf).content)).pages[0].extract_text()
    assert LABEL in document
    assert "9.00 EUR" in document


def test_an_address_that_leads_nowhere_is_a_page_as_well(stripe_emulator):
    for path in ("/c/pay/cs_none", "/p/session/bps_none", "/receipts/ch_none"):
        answer = httpx2.get(f"{stripe_emulator.base_url}{path}")
        assert (answer.status_code, LABEL in answer.text) == (404, True)
