"""What follows a correction: every copy, the payment provider's included, and the proof that the old value is gone."""

import itertools
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.use_cases import invoicing
from common.corrections import OldValues
from common.errors import Unavailable
from common.inventory.searching import find
from common.inventory.whose import Subject
from common.service import Service
from gateway.jobs import Follower
from tests.fixtures.stripe import RunningStripe
from tests.integration.gateway.conftest import SEALER
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio, sign_up_body

_NUMBERS = itertools.count(1)
NAME = "Zerubbabel Quintessence"
CUSTOMER = "Your customer record at the payment provider"


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def billing(peers: dict[str, Service[Any]]) -> Service[Any]:
    return peers["billing"]


@pytest.fixture
def customer(stripe_emulator: RunningStripe) -> RunningStripe:
    """Stripe, where people have told how they are called and reached."""
    return stripe_emulator


@pytest.fixture
def zerubbabel(studio: Studio) -> Person:
    """Somebody with an unmistakable name and address, who repeats her sign-up with a key."""
    email = f"needle-{next(_NUMBERS)}@haystack.example"
    client = studio.client()
    body = sign_up_body(email, name=NAME)
    made = client.post("/v1/accounts", json=body, headers={"Idempotency-Key": str(uuid4())}, base_url=ORIGIN)
    opened = client.post("/v1/sessions", json={"email": email, "password": PASSWORD}, base_url=ORIGIN)
    studio.settle()
    return Person(
        studio=studio, id=UUID(made.get_json()["id"]), email=email, token=opened.get_json()["token"], client=client
    )


def follow(studio: Studio) -> None:
    """Let the clock see to what waits, whatever was tried before."""
    (job,) = [job for job in studio.service.jobs if job.name == "follow corrections"]
    make_due(studio)
    while job.run():
        pass


def make_due(studio: Studio) -> None:
    with studio.service.unit.database.begin() as connection:
        connection.execute("UPDATE corrections SET next_try_at = corrected_at")


def change_address(studio: Studio, post: PostOffice, person: Person, new: str) -> None:
    assert person.ask("PATCH", "/v1/account", json={"email": new}).status_code == 200
    post.deliver()
    token = post.link_to(new).partition("token=")[2]
    confirmed = studio.client().post("/v1/account/email/confirm", json={"token": token}, base_url=ORIGIN)
    assert confirmed.status_code == 200


def corrections(person: Person) -> list[dict[str, Any]]:
    return person.get("/v1/account/corrections").get_json()["items"]


def of(service: str, correction: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in correction["services"] if each["service"] == service)


def become_customer(person: Person, billing: Service[Any], stripe: RunningStripe, **told: str) -> str:
    """Begin to pay by card, and tell Stripe on its page how one is called and reached, and with which card."""
    wish = {"price_id": "pack-20-eur", "provider": "stripe"}
    assert person.ask("POST", "/v1/checkout", json=wish).status_code == 201
    with billing.unit.begin() as work:
        reference = work.customers.find(person.id, "stripe")
    assert reference is not None
    client = stripe.client()
    client.v1.customers.update(reference, told)  # type: ignore[arg-type]
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": reference})
    client.v1.payment_methods.update(method.id, {"billing_details": told})  # type: ignore[typeddict-item]
    return reference


def at_stripe(stripe: RunningStripe, reference: str) -> str:
    """Everything Stripe has about a customer, but for the log of what happened there."""
    client = stripe.client()
    methods = client.v1.customers.payment_methods.list(reference)
    return f"{client.v1.customers.retrieve(reference)}{methods}"


def dumped(services: dict[str, Service[Any]]) -> bytes:
    """Every row of every table of these services, as Postgres writes them out."""
    pieces: list[bytes] = []
    for service in services.values():
        with service.unit.database.begin() as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            for (table,) in tables.fetchall():
                with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                    pieces.extend(bytes(piece) for piece in copy)
    return b"".join(pieces)


