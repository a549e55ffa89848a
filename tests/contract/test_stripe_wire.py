"""The emulator speaks as Stripe does, to Stripe's own client: answers, errors, keys, lists, faults."""

import signal
import ssl
import threading
from typing import Any

import httpx2
import pytest
import stripe
import trustme

from ops.embedded.waiting import until
from ops.emulators.stripe.forms import Params, parsed
from ops.emulators.stripe.script import Fault
from tests.contract.stripe_asking import DAY, PACK, SUCCESS, buy, plan, subscribe
from tests.fixtures.stripe import client as client_of
from tests.fixtures.stripe import running_stripe

# What Stripe leaves out although its client's types say otherwise, or what nobody here reads.
SHORT = {"Evidence", "Issuer", "Payment", "EndBehavior", "Card"}


@pytest.fixture
def client(stripe_emulator):
    return stripe_emulator.client()


@pytest.fixture
def control(stripe_emulator):
    return stripe_emulator.control


def members(kind: type) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        found |= {name: str(hint) for name, hint in getattr(each, "__annotations__", {}).items()}
    return {name: hint for name, hint in found.items() if not name.startswith("_") and name != "OBJECT_NAME"}


def differences(it: Any, path: str) -> set[str]:
    """Where an object differs from the type that the client has for it: strange members, and those that lack."""
    if isinstance(it, stripe.ListObject):
        return set().union(*(differences(each, f"{path}[]") for each in it.data))
    if isinstance(it, list):
        return set().union(*(differences(each, f"{path}[]") for each in it))
    if not isinstance(it, stripe.StripeObject):
        return set()
    found = set().union(*(differences(value, f"{path}.{name}") for name, value in it._data.items()))
    known, name = members(type(it)), type(it).__name__
    if type(it) is not stripe.StripeObject:
        found |= {f"{path}.{each} is strange" for each in it._data.keys() - known.keys()}
        must = {each for each, hint in known.items() if "Optional" not in hint} if name not in SHORT else set()
        found |= {f"{path}.{each} is missing" for each in must - it._data.keys()}
    return found


def test_every_object_has_the_members_that_the_client_expects(client, control):
    session = buy(client, expand=["line_items"])
    control.pay(session.id)
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "payment_intent.payment_method"]}
    )
    subscription = subscribe(client, plan(client), expand=["latest_invoice.payments", "customer"])
    objects = [
        session,
        paid,
        subscription,
        client.v1.refunds.create({"payment_intent": paid.payment_intent.id, "amount": 200}),
        client.v1.invoices.create_preview({"subscription": subscription.id}),
        client.v1.disputes.retrieve(control.dispute(subscription.latest_invoice and charges(client)[0].id)),
        client.v1.setup_intents.create({"payment_method": "pm_card_visa", "confirm": True}),
        client.v1.coupons.create({"percent_off": 10}),
        client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:1/", "enabled_events": ["none"]}),
        client.v1.billing_portal.sessions.create({"customer": subscription.customer.id}),
        client.v1.products.list(),
        client.v1.prices.list(),
        client.v1.events.list({"limit": 100}),
    ]
    assert set().union(*(differences(each, each.object) for each in objects)) == set()


def charges(client):
    return client.v1.charges.list().data


def test_a_subscription_says_its_period_on_its_items_and_an_invoice_says_whose_it_is(client):
    subscription = subscribe(client, plan(client), expand=["latest_invoice.payments"])
    invoice = subscription.latest_invoice
    assert "current_period_end" not in subscription
    assert "payment_intent" not in invoice
    assert "subscription" not in invoice
    assert subscription["items"].data[0].current_period_end > subscription.created
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.payments.data[0].payment.payment_intent.startswith("pi_")


def test_told_so_it_speaks_the_shapes_of_before_2025(client, control):
    control.settings(old_shapes=True)
    subscription = subscribe(client, plan(client))
    assert subscription.current_period_end > subscription.created
    assert "current_period_end" not in subscription["items"].data[0]
    invoice = subscription.latest_invoice
    assert (invoice.subscription, invoice.paid) == (subscription.id, True)
    assert invoice.payment_intent.startswith("pi_")
    assert client.v1.events.list().data[0].api_version < "2025"


