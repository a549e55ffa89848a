"""The gateway's rows, in literal SQL, inside one transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox
from common.parts import Exports
from common.person_keys import PersonKeys
from common.sealing import Sealer
from gateway.repository.accounts import Accounts
from gateway.repository.acknowledgements import Acknowledgements
from gateway.repository.acts import StaffActs
from gateway.repository.addresses import Addresses
from gateway.repository.alarms import Alarms
from gateway.repository.allowances import Allowances, Rates
from gateway.repository.announcements import Announcements
from gateway.repository.answers import Answers
from gateway.repository.consents import Consents
from gateway.repository.contact import AccessLog, AnswerTimes, ContactRates
from gateway.repository.corrections import Corrections
from gateway.repository.crowds import Crowds
from gateway.repository.door_rates import DoorRates
from gateway.repository.dossiers import Dossiers
from gateway.repository.factors import SecondFactors
from gateway.repository.feed import Feed
from gateway.repository.figurines import Figurines
from gateway.repository.identities import Identities
from gateway.repository.keys import ApiKeys
from gateway.repository.mails import Mails
from gateway.repository.news import News
from gateway.repository.notices import Notices
from gateway.repository.policy_releases import PolicyReleases
from gateway.repository.recoveries import Recoveries
from gateway.repository.security import SecurityLog
from gateway.repository.sessions import Sessions
from gateway.repository.signals import Signals
from gateway.repository.staff import Staff
from gateway.repository.styles import Styles
from gateway.repository.tickets import Tickets
from gateway.repository.tries import Tries
from gateway.repository.usage import UsageRates
from gateway.repository.webhooks import Webhooks

FEED_CHANNEL = "gateway.feed"
MAIL_CHANNEL = "gateway.mail"
CORRECTION_CHANNEL = "gateway.corrections"
STOP_CHANNEL = "gateway.stops"
RECOVERY_CHANNEL = "gateway.recoveries"
WEBHOOK_CHANNEL = "gateway.webhooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The gateway's rooms in one transaction."""

    accounts: Accounts
    sessions: Sessions
    security: SecurityLog
    answers: Answers
    figurines: Figurines
    feed: Feed
    styles: Styles
    mails: Mails
    consents: Consents
    allowances: Allowances
    rates: Rates
    door_rates: DoorRates
    keys: ApiKeys
    webhooks: Webhooks
    usage_rates: UsageRates
    signals: Signals
    addresses: Addresses
    corrections: Corrections
    recoveries: Recoveries
    factors: SecondFactors
    identities: Identities
    tries: Tries
    alarms: Alarms
    tickets: Tickets
    answer_times: AnswerTimes
    contact_rates: ContactRates
    access_log: AccessLog
    notices: Notices
    policy_releases: PolicyReleases
    announcements: Announcements
    news: News
    acknowledgements: Acknowledgements
    staff: Staff
    acts: StaffActs
    dossiers: Dossiers
    crowds: Crowds
    exports: Exports
    outbox: Outbox
    clock: Clock


def rooms(keys: PersonKeys, index_key: bytes) -> Callable[[Connection, Outbox, Clock], Work]:
    """How the rooms are built in each transaction; what is somebody's own is sealed under her key."""

    def build(connection: Connection, outbox: Outbox, clock: Clock) -> Work:
        sealer = keys.sealer(connection, clock)
        return Work(
            accounts=Accounts(connection, clock, sealer, index_key),
            sessions=Sessions(connection, clock),
            security=SecurityLog(connection, clock, sealer),
            answers=Answers(connection, clock, sealer),
            figurines=Figurines(connection, clock, sealer),
            feed=Feed(connection, clock, FEED_CHANNEL),
            styles=Styles(connection, clock),
            mails=Mails(connection, clock, MAIL_CHANNEL),
            consents=Consents(connection),
            allowances=Allowances(connection),
            rates=Rates(connection, clock),
            door_rates=DoorRates(connection, clock),
            keys=ApiKeys(connection, clock, sealer, index_key),
            webhooks=Webhooks(connection, clock, sealer, WEBHOOK_CHANNEL),
            usage_rates=UsageRates(connection, clock),
            signals=Signals(connection, clock),
            addresses=Addresses(connection, clock, sealer),
            corrections=Corrections(connection, clock, sealer, CORRECTION_CHANNEL),
            recoveries=Recoveries(connection, clock, RECOVERY_CHANNEL),
            factors=SecondFactors(connection, clock, sealer, index_key),
            identities=Identities(connection, clock, index_key),
            tries=Tries(connection, clock),
            alarms=Alarms(connection, clock),
            tickets=Tickets(connection, clock, sealer, Sealer(keys.keyring)),
            answer_times=AnswerTimes(connection, clock),
            contact_rates=ContactRates(connection, clock),
            access_log=AccessLog(connection, clock),
            notices=Notices(connection, clock),
            policy_releases=PolicyReleases(connection, clock),
            announcements=Announcements(connection, clock),
            news=News(connection, clock, STOP_CHANNEL),
            acknowledgements=Acknowledgements(connection, clock),
            staff=Staff(connection, clock),
            acts=StaffActs(connection, clock),
            dossiers=Dossiers(connection),
            crowds=Crowds(connection, clock, sealer, index_key),
            exports=Exports(connection, clock),
            outbox=outbox,
            clock=clock,
        )

    return build