def opened(services: dict[str, Service[Any]], who: UUID, value: str, field: str) -> set[str]:
    """Where a value stands once every sealed column of every service is opened, as `service.table.column`."""
    old = OldValues.of({field: value})
    found: set[str] = set()
    for name, service in services.items():
        with service.unit.database.begin() as connection:
            places = find(
                connection,
                service.inventory,
                Subject(user_id=who),
                old.fields_in,
                lambda sealed, place: SEALER.open(sealed, owner=str(who), purpose=place),
            )
            found |= {f"{name}.{each.table.name}.{each.column}" for each in places}
    return found


def test_an_old_address_is_found_everywhere_before_and_nowhere_after(
    studio: Studio, post: PostOffice, peers: dict[str, Service[Any]], customer: RunningStripe, zerubbabel: Person
) -> None:
    services = {"gateway": studio.service, **peers}
    old, new = zerubbabel.email, f"needle-{next(_NUMBERS)}@elsewhere.example"
    reference = become_customer(zerubbabel, peers["billing"], customer, email=old.upper())
    with studio.service.unit.begin() as work:
        index = work.accounts.index_of(old).hex().encode()

    assert opened(services, zerubbabel.id, old, "email") == {"gateway.accounts.email", "gateway.idempotency.answer"}
    assert old.upper() in at_stripe(customer, reference)
    assert index in dumped(services)

    change_address(studio, post, zerubbabel, new)
    studio.carry()
    follow(studio)

    assert opened(services, zerubbabel.id, old, "email") == set()
    assert (old.upper() in at_stripe(customer, reference), new in at_stripe(customer, reference)) == (False, True)
    dump = dumped(services)
    assert index not in dump
    assert b"haystack" not in dump
    (made,) = corrections(zerubbabel)
    assert (made["proof"], made["fields"]) == ("gone", ["email"])
    assert made["proven_at"] is not None
    assert {place["place"] for place in of("gateway", made)["corrected"]} == {
        "Your account",
        "Answers kept for a moment, in case you ask twice",
    }
    assert CUSTOMER in {place["place"] for place in of("billing", made)["corrected"]}
    assert of("generation", made)["state"] == "holds_no_copy"


def test_the_means_of_the_proof_are_destroyed_with_it(studio: Studio, post: PostOffice, zerubbabel: Person) -> None:
    change_address(studio, post, zerubbabel, f"needle-{next(_NUMBERS)}@elsewhere.example")

    def means() -> list[tuple[Any, ...]]:
        with studio.service.unit.database.begin() as connection:
            query = (
                "SELECT proof_key IS NULL, old_digests = '{}', old_index IS NULL FROM corrections WHERE account_id = %s"
            )
            return connection.execute(query, [zerubbabel.id]).fetchall()

    assert means() == [(False, False, False)]
    follow(studio)
    assert means() == [(True, True, True)]


def test_an_issued_invoice_keeps_the_old_name_by_law_and_the_next_one_has_the_new(
    studio: Studio, billing: Service[Any], customer: RunningStripe, zerubbabel: Person
) -> None:
    reference = become_customer(zerubbabel, billing, customer, name=NAME)
    details = {"company": "", "address": [NAME, "Heumarkt 1"], "vat_number": "", "country": "DE"}
    assert zerubbabel.ask("PUT", "/v1/billing-details", json=details).status_code == 200
    sale = invoicing.Sale(user_id=zerubbabel.id, order_id=uuid4(), description="60 credits", amount=119, currency="EUR")
    with billing.unit.begin() as work:
        issued = invoicing.issue(work, sale, paid_by="card")
    assert issued is not None

    assert zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada King"}).status_code == 200
    studio.carry()
    follow(studio)

    (made,) = corrections(zerubbabel)
    assert made["proof"] == "kept"
    (kept,) = of("billing", made)["kept"]
    assert (kept["place"], kept["field"]) == ("Your invoices and receipts", "name")
    assert "as it was issued" in kept["why"]
    assert zerubbabel.get("/v1/billing-details").get_json()["address"] == ["Ada King", "Heumarkt 1"]
    assert (NAME in at_stripe(customer, reference), "Ada King" in at_stripe(customer, reference)) == (False, True)
    with billing.unit.begin() as work:
        assert work.invoices.get(issued.id).recipient == issued.recipient


