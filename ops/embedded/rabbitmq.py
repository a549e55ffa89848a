"""A private RabbitMQ node with an epmd of its own, TLS only.

Nothing of it is shared with a node of the system: not the name service, cookie, ports or data.
"""

import json
import shutil
import socket
import ssl
from pathlib import Path

import urllib3

from ops import broker_access
from ops.embedded import files
from ops.embedded.accounts import account_of, hand_over
from ops.embedded.failures import StackFailed
from ops.embedded.programs import Program
from ops.embedded.site import Site
from ops.embedded.waiting import holds

_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = 1
# One scheduler spinning for work would starve the rest of a small machine.
_ERLANG = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitMQ:
    """The broker of one stack."""

    name = "rabbitmq"

    def __init__(self, site: Site) -> None:
        self._site = site
        self._account = account_of("rabbitmq")

    def programs(self) -> list[Program]:
        """The name service first, then the node."""
        epmd = (_found("epmd"), "-port", str(self._site.ports["epmd"]), "-address", "127.0.0.1")
        return [
            Program(name="epmd", command=epmd, account=self._account),
            Program(name="rabbitmq", command=(str(_SERVER),), environment=self._environment(), account=self._account),
        ]

    def prepare(self) -> None:
        """Write the node's configuration, users and permissions included."""
        if not _SERVER.exists():
            message = "RabbitMQ is not installed. Run ops/bootstrap, then try again."
            raise StackFailed(message)
        home, own = self._home, self._site.identity("rabbitmq")
        cookie = home / ".erlang.cookie"
        files.write(cookie, self._site.secrets.password("erlang cookie"), mode=0o400)
        files.write(home / "enabled_plugins", "[rabbitmq_management].\n")
        files.write(home / "rabbitmq-env.conf", "")
        files.write(home / "definitions.json", json.dumps(broker_access.definitions(self._passwords())))
        tls = {"cacertfile": own.ca, "certfile": own.certificate, "keyfile": own.key}
        files.write(home / "rabbitmq.conf", self._configuration(tls))
        hand_over(home, self._account)

    def is_ready(self) -> bool:
        """Whether the broker shakes hands, and the administrator finds the virtual host."""
        return holds(self._shake_hands, OSError) and self._finds_vhost()

    def provision(self) -> None:
        """Nothing: the node imports its definitions before it opens its doors."""

    def url(self, user: str, vhost: str = broker_access.VHOST) -> str:
        """The address for a user, with the password."""
        return f"amqps://{user}:{self.password(user)}@localhost:{self._site.ports['amqps']}/{vhost}"

    def admin_url(self) -> str:
        """The address for the administrator."""
        return self.url(broker_access.ADMINISTRATOR)

    def management_url(self) -> str:
        """The management API, with the administrator's credentials."""
        user = broker_access.ADMINISTRATOR
        return f"https://{user}:{self.password(user)}@localhost:{self._site.ports['rabbitmq-management']}"

    @property
    def _home(self) -> Path:
        return self._site.home("rabbitmq")

    def password(self, user: str) -> str:
        """The password of a user."""
        return self._site.secrets.password(f"rabbitmq {user}")

    def _passwords(self) -> dict[str, str]:
        return {user: self.password(user) for user in broker_access.USERS}

    def _environment(self) -> dict[str, str]:
        home, ports = self._home, self._site.ports
        return {
            "HOME": str(home),
            "ERL_EPMD_PORT": str(ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": str(home / "rabbitmq-env.conf"),
            "RABBITMQ_NODENAME": "figurine@localhost",
            "RABBITMQ_DIST_PORT": str(ports["rabbitmq-distribution"]),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
            # With this the start script becomes the node, instead of a shell that ends it by way of
            # rabbitmqctl: SIGTERM then stops it in order by itself, seconds sooner.
            "NOTIFY_SOCKET": str(home / "nobody-listens"),
        }

    def _configuration(self, tls: dict[str, Path]) -> str:
        ports = self._site.ports
        lines = [
            "listeners.tcp = none",
            f"listeners.ssl.1 = 127.0.0.1:{ports['amqps']}",
            *(f"ssl_options.{name} = {path}" for name, path in tls.items()),
            "ssl_options.verify = verify_peer",
            "ssl_options.fail_if_no_peer_cert = false",
            "ssl_options.versions.1 = tlsv1.3",
            "management.ssl.ip = 127.0.0.1",
            f"management.ssl.port = {ports['rabbitmq-management']}",
            *(f"management.ssl.{name} = {path}" for name, path in tls.items()),
            # Without this its own default lets TLS 1.1 in.
            "management.ssl.versions.1 = tlsv1.3",
            f"load_definitions = {self._home / 'definitions.json'}",
        ]
        return "\n".join([*lines, ""])

    def _shake_hands(self) -> None:
        trusted = ssl.create_default_context(cafile=self._site.ca)
        with (
            socket.create_connection(("localhost", self._site.ports["amqps"]), timeout=3) as plain,
            trusted.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            secure.sendall(_PROTOCOL_HEADER)
            if secure.recv(1) != bytes([_METHOD_FRAME]):
                raise ConnectionError("this is no AMQP server")

    def _finds_vhost(self) -> bool:
        with urllib3.PoolManager(ca_certs=str(self._site.ca), retries=False, timeout=3) as http:
            headers = urllib3.make_headers(
                basic_auth=f"{broker_access.ADMINISTRATOR}:{self.password(broker_access.ADMINISTRATOR)}"
            )
            address = f"https://localhost:{self._site.ports['rabbitmq-management']}/api/vhosts/{broker_access.VHOST}"
            try:
                return http.request("GET", address, headers=headers).status == 200
            except urllib3.exceptions.HTTPError:
                return False


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not installed. Run ops/bootstrap, then try again."
        raise StackFailed(message)
    return path