def test_parameters_nest_as_the_client_sends_them():
    tree = parsed("items[0][price]=a&items[1][price]=b&expand[]=x&expand[]=y&metadata[order]=1&items[10][price]=c&e=")
    assert tree == {
        "items": [{"price": "a"}, {"price": "b"}, {"price": "c"}],
        "expand": ["x", "y"],
        "metadata": {"order": "1"},
        "e": "",
    }


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b]=1&a[b][c]=2", "[x]=1", "a[=1", "%ff=%ff", "a[b]=1&a=2", "=1"])
def test_strange_forms_are_refused_or_read_but_never_break_it(stripe_emulator, text):
    headers = {"Authorization": f"Bearer {stripe_emulator.key}"}
    address = f"{stripe_emulator.base_url}/v1/customers"
    assert httpx2.post(address, content=text, headers=headers).status_code in (200, 400)


def test_metadata_is_merged_and_emptied(client):
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    changed = client.v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert Params({"metadata": ""}).metadata({"a": "1"}) == {}


def refused(call, kind=stripe.InvalidRequestError):
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_errors_say_what_is_wrong_with_which_parameter(client):
    missing = refused(lambda: client.v1.checkout.sessions.create({"mode": "payment", "success_url": SUCCESS}))
    assert (missing.http_status, missing.code, missing.param) == (400, "parameter_missing", "line_items")
    unknown = refused(lambda: client.v1.customers.create({"shoe_size": 42}))
    assert (unknown.code, unknown.param) == ("parameter_unknown", "shoe_size")
    nested = [{**PACK[0], "colour": "red"}]
    assert refused(lambda: buy(client, line_items=nested)).param == "line_items[0][colour]"
    absent = refused(lambda: client.v1.customers.retrieve("cus_none"))
    assert (absent.http_status, absent.code, absent.request_id[:4]) == (404, "resource_missing", "req_")
    number = refused(lambda: client.v1.payment_intents.create({"amount": "much", "currency": "eur"}))
    assert (number.param, number.code) == ("amount", "parameter_invalid_integer")
    assert "must be" in refused(lambda: buy(client, mode="gift")).user_message


def test_a_wrong_key_is_a_401_and_an_address_nobody_knows_a_404(stripe_emulator):
    stranger = client_of(stripe_emulator.base_url, "sk_test_stranger")
    error = refused(stranger.v1.customers.list, stripe.AuthenticationError)
    assert error.http_status == 401
    assert "sk_test_stranger" not in str(error)
    assert refused(stripe_emulator.client().v1.payouts.list).http_status == 404


def test_a_card_that_does_not_pay_is_a_402_with_its_reason(client):
    wish = {
        "amount": 500,
        "currency": "eur",
        "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds",
        "confirm": True,
    }
    error = refused(lambda: client.v1.payment_intents.create(wish), stripe.CardError)
    assert (error.http_status, error.code) == (402, "card_declined")
    assert error.error.decline_code == "insufficient_funds"
    assert error.error.payment_intent.status == "requires_payment_method"


def test_the_same_key_gives_the_same_answer_and_one_customer(client):
    first = client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "k"})
    again = client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "k"})
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.customers.list().data) == 1


def test_the_same_key_for_another_wish_is_refused(client):
    client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "k"})
    error = refused(
        lambda: client.v1.customers.create({"email": "b@example.com"}, {"idempotency_key": "k"}),
        stripe.IdempotencyError,
    )
    assert error.http_status == 400