def test_a_name_the_printer_has_no_letters_for_stays_off_the_invoices_and_is_said(
    studio: Studio, zerubbabel: Person
) -> None:
    details = {"company": NAME, "address": [], "vat_number": "", "country": "DE"}
    zerubbabel.ask("PUT", "/v1/billing-details", json=details)
    zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada \U0001f98e"})
    follow(studio)
    (kept,) = of("billing", corrections(zerubbabel)[0])["kept"]
    assert (kept["place"], "cannot stand on an invoice" in kept["why"]) == ("Your billing details", True)


def test_ones_own_words_on_a_figurine_are_ones_own(studio: Studio, zerubbabel: Person) -> None:
    assert zerubbabel.order(title=NAME).status_code == 202
    zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada King"})
    follow(studio)
    (made,) = corrections(zerubbabel)
    (kept,) = of("gateway", made)["kept"]
    assert (made["proof"], "wrote this yourself" in kept["why"]) == ("kept", True)


def test_stripe_is_told_nothing_it_did_not_hold(
    studio: Studio, post: PostOffice, billing: Service[Any], customer: RunningStripe, zerubbabel: Person
) -> None:
    reference = become_customer(zerubbabel, billing, customer, email="her-bookkeeper@example.net")
    new = f"needle-{next(_NUMBERS)}@elsewhere.example"
    change_address(studio, post, zerubbabel, new)
    follow(studio)
    told = at_stripe(customer, reference)
    assert ("her-bookkeeper@example.net" in told, new in told) == (True, False)
    assert corrections(zerubbabel)[0]["proof"] == "gone"


def test_while_billing_is_away_the_correction_waits_and_says_so(
    studio: Studio, billing: Service[Any], customer: RunningStripe, zerubbabel: Person
) -> None:
    reference = become_customer(zerubbabel, billing, customer, name=NAME)
    zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada King"})

    def away(*_said: object) -> Any:
        raise Unavailable

    follower = Follower(unit=studio.service.unit, copies=away)
    assert (follower.follow_next(), follower.follow_next()) == (1, 0)
    (made,) = corrections(zerubbabel)
    assert (made["proof"], of("billing", made)["state"]) == ("looking", "following")
    assert zerubbabel.get("/v1/account").get_json()["name"] == "Ada King"
    follow(studio)
    assert corrections(zerubbabel)[0]["proof"] == "gone"
    assert NAME not in at_stripe(customer, reference)


def test_corrections_of_one_person_follow_in_their_order_however_late(
    studio: Studio, billing: Service[Any], customer: RunningStripe, zerubbabel: Person
) -> None:
    reference = become_customer(zerubbabel, billing, customer, name=NAME)
    for name in ("Ada Byron", "Ada King", "Ada Lovelace"):
        zerubbabel.ask("PATCH", "/v1/account", json={"name": name})
    studio.carry()
    follow(studio)
    assert [made["proof"] for made in corrections(zerubbabel)] == ["gone"] * 3
    told = at_stripe(customer, reference)
    assert ("Ada Lovelace" in told, NAME in told) == (True, False)


def test_whoever_goes_back_to_what_she_had_has_it(
    studio: Studio, billing: Service[Any], customer: RunningStripe, zerubbabel: Person
) -> None:
    reference = become_customer(zerubbabel, billing, customer, name=NAME)
    for name in ("Ada King", NAME):
        zerubbabel.ask("PATCH", "/v1/account", json={"name": name})
    follow(studio)
    assert [made["proof"] for made in corrections(zerubbabel)] == ["gone", "gone"]
    assert NAME in at_stripe(customer, reference)


