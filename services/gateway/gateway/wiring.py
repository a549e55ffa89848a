"""The gateway, put together. Reads like a table of contents; opens nothing."""

import base64
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from uuid import UUID

from common.database import Database
from common.erasure import Leaving
from common.errors import Unavailable
from common.parts import Sources, export_jobs
from common.person_keys import PersonKeys, key_jobs, rewrap_command
from common.policy import read_policies
from common.probes import Probe
from common.probes.cards import no_card_numbers
from common.probes.pages import Stranger, nothing_from_elsewhere
from common.probes.retention import retention_probes
from common.sealing import Keyring, Sealer
from common.service import Service
from common.settings import load
from common.storage import ObjectStore
from common.tokens import TokenIssuer
from common.work import UnitOfWork
from gateway.adapters.caller import PublicCaller
from gateway.adapters.devices import Countries, Devices
from gateway.adapters.intake import Intake
from gateway.adapters.keepsakes import Keepsakes
from gateway.adapters.letters import JinjaLetters
from gateway.adapters.links import Links
from gateway.adapters.live import Live
from gateway.adapters.mail import SmtpMailer
from gateway.adapters.no_news import NoNews
from gateway.adapters.passkeys import Passkeys
from gateway.adapters.passwords import Passwords
from gateway.adapters.peers import PATIENT, Peer, Peers
from gateway.adapters.providers import Providers, Wire
from gateway.adapters.standing import Standing
from gateway.adapters.totp import TotpCodes
from gateway.adapters.turns import Turns
from gateway.adapters.uploads import UPLOADS, S3Uploads
from gateway.commands import commands
from gateway.domain.origins import parse_origins
from gateway.domain.policies import Pace
from gateway.inventory import INVENTORY
from gateway.jobs import Bell, Follower, Office, jobs, read_styles
from gateway.jobs.calling import Messenger, calling_jobs
from gateway.jobs.crowds import crowd_jobs
from gateway.jobs.desk import desk_jobs
from gateway.jobs.heralding import NEWS_PROBES, Herald, heralding_jobs
from gateway.jobs.kept import SignUpForm, kept_probes
from gateway.jobs.mails_seen import MOST, look_for_untold_mails
from gateway.jobs.probes import PROBES
from gateway.jobs.signals import signal_jobs
from gateway.jobs.signals_seen import SIGNAL_PROBES
from gateway.jobs.telling import POLICY_PROBES, Crier, out_now, telling_jobs
from gateway.jobs.uses_seen import USE_PROBES
from gateway.ports import Attachment
from gateway.repository import FEED_CHANNEL, Work, rooms
from gateway.routes import BLUEPRINTS
from gateway.routes.accounts import SignUpBody
from gateway.routes.context import COOKIE, Studio
from gateway.routes.crossing import Origins
from gateway.routes.limits import Door
from gateway.routes.scopes import describe
from gateway.routes.signals import Tally
from gateway.routes.statuses import STATUSES
from gateway.routes.support import TICKET_KEY
from gateway.settings import Settings
from gateway.subscribers import SUBSCRIPTIONS
from gateway.use_cases import leaving
from gateway.use_cases.mails import RELAY

TEMPLATES = Path(__file__).parent / "web" / "templates"
# Photos looked at for hints: the intake works on two, and one of them is left for orders.
_CHECKS_AT_ONCE = 1

SECURITY_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "token": {"type": "http", "scheme": "bearer"},
    "api_key": {"type": "http", "scheme": "bearer", "bearerFormat": "fig_…"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "ticket_key": {"type": "apiKey", "in": "header", "name": TICKET_KEY},
}