def test_a_decline_is_remembered_under_its_key_and_a_mistake_is_not(client):
    wish = {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
    for _ in range(2):
        refused(lambda: client.v1.payment_intents.create(wish, {"idempotency_key": "k"}), stripe.CardError)
    assert len(client.v1.payment_intents.list().data) == 1
    refused(lambda: client.v1.customers.create({"nonsense": 1}, {"idempotency_key": "m"}))
    assert client.v1.customers.create({}, {"idempotency_key": "m"}).id


def test_a_key_whose_call_still_runs_is_a_409(client, control):
    control.will(Fault(kind="delay", on="POST /v1/customers", seconds=0.4))
    slow = threading.Thread(target=lambda: client.v1.customers.create({}, {"idempotency_key": "k"}))
    slow.start()
    until(lambda: bool(control.calls()), "The first call", seconds=20)
    error = refused(lambda: client.v1.customers.create({}, {"idempotency_key": "k"}), stripe.APIError)
    slow.join()
    assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")


def test_a_call_whose_answer_was_lost_is_made_once_when_it_is_repeated(stripe_emulator, control):
    control.will(Fault(kind="drop_after", on="POST /v1/refunds"))
    client = stripe_emulator.client(retries=2)
    session = buy(client)
    control.pay(session.id)
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    assert [each.id for each in client.v1.refunds.list().data] == [refund.id]
    tries = [call for call in control.calls() if call.path == "/v1/refunds" and call.method == "POST"]
    assert [(call.status, call.replayed, call.processed) for call in tries] == [(None, False, True), (200, True, False)]


def test_a_call_that_never_arrived_changed_nothing(client, control):
    control.will(Fault(kind="drop_before"))
    refused(lambda: client.v1.customers.create({}), stripe.APIConnectionError)
    assert client.v1.customers.list().data == []


@pytest.mark.parametrize(
    ("code", "kind"), [(500, stripe.APIError), (503, stripe.APIError), (429, stripe.RateLimitError)]
)
def test_the_service_can_be_unwell(client, control, code, kind):
    control.will(Fault(kind="error", code=code, should_retry=False, times=2))
    assert refused(lambda: client.v1.customers.create({}), kind).http_status == code
    assert refused(client.v1.customers.list, kind).headers["Stripe-Should-Retry"] == "false"
    assert client.v1.customers.list().data == []


def test_lists_come_in_pages_from_both_ends(client):
    made = [client.v1.customers.create({"metadata": {"n": str(n)}}).id for n in range(5)][::-1]
    page = client.v1.customers.list({"limit": 2})
    assert ([each.id for each in page.data], page.has_more) == (made[:2], True)
    later = client.v1.customers.list({"limit": 2, "ending_before": made[4]})
    assert ([each.id for each in later.data], later.has_more) == (made[2:4], True)
    assert [each.id for each in page.auto_paging_iter()] == made
    found = client.v1.customers.search({"query": "metadata['n']:'3'"})
    assert [each.id for each in found.data] == [made[1]]


def test_events_of_30_days_are_listed_by_type_and_time(client, control):
    start = control.now
    client.v1.customers.create({})
    client.v1.products.create({"name": "x"})
    assert [each.type for each in client.v1.events.list({"types": ["customer.created"]}).data] == ["customer.created"]
    assert [each.type for each in client.v1.events.list({"type": "product.*"}).data] == ["product.created"]
    assert client.v1.events.list({"created": {"lt": start}}).data == []
    event = client.v1.events.list().data[0]
    assert client.v1.events.retrieve(event.id).data.object.name == "x"
    control.advance(to=control.now + 31 * DAY)
    assert client.v1.events.list().data == []


def test_it_keeps_everything_in_a_file_and_answers_over_tls(tmp_path):
    authority = trustme.CA()
    own = authority.issue_cert("127.0.0.1", "localhost")
    own.private_key_pem.write_to_path(tmp_path / "key.pem")
    own.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    options = (
        "--tls-cert",
        tmp_path / "cert.pem",
        "--tls-key",
        tmp_path / "key.pem",
        "--state",
        tmp_path / "state.json",
    )
    texts = [str(each) for each in options]
    with running_stripe(*texts, ca_file=tmp_path / "ca.pem") as first:
        said = ask(first, tmp_path, "POST")
        assert first.base_url.startswith("https://")
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(10) == 0
    with running_stripe(*texts, ca_file=tmp_path / "ca.pem") as second:
        assert ask(second, tmp_path, "GET")["data"][0]["id"] == said["id"]
        assert ask(second, tmp_path, "POST") == said


def ask(emulator, folder, method):
    trusted = ssl.create_default_context(cafile=folder / "ca.pem")
    headers = {"Authorization": f"Bearer {emulator.key}", "Idempotency-Key": "k"}
    return httpx2.request(method, f"{emulator.base_url}/v1/customers", headers=headers, verify=trusted).json()