def test_a_machine_that_dies_after_billing_followed_asks_again_and_gets_the_same_answer(
    studio: Studio, billing: Service[Any], customer: RunningStripe, zerubbabel: Person
) -> None:
    become_customer(zerubbabel, billing, customer, name=NAME)
    zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada King"})
    (port,) = [port for port in studio.service.ports if type(port).__name__ == "Peers"]
    peers: Any = port
    answers: list[Any] = []

    def dies(user_id: UUID, correction_id: UUID, wish: Any) -> Any:
        answers.append(peers.billing.post(f"/v1/corrections/{correction_id}", user_id=user_id, body=wish))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Follower(unit=studio.service.unit, copies=dies).follow_next()
    calls = len(customer.control.calls())
    follow(studio)
    assert len(customer.control.calls()) == calls  # Stripe is asked nothing again
    (made,) = corrections(zerubbabel)
    assert made["proof"] == "gone"
    assert {each["place"] for each in of("billing", made)["corrected"]} == {
        each["place"] for each in answers[0]["corrected"]
    }


def test_a_key_in_which_a_program_wrote_the_old_value_goes_with_it(studio: Studio, zerubbabel: Person) -> None:
    assert zerubbabel.order(key=NAME).status_code == 202
    assert "gateway.idempotency.key" in opened({"gateway": studio.service}, zerubbabel.id, NAME, "name")
    zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada King"})
    assert opened({"gateway": studio.service}, zerubbabel.id, NAME, "name") == set()


def test_an_answer_repeated_after_a_correction_has_the_new_value(studio: Studio) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    client, body = studio.client(), sign_up_body(f"needle-{next(_NUMBERS)}@haystack.example", name=NAME)
    first = client.post("/v1/accounts", json=body, headers=key, base_url=ORIGIN).get_json()
    opened_session = client.post(
        "/v1/sessions", json={"email": first["email"], "password": PASSWORD}, base_url=ORIGIN
    ).get_json()
    studio.client().open(
        "/v1/account",
        method="PATCH",
        json={"name": "Ada King"},
        headers={"Authorization": f"Bearer {opened_session['token']}"},
        base_url=ORIGIN,
    )
    again = client.post("/v1/accounts", json=body, headers=key, base_url=ORIGIN)
    assert (again.status_code, again.get_json()) == (201, {**first, "name": "Ada King"})


def test_an_old_value_that_is_part_of_the_new_one_is_named_and_does_not_hold_up_the_proof(
    studio: Studio, zerubbabel: Person
) -> None:
    for contact in ("Heumarkt 1", "Heumarkt 1\n50667 Köln"):
        zerubbabel.ask("PATCH", "/v1/account", json={"contact": contact})
    follow(studio)
    latest, first = corrections(zerubbabel)
    assert (latest["proof"], first["proof"]) == ("kept", "gone")
    assert "told us since" in of("gateway", latest)["kept"][0]["why"]


def test_an_address_one_asks_for_again_waits_where_it_should(
    studio: Studio, post: PostOffice, zerubbabel: Person
) -> None:
    old = zerubbabel.email
    change_address(studio, post, zerubbabel, f"needle-{next(_NUMBERS)}@elsewhere.example")
    zerubbabel.ask("PATCH", "/v1/account", json={"email": old})
    follow(studio)
    (kept,) = of("gateway", corrections(zerubbabel)[0])["kept"]
    assert (kept["field"], "asked for it again" in kept["why"]) == ("email", True)


def test_a_copy_that_was_forgotten_keeps_the_proof_from_being_given(studio: Studio, zerubbabel: Person) -> None:
    zerubbabel.ask("PATCH", "/v1/account", json={"name": "Ada King"})
    with studio.service.unit.begin() as work:
        work.accounts.correct(zerubbabel.id, {"name": NAME})  # as a fault of ours would
    follow(studio)
    assert corrections(zerubbabel)[0]["proof"] == "looking"
    with studio.service.unit.begin() as work:
        work.accounts.correct(zerubbabel.id, {"name": "Ada King"})
    follow(studio)
    assert corrections(zerubbabel)[0]["proof"] == "gone"
