"""Postgres from the system's package: one private cluster, TLS and SCRAM only."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from ops import provision
from ops.embedded import files
from ops.embedded.accounts import account_of, hand_over, run_as
from ops.embedded.failures import StackFailed
from ops.embedded.programs import Program
from ops.embedded.site import Site
from ops.embedded.waiting import holds
from ops.services import SERVICES

DATABASE = "figurine"
ADMINISTRATOR = "postgres"
_PACKAGED = Path("/usr/lib/postgresql")
_HBA = "hostssl all all 127.0.0.1/32 scram-sha-256\n"
_INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
# Nothing here outlives a test run: no waiting for the disk. A killed process loses nothing by it.
_UNSAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class Postgres:
    """The cluster of one stack; `durable=False` for tests only."""

    name = "postgres"

    def __init__(self, site: Site, *, durable: bool = True) -> None:
        self._site = site
        self._durable = durable
        self._account = account_of("postgres")

    def programs(self) -> list[Program]:
        """The server; SIGINT is its fast shutdown, which waits for no client."""
        command = (str(self._binary("postgres")), "-D", str(self._data))
        return [Program(name="postgres", command=command, account=self._account, stop_signal="INT")]

    def prepare(self) -> None:
        """Make the cluster if there is none, and write its whole configuration."""
        if not self._data.exists():
            self._initialise()
        own = self._site.identity("postgres")
        files.write(self._data / "pg_hba.conf", _HBA)
        files.write(self._data / "postgresql.conf", self._configuration(own.certificate, own.key))
        hand_over(self._home, self._account)

    def is_ready(self) -> bool:
        """Whether the administrator can log in."""
        return holds(self._log_in, psycopg.OperationalError)

    def provision(self) -> None:
        """Make the database, and in it a schema and two roles for each service."""
        with psycopg.connect(self.admin_url(ADMINISTRATOR), autocommit=True) as connection:
            provision.create_database(connection, DATABASE)
            provision.create_roles(connection, self.passwords())
        with psycopg.connect(self.admin_url(), autocommit=True) as connection:
            provision.divide(connection)

    def passwords(self) -> dict[str, str]:
        """The password of every role that provisioning makes."""
        return {role: self._password(role) for role in provision.everybody(SERVICES)}

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for a role, with its password; verifies the server's certificate."""
        options = urlencode({"sslmode": "verify-full", "sslrootcert": str(self._site.ca)})
        port = self._site.ports["postgres"]
        return f"postgresql://{role}:{self._password(role)}@localhost:{port}/{database}?{options}"

    def admin_url(self, database: str = DATABASE) -> str:
        """The address for the administrator."""
        return self.url(ADMINISTRATOR, database)

    @property
    def _home(self) -> Path:
        return self._site.home("postgres")

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _log_in(self) -> None:
        psycopg.connect(self.admin_url(ADMINISTRATOR), connect_timeout=3).close()

    def _password(self, role: str) -> str:
        return self._site.secrets.password(f"postgres {role}")

    def _initialise(self) -> None:
        draft, password = self._home / "data.new", self._home / "password"
        files.write(password, self._password(ADMINISTRATOR))
        hand_over(self._home, self._account)
        shutil.rmtree(draft, ignore_errors=True)
        made = run_as(
            self._account,
            [self._binary("initdb"), "-D", draft, "-U", ADMINISTRATOR, f"--pwfile={password}", *_INITDB],
        )
        password.unlink()
        if made.returncode != 0:
            message = f"Postgres could not make its data folder: {made.stderr.strip()}"
            raise StackFailed(message)
        # Renamed when complete, so that a start cut short is simply repeated.
        draft.rename(self._data)

    def _configuration(self, certificate: Path, key: Path) -> str:
        return f"""listen_addresses = '127.0.0.1'
port = {self._site.ports["postgres"]}
unix_socket_directories = ''
max_connections = 400
ssl = on
ssl_cert_file = '{certificate}'
ssl_key_file = '{key}'
ssl_min_protocol_version = 'TLSv1.3'
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
{"" if self._durable else _UNSAFE}"""

    def _binary(self, program: str) -> Path:
        """The program of the version that made the data, else of the newest installed."""
        installed = {path.parent.parent.name: path for path in _PACKAGED.glob(f"*/bin/{program}")}
        made_by = self._data / "PG_VERSION"
        version = made_by.read_text().strip() if made_by.exists() else max(installed, key=_number, default="")
        if version not in installed:
            message = f"Postgres {version} is not installed. Run ops/bootstrap, then try again."
            raise StackFailed(message)
        return installed[version]


def _number(version: str) -> int:
    return int(re.sub(r"\D.*", "", version) or 0)
