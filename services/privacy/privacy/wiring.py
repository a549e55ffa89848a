"""Privacy, put together. Reads like a table of contents; opens nothing."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from common import dead_letter_door, record_door
from common.database import Database
from common.erasure import Leaving
from common.parts import EXPORTS, PURPOSE, Sources, export_jobs
from common.parts.opening import store_of
from common.person_keys import PersonKeys, key_jobs, rewrap_command
from common.policy import read_policies
from common.probes.strangers import store_probes
from common.sealing import Keyring
from common.service import Service
from common.settings import load
from common.storage import SealedBucket
from common.work import UnitOfWork
from privacy.adapters.anchors import S3Anchors
from privacy.adapters.archive import ArchiveShelf, Assembler
from privacy.commands import show_audits
from privacy.inventory import INVENTORY
from privacy.jobs import jobs, rights_probes
from privacy.jobs.archives import ArchiveDesk
from privacy.jobs.disclosures_seen import RECORD
from privacy.jobs.policies import policy_jobs, policy_probes
from privacy.jobs.probes import probes
from privacy.ports import AuditKey, Pace, ReceiptKeys, Terms
from privacy.repository import Work
from privacy.routes import ROUTES, STATUSES
from privacy.settings import Settings
from privacy.subscribers import subscriptions
from privacy.use_cases import erasures

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="privacy")
    keys = PersonKeys(Keyring.parse(settings.sealing_keys.get_secret_value()), fence=settings.fence)
    export_keys = Keyring.parse(settings.export_keys.get_secret_value()) if settings.export_keys else None
    rooms = partial(Work, keys=keys, export_keys=export_keys)
    unit = UnitOfWork(service="privacy", database=database, build=rooms, fence=settings.fence)
    receipt_keys = receipt_keys_of(settings)
    store = store_of(settings)
    # Parts and archives lie under people's keys here; with the keyring, only what an older release left.
    sealer = keys.sealer_of(database, unit.clock, keyring=export_keys)
    sealed = SealedBucket(store, EXPORTS, sealer, PURPOSE) if store and export_keys else None
    shelf = ArchiveShelf(store, sealed) if store and sealed else None
    pace = Pace(of_probes=settings.probe_pace)
    anchors = S3Anchors(store, receipt_keys) if store and receipt_keys else None
    desk = ArchiveDesk(unit=unit, maker=Assembler(sealed), store=shelf) if sealed and shelf else None
    policies = read_policies()
    return Service(
        settings=settings,
        unit=unit,
        migrations=MIGRATIONS,
        inventory=INVENTORY,
        blueprints=[*ROUTES, record_door.routes, dead_letter_door.routes],
        statuses=STATUSES,
        ports=[
            Terms(think_again=timedelta(hours=settings.erasure_cooling_off_hours)),
            AuditKey(public=settings.audit_public_key),
            pace,
            policies,
            *([receipt_keys] if receipt_keys else []),
            *([shelf] if shelf else []),
        ],
        subscriptions=subscriptions(receipt_keys, pace),
        jobs=[
            *jobs(unit, desk, pace=pace, anchors=anchors),
            *policy_jobs(unit, policies),
            *key_jobs(unit, INVENTORY, keys),
            *export_jobs(unit, Sources(database=database, inventory=INVENTORY), store, settings.export_keys),
        ],
        commands={"rewrap": rewrap_command(unit, INVENTORY, keys), "audits": lambda: show_audits(unit)},
        probes=[
            *probes(receipt_keys, anchors),
            RECORD,
            *rights_probes.probes(receipt_keys, shelf),
            *policy_probes(policies, since=unit.clock.now()),
            *(store_probes(settings, store, INVENTORY) if store else []),
        ],
        leaving=Leaving(settled=erasures.others_are_done, out_of_reach=erasures.out_of_reach),
        store=store,
    )


def receipt_keys_of(settings: Settings) -> ReceiptKeys | None:
    """What receipts are signed and checked with; None where nobody can be erased."""
    if settings.receipt_private_key is None or settings.receipt_public_keys is None:
        return None
    return ReceiptKeys(private=settings.receipt_key, public=settings.receipt_public_keys)
