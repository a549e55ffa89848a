"""The needle test: whatever she told the studio is where the inventory says, sealed, and after her erasure nowhere.

Nowhere is: a dump of the whole database, every byte of the object store, the queues and the broker's files, the logs of
all services and servers, and what every process tells whoever watches it. The mail sink is her mailbox, outside of the
house. What Postgres and the broker have not yet written over of their own logs is no part of it, but for her words,
which never were in either.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module

import pytest
from pypdf import PdfReader

from common.inventory import Inventory, Withheld
from ops.embedded.waiting import until
from ops.services import BUCKETS, SERVICES
from tests.e2e.needles import NEVER_KEPT, SEALED, SECONDS, Woman
from tests.fixtures import inside
from tests.fixtures.customer import Answer, expect
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow

# The one place where her user id may stand when it is over: tax law wants each invoice as it was issued, with whom
# it was for; what it says is sealed for that id.
RETAINED = {"billing.invoices"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Everything the house holds at one moment."""

    backup: bytes
    keys: frozenset[str]
    files: Mapping[str, bytes]
    logs: Mapping[str, bytes]
    figures: Mapping[str, bytes]
    messages: Mapping[str, int]

    @classmethod
    def of(cls, stack: RunningStack) -> "Traces":
        """Once no event is on its way."""
        until(lambda: not inside.messages(stack), "The emptying of every queue", seconds=SECONDS)
        return cls(
            backup=inside.dump(stack),
            keys=frozenset(f"{bucket}/{key}" for bucket in BUCKETS for key in inside.keys(stack, bucket)),
            files={f"{server}/{path}": content for server in ("seaweedfs", "rabbitmq")
                   for path, content in inside.on_disk(stack, server).items()},
            logs=inside.log_lines(stack),
            figures=inside.figures(stack),
            messages=inside.messages(stack),
        )  # fmt: skip

    def spots(self, needle: str) -> set[str]:
        """Where something can be read: as it is, or as a dump writes bytes."""
        written = (needle.encode(), needle.encode().hex().encode())
        places = {"dump": self.backup, **self.files, **self.logs, **self.figures}
        return {name for name, content in places.items() if any(each in content for each in written)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Her life here, and her leaving."""

    woman: Woman
    shown: Mapping[str, str]
    objects: frozenset[str]
    before: Traces
    after: Traces
    state: Answer
    at_provider: bytes


@pytest.fixture(scope="module")
def story(stack: RunningStack) -> Iterator[Story]:
    with closing(Woman(stack)) as woman:
        woman.live()
        shown, objects = what_she_is_shown(woman), inside.object_ids(stack, woman.id) | {woman.copy}
        before, at_provider = Traces.of(stack), woman.provider_holds()
        state = woman.leave()
        yield Story(
            woman=woman,
            shown=shown,
            objects=objects,
            before=before,
            after=Traces.of(stack),
            state=state,
            at_provider=at_provider,
        )


def what_she_is_shown(woman: Woman) -> Mapping[str, str]:
    """What the public API answers her, by the needle that is to be found in it."""
    get = woman.customer.get
    account, details = json.dumps(get("account")), json.dumps(get("billing-details"))
    versions, thread = json.dumps(get(f"figurines/{woman.version}")), json.dumps(get(f"support/tickets/{woman.ticket}"))
    return {
        "name": account,
        "e-mail": account,
        "title": json.dumps(get(f"figurines/{woman.figurine}")),
        "version": versions,
        **dict.fromkeys(("question", "answer"), thread),
        "comment": json.dumps(get(f"figurines/{woman.figurine}/rating")),
        **dict.fromkeys(("company", "address", "vat_number"), details),
        "share": json.dumps(get(f"figurines/{woman.figurine}/share")),
        "invoice": invoice_text(woman),
    }


def invoice_text(woman: Woman) -> str:
    (invoice,) = [each for each in woman.customer.get("invoices")["items"] if each["kind"] == "invoice"]
    pdf = woman.http.get(f"/v1/invoices/{invoice['id']}/pdf").content
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def declared(*, withheld: bool = False) -> set[str]:
    """The tables that are about people, or those of them whose rows an erasure leaves as they are."""
    inventories: Mapping[str, Inventory] = {name: import_module(f"{name}.inventory").INVENTORY for name in SERVICES}
    return {
        f"{service}.{table.name}"
        for service, inventory in inventories.items()
        for table in inventory.tables
        if table.subject is not None and (isinstance(table.erase, Withheld) or not withheld)
    }


def test_before_she_is_shown_every_word_of_hers(story: Story) -> None:
    for name, answer in story.shown.items():
        assert story.woman.needles.get(name, SEALED["company"]) in answer, name
    assert set(SEALED) <= set(story.shown)


def test_before_none_of_it_lies_anywhere_as_it_is(story: Story) -> None:
    assert {name: spots for name, needle in story.woman.needles.items() if (spots := story.before.spots(needle))} == {}
    assert set(NEVER_KEPT) <= set(story.woman.needles)


def test_before_her_user_id_stands_where_the_inventory_says_and_her_objects_are_there(story: Story) -> None:
    tables = inside.tables_with(story.before.backup, story.woman.id.encode())
    assert tables <= declared()
    assert {
        "gateway.accounts",
        "gateway.tickets",
        "gateway.access_log",
        "billing.entries",
        "generation.figurines",
        "privacy.clocks",
    } <= tables
    named = {id for id in story.objects if any(id in key for key in story.before.keys)}
    assert len(named) == 4, "two figurines, a saved photo and a copy; the uploads were gone by then"


def test_it_is_over_and_whoever_is_missing_is_nobody(story: Story) -> None:
    assert (story.state["state"], story.state["missing"]) == ("completed_with_retention", [])


def test_after_it_none_of_it_is_anywhere(story: Story) -> None:
    assert {name: spots for name, needle in story.woman.needles.items() if (spots := story.after.spots(needle))} == {}
    assert story.after.messages == {}


def test_after_it_her_user_id_stands_only_on_her_invoices_and_in_no_log(story: Story) -> None:
    assert inside.tables_with(story.after.backup, story.woman.id.encode()) == RETAINED
    assert declared(withheld=True) >= RETAINED
    assert [name for name, content in story.after.logs.items() if story.woman.id.encode() in content] == []
    store = {name: content for name, content in story.after.files.items() if name.startswith("seaweedfs/")}
    assert [name for name, content in store.items() if story.woman.id.encode() in content] == []


def test_after_it_none_of_her_objects_is_there(story: Story) -> None:
    assert [key for key in story.after.keys if any(id in key for id in story.objects)] == []


def test_after_it_her_link_leads_nowhere_and_nothing_lets_her_in(story: Story) -> None:
    woman = story.woman
    assert woman.http.get(f"/v1/shares/{woman.token}").status_code == 404
    assert woman.http.get("/v1/account").status_code == 401
    credentials = {"email": woman.email, "password": woman.customer.password}
    assert expect(401, woman.http.post("/v1/sessions", json=credentials))["code"] == "unauthenticated"


def test_the_goodbye_is_the_last_letter_she_gets(story: Story) -> None:
    assert story.woman.customer.letter().subject == "Your data has been deleted"


def test_the_payment_provider_forgets_who_she_was_and_her_plan_ends(story: Story) -> None:
    assert story.woman.id.encode() in story.at_provider
    until(lambda: story.woman.id.encode() not in story.woman.provider_holds(), "Their forgetting", seconds=SECONDS)
    assert b'"status": "active"' not in plans(story.woman.provider_holds())


def plans(held: bytes) -> bytes:
    return json.dumps(json.loads(held).get("subscription", {})).encode()


def test_no_figure_of_any_process_is_about_somebody(story: Story) -> None:
    for address, figures in {**story.before.figures, **story.after.figures}.items():
        assert b"figurine_http_request_seconds" in figures or b"figurine_job_runs_total" in figures, address
        told_apart = b"".join(re.findall(rb"\{[^}]*\}", figures))
        assert not re.search(rb"[0-9a-f]{8}-[0-9a-f]{4}-|@", told_apart), address
