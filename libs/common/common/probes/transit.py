"""Promise S1: whoever comes without TLS is answered by nobody, and our own sessions with the database are encrypted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import SplitResult, urlsplit

from psycopg.conninfo import conninfo_to_dict

from common.database import Database
from common.probes import clear
from common.probes.clear import Heard, Place
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.settings import ServiceSettings

# Where a server listens whose address does not say.
_PORTS: Final[Mapping[str, int]] = {"amqp": 5672, "amqps": 5671, "http": 80, "https": 443, "smtp": 587, "smtps": 465}
_POSTGRES: Final = 5432
_TRIES: Final[Mapping[str, Callable[[Place], Heard]]] = {
    "amqp": clear.try_amqp,
    "amqps": clear.try_amqp,
    "http": clear.try_http,
    "https": clear.try_http,
    "smtp": clear.try_smtp,
    "smtps": clear.try_smtps,
}
_SAFE: Final = frozenset({"https", "amqps", "smtps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """A server by a name that may be told to everybody, and how to come to it without TLS."""

    name: str
    knock: Callable[[], Heard]


def tls_only(settings: ServiceSettings, database: Database) -> Probe:
    """Try everything the service listens on, and every server it uses.

    Broken on purpose: a listener without certificate and key; `host` instead of `hostssl` in pg_hba.conf; a plain
    listener of RabbitMQ, of the object store or of the mail relay at the address the service uses; a partner's
    address with http://.
    """
    return Probe(promise="S1", name="TLS only", check=lambda look: _look(look, settings, database))


def _look(look: Look, settings: ServiceSettings, database: Database) -> Finding:
    plain = {each.name: each.knock() for each in [*_own(settings), *_used(settings)]}
    old = {each.name: each.knock() for each in _own(settings, clear.try_old_tls)}
    pools = dict(_pools(settings, look.database, database))
    away = [name for name, heard in plain.items() if heard is Heard.NOBODY]
    answered, outdated = _answering(plain), _answering(old)
    sessions = [name for name, pool in pools.items() if not _is_encrypted(pool)]
    partners = [name for name, url in settings.partners.items() if urlsplit(url).scheme not in _SAFE]
    wrong = [*answered, *(f"{name} (TLS 1.1)" for name in outdated), *sessions, *partners]
    return Finding.of(
        f"Of {len(plain) - len(away)} addresses that were tried without TLS {_named(answered)} answered, of "
        f"{len(old)} listeners of its own {_named(outdated)} took TLS 1.1, of {len(pools)} sessions with the database "
        f"{_named(sessions)} were in the clear, and of {len(settings.partners)} partners' addresses {_named(partners)} "
        f"were without https; not reached: {_named(away)}.",
        broken=bool(wrong),
        tried=len(plain) - len(away),
        answered=len(answered),
        outdated=len(outdated),
        away=len(away),
        partners=len(settings.partners),
        which=", ".join(wrong[:5]),
    )


def _answering(heard: Mapping[str, Heard]) -> list[str]:
    return [name for name, each in heard.items() if each is Heard.ANSWER]


def _named(names: list[str]) -> str:
    return f"{len(names)} ({', '.join(names)})" if names else "none"


def _own(settings: ServiceSettings, knock: Callable[[Place], Heard] = clear.try_http) -> Iterator[_Try]:
    """What the service itself listens on."""
    binds = {
        "its door": settings.bind,
        "its metrics": settings.metrics_bind,
        "its worker's metrics": settings.worker_metrics_bind,
    }
    for name, bind in binds.items():
        if bind is not None:
            yield _Try(name=name, knock=partial(knock, Place.bound(bind)))


def _used(settings: ServiceSettings) -> Iterator[_Try]:
    """The servers it uses; a partner is not pestered."""
    for name, url in {"RabbitMQ": settings.broker_url.get_secret_value(), **settings.neighbours}.items():
        parts = urlsplit(url if "://" in url else f"https://{url}")
        yield _Try(name=name, knock=partial(_TRIES[parts.scheme], _place(parts)))
    known = conninfo_to_dict(settings.database_url.get_secret_value())
    for place in _database_places(known):
        knock = partial(
            clear.try_postgres, place, user=str(known.get("user", "")), database=str(known.get("dbname", ""))
        )
        yield _Try(name="Postgres", knock=knock)


def _place(parts: SplitResult) -> Place:
    return Place(parts.hostname or "localhost", parts.port or _PORTS[parts.scheme])


def _database_places(known: Mapping[str, object]) -> Iterator[Place]:
    """Where Postgres listens; a socket of this machine, whose name begins with a slash, is no network."""
    hosts = str(known.get("host") or "localhost").split(",")
    ports = str(known.get("port") or _POSTGRES).split(",")
    for number, host in enumerate(hosts):
        if not host.startswith("/"):
            yield Place(host, int(ports[number] if len(ports) == len(hosts) else ports[0]))


def _pools(settings: ServiceSettings, probe: Database, own: Database) -> Iterator[tuple[str, Database]]:
    if any(_database_places(conninfo_to_dict(settings.database_url.get_secret_value()))):
        yield "its own", own
        yield "the probes'", probe


def _is_encrypted(database: Database) -> bool:
    with database.begin() as connection:
        row = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    return row is not None and bool(row[0])