class Closes(Protocol):
    """What holds on to something until the end."""

    def close(self) -> None:
        """Let go of it."""
        ...


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    secret = base64.b64decode(settings.blind_index_key.get_secret_value())
    database = Database(settings.database_url.get_secret_value(), application="gateway", max_size=20)
    keys = PersonKeys(Keyring.parse(settings.sealing_keys.get_secret_value()), fence=settings.fence)
    unit = UnitOfWork(service="gateway", database=database, build=rooms(keys, secret), fence=settings.fence)
    store = ObjectStore(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        ca_file=settings.ca_file,
    )
    uploads = S3Uploads(store, Sealer(Keyring.parse(settings.upload_keys.get_secret_value())))
    links = Links(derived(secret, "links"), public_url=settings.public_url, clock=unit.clock)
    peers = connect(settings)
    live = Live(database, FEED_CHANNEL, streams=settings.live_streams, per_person=settings.live_streams_per_person)
    intake = Intake()
    devices = Devices(Countries(settings.geoip_database) if settings.geoip_database else None)
    office = Office(
        unit=unit,
        mailer=SmtpMailer(
            settings.smtp_url.get_secret_value(),
            sender=settings.mail_sender,
            ca_file=settings.ca_file,
            bounces=settings.bounce_address,
        ),
        letters=JinjaLetters(links, sender=settings.mail_sender),
        styles=lambda: read_styles(peers.generation.get("/v1/styles", user_id=None)),
        documents=lambda user_id, document_id: Attachment(
            name="invoice.pdf", pdf=peers.billing.fetch(f"/v1/invoices/{document_id}/pdf", user_id=user_id)
        ),
    )

    follower = Follower(
        unit=unit,
        copies=lambda user_id, correction_id, wish: peers.billing.post(
            f"/v1/corrections/{correction_id}", user_id=user_id, body=wish, timeout=PATIENT
        ),
    )
    bell = Bell(
        unit=unit,
        mailer=office.mailer,
        to=settings.operator_email,
        page=f"{settings.public_url.rstrip('/')}/promises",
        figures=f"{settings.public_url.rstrip('/')}/operator",
    )
    policies = read_policies()
    herald = Herald(
        unit=unit,
        pace=Pace(per_minute=settings.news_mails_per_minute),
        withdraw=NoNews(peers, partial(out_now, unit, policies), unit.clock),
    )
    sealer = keys.sealer_of(database, unit.clock)
    sources = Sources(
        database=database,
        inventory=INVENTORY,
        open_value=lambda sealed, owner, place: sealer.open(sealed, owner=owner, purpose=place),
    )

    def know_styles() -> None:
        with unit.begin() as work:
            if not work.styles.all():
                raise Unavailable("The style catalogue has not been heard of yet.")

    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=BLUEPRINTS,
        statuses=STATUSES,
        proxies=settings.trusted_proxies,
        security_schemes=SECURITY_SCHEMES,
        describe=describe,
        ports=[
            Studio(
                policies=policies,
                fingerprint_key=derived(secret, "fingerprint"),
                public_url=settings.public_url.rstrip("/"),
                local_webhooks=settings.local_webhooks,
                policy_pace=Pace(per_minute=settings.policy_mails_per_minute),
            ),
            Door(digest_key=derived(secret, "door"), per_address=settings.requests_per_address),
            Origins(parse_origins(settings.cors_origins)),
            Passwords(),
            Passkeys(settings.public_url),
            Keepsakes(derived(secret, "keepsakes"), unit.clock),
            Providers(
                settings.providers,
                public_url=settings.public_url,
                clock=unit.clock,
                wire=Wire(ca_file=settings.ca_file),
            ),
            TotpCodes(),
            peers,
            live,
            intake,
            Turns(at_once=_CHECKS_AT_ONCE),
            Tally(unit),
            devices,
            uploads,
            links,
            office.letters,
            Standing(peers, unit.clock),
        ],
        subscriptions=SUBSCRIPTIONS,
        jobs=[
            *jobs(office, follower, bell),
            *desk_jobs(unit),
            *calling_jobs(
                Messenger(unit=unit, caller=PublicCaller(local=settings.local_webhooks, ca_file=settings.ca_file))
            ),
            *signal_jobs(unit),
            *crowd_jobs(unit, limit=settings.accounts_opened_together),
            *heralding_jobs(herald),
            *telling_jobs(Crier(unit=unit, policies=policies, pace=Pace(per_minute=settings.policy_mails_per_minute))),
            *key_jobs(unit, INVENTORY, keys),
            *export_jobs(unit, sources, store, settings.export_keys),
        ],
        probes=[
            *PROBES,
            *POLICY_PROBES,
            *NEWS_PROBES,
            *USE_PROBES,
            *SIGNAL_PROBES,
            no_card_numbers(INVENTORY),
            nothing_from_elsewhere(Stranger.of(settings, public_url=settings.public_url)),
            Probe(
                promise="T5",
                name="every call is on record",
                check=lambda look: look_for_untold_mails(look, partial(told_the_relay, peers)),
            ),
            *retention_probes(INVENTORY, promise="C5"),
            *kept_probes(
                others={
                    each.name: partial(each.get, "/readyz", user_id=None)
                    for each in (peers.generation, peers.billing, peers.privacy, peers.analytics)
                },
                sign_up=SignUpForm(page=TEMPLATES / "signup.html", body=SignUpBody.model_fields),
                fence=settings.fence,
            ),
        ],
        commands={**commands(unit), "rewrap": rewrap_command(unit, INVENTORY, keys)},
        leaving=Leaving(
            begin=leaving.sign_out,
            settled=leaving.say_goodbye,
            put_elsewhere=leaving.uploads_of,
            last=True,
        ),
        store=store,
        checks={"database": database.check, "uploads": lambda: store.check(UPLOADS), "styles": know_styles},
        close=partial(close_all, live, intake, devices),
    )


def close_all(*opened: Closes) -> None:
    """Let go of what goes on beside requests."""
    for each in opened:
        each.close()


def connect(settings: Settings) -> Peers:
    """The services behind the gateway."""
    issuer = TokenIssuer(settings.token_private_key.get_secret_value())

    def peer(name: str, url: str) -> Peer:
        return Peer(name, url, issuer, ca_file=settings.ca_file)

    return Peers(
        generation=peer("generation", settings.generation_url),
        billing=peer("billing", settings.billing_url),
        privacy=peer("privacy", settings.privacy_url),
        analytics=peer("analytics", settings.analytics_url),
    )


def told_the_relay(peers: Peers, account_id: UUID) -> list[datetime]:
    """When the mail server was told something of a person, as she reads it herself."""
    answer = peers.privacy.get("/v1/privacy/disclosures", user_id=account_id, params={"limit": str(MOST)})
    return [datetime.fromisoformat(item["at"]) for item in answer["items"] if item["partner"] == RELAY]


def derived(secret: bytes, use: str) -> bytes:
    """A key of its own for each use of one secret."""
    return sha256(use.encode() + b":" + secret).digest()
