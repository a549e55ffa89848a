"""Who may do what in RabbitMQ: one virtual host, one user per service.

A service declares and uses what begins with its own name, and the exchange `events`, where
everybody publishes and from which everybody binds. The canary may say what it found, and nothing else.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping

from common.contracts.base import Event
from common.contracts.rights import PromiseChecked
from common.topology import EVENTS_EXCHANGE
from ops.services import CANARY, SERVICES

VHOST = "figurine"
ADMINISTRATOR = "operator"
# Everybody who logs in, and needs a password.
USERS = (ADMINISTRATOR, *SERVICES, CANARY)


def definitions(passwords: Mapping[str, str], services: Iterable[str] = SERVICES) -> dict[str, object]:
    """A definitions file for RabbitMQ; `passwords` has one per service, the administrator's and the canary's."""
    services = tuple(services)
    return {
        "users": [
            _user(ADMINISTRATOR, passwords[ADMINISTRATOR], tags=["administrator"]),
            *(_user(name, passwords[name], tags=[]) for name in (*services, CANARY)),
        ],
        "vhosts": [{"name": VHOST}],
        "permissions": [
            {"user": ADMINISTRATOR, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"},
            *({"user": service, "vhost": VHOST, **permissions(service)} for service in services),
            {"user": CANARY, "vhost": VHOST, "configure": "^$", "write": f"^{EVENTS_EXCHANGE}$", "read": "^$"},
        ],
        "topic_permissions": [
            {"user": CANARY, "vhost": VHOST, "exchange": EVENTS_EXCHANGE, "write": _only(PromiseChecked), "read": "^$"}
        ],
    }


def permissions(service: str) -> dict[str, str]:
    """What a service may configure, write and read, as regular expressions over names."""
    own = rf"^{service}\..*|^events$"
    return {"configure": own, "write": own, "read": own}


def _only(event: type[Event]) -> str:
    return f"^{re.escape(event.type)}$"


def _user(name: str, password: str, *, tags: list[str]) -> dict[str, object]:
    # The format of rabbit_password_hashing_sha256: four bytes of salt, then the digest.
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }
