"""Billing, put together. Reads like a table of contents; opens nothing."""

import base64
import binascii
from datetime import timedelta
from functools import partial
from pathlib import Path

from billing.adapters.catalogue import read_catalogues
from billing.adapters.disclosing import DisclosingProvider
from billing.adapters.pdf import PdfPrinter
from billing.adapters.stripe import StripeProvider
from billing.adapters.transfers import Clerk, TransferProvider
from billing.domain.disclosures import ProviderCall
from billing.inventory import INVENTORY
from billing.jobs import jobs
from billing.jobs.kept import KEPT
from billing.jobs.papers import printed
from billing.jobs.payments import Cashier
from billing.jobs.probes import PROBES
from billing.jobs.providers_seen import provider_probes
from billing.ports import PaymentProvider, Providers
from billing.repository import Papers, Work
from billing.routes import ROUTES, STATUSES
from billing.routes.context import Terms
from billing.settings import Settings
from billing.subscribers import subscriptions
from billing.use_cases import disclosing, leaving, transfers
from common import dead_letter_door, record_door
from common.database import Database
from common.erasure import Leaving
from common.parts import Sources, export_jobs
from common.parts.opening import store_of
from common.person_keys import PersonKeys, key_jobs, rewrap_command
from common.probes.cards import no_card_numbers
from common.sealing import Keyring, Sealer
from common.service import Service
from common.settings import SettingsRefused, load, variable
from common.work import UnitOfWork

KEY_BYTES = 32


def by_transfer(unit: UnitOfWork[Work]) -> TransferProvider[Work]:
    """Bank transfers; offered where the settings name a bank account."""
    clerk = Clerk(
        open_order=transfers.open_order,
        see=transfers.see,
        changes_since=transfers.changes_since,
        refund=transfers.refund,
        cancel=transfers.cancel,
    )
    return TransferProvider(unit, clerk)


def on_record(provider: PaymentProvider, unit: UnitOfWork[Work]) -> DisclosingProvider:
    """A provider outside of the house: what it is told of people is written down."""

    def tell(call: ProviderCall) -> None:
        with unit.begin() as work:
            disclosing.tell_of_call(work, call)

    return DisclosingProvider(provider, tell)


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="billing")
    keys = PersonKeys(Keyring.parse(settings.sealing_keys.get_secret_value()), fence=settings.fence)
    papers = Papers(sealer=Sealer(keys.keyring), keys=keys, terms=settings.terms)
    rooms = partial(Work, code_key=_code_key(settings), papers=papers)
    unit = UnitOfWork(service="billing", database=database, build=rooms, fence=settings.fence)
    catalogues = read_catalogues()
    providers = Providers(*take_money(settings, unit))
    patience = timedelta(days=settings.past_due_days)
    cashier = Cashier(unit=unit, providers=providers, catalogues=catalogues, patience=patience)
    sealer = keys.sealer_of(database, unit.clock)
    store = store_of(settings)
    printer = PdfPrinter()
    sources = Sources(
        database=database,
        inventory=INVENTORY,
        documents=partial(printed, unit, printer),
        open_value=lambda sealed, owner, place: sealer.open(sealed, owner=owner, purpose=place),
    )
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=[*ROUTES, record_door.routes, dead_letter_door.routes],
        statuses=STATUSES,
        ports=[
            catalogues,
            providers,
            Terms(patience=patience, test_mode=not settings.stripe_live),
            printer,
        ],
        subscriptions=subscriptions(trial_credits=settings.trial_credits, catalogues=catalogues),
        jobs=[
            *jobs(unit, cashier, stale_after=timedelta(hours=settings.stale_hold_hours)),
            *key_jobs(unit, INVENTORY, keys),
            *export_jobs(unit, sources, store, settings.export_keys),
        ],
        probes=[
            *PROBES,
            *KEPT,
            *provider_probes(
                [each.name for each in providers],
                [each.name for each in providers if isinstance(each, DisclosingProvider)],
                live=settings.stripe_live,
            ),
            no_card_numbers(INVENTORY),
        ],
        commands={"rewrap": rewrap_command(unit, INVENTORY, keys)},
        leaving=Leaving(begin=leaving.end_payments, settled=leaving.is_settled),
        store=store,
        checks={"database": database.check},
        close=providers.close,
    )


def take_money(settings: Settings, unit: UnitOfWork[Work]) -> list[PaymentProvider]:
    """The ways of paying there are; the first is offered when nobody asks for another."""
    found: list[PaymentProvider] = []
    if settings.stripe_api_key is not None:
        secret = settings.stripe_webhook_secret
        stripe = StripeProvider(
            api_key=settings.stripe_api_key.get_secret_value(),
            live=settings.stripe_live,
            webhook_secret=None if secret is None else secret.get_secret_value(),
            base=settings.stripe_api_base,
            ca_file=settings.stripe_ca_file,
            deadline=settings.stripe_deadline_seconds,
            clock=unit.clock,
        )
        found.append(on_record(stripe, unit))
    if settings.bank_iban:
        found.append(by_transfer(unit))
    return found


def _code_key(settings: Settings) -> bytes | None:
    if settings.code_key is None:
        return None
    try:
        key = base64.b64decode(settings.code_key.get_secret_value(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"{variable('code_key')} is {KEY_BYTES} bytes in base64"
        raise SettingsRefused(message)
    return key
