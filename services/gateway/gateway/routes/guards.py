"""By what tries are counted: keyed digests, so that nobody can read who tried."""

from flask import request

from gateway.domain.idempotency import fingerprint
from gateway.domain.tries import network_of
from gateway.routes.context import studio


def digest(*parts: str) -> bytes:
    """A keyed digest of these words."""
    return fingerprint(studio().fingerprint_key, "tries", *parts)


def network() -> str:
    """The network this request comes from."""
    return network_of(request.remote_addr or "")
