"""What partners are reached with: the keys that `.env` gives, or for Stripe the emulator's.

Only the keys come this way, as files for the one service that needs them; docker-compose.yml hands on the rest.
"""

from collections.abc import Mapping
from pathlib import Path

from ops.embedded.secrets import Secrets

STRIPE_KEY = "FIGURINE_STRIPE_API_KEY"
WEBHOOK_SECRET = "FIGURINE_STRIPE_WEBHOOK_SECRET"  # noqa: S105 - the name of a setting
GEMINI_KEY = "FIGURINE_GEMINI_API_KEY"
STRIPE_BASE = "FIGURINE_STRIPE_API_BASE"
STRIPE_CA = "FIGURINE_STRIPE_CA_FILE"
TEST_ALLOWED = "FIGURINE_STRIPE_TEST_ALLOWED"
EMULATOR = "https://stripe:8443"

# Whose file goes when it is not given any more; nothing else is ever taken away.
MAY_GO: Mapping[str, tuple[str, ...]] = {
    "billing": (STRIPE_KEY, WEBHOOK_SECRET, STRIPE_BASE, STRIPE_CA, TEST_ALLOWED),
    "generation": (GEMINI_KEY,),
}


def read(path: Path) -> dict[str, str]:
    """What was given, from lines like NAME=value; what is empty was not."""
    pairs = (line.partition("=") for line in path.read_text().splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def settings(kept: Secrets, service: str, given: Mapping[str, str], *, ca: str) -> dict[str, str]:
    """The settings of a service that have to do with partners."""
    match service:
        case "billing" if STRIPE_KEY not in given:
            secrets = emulated(kept)
            return {
                STRIPE_KEY: secrets["key"],
                WEBHOOK_SECRET: secrets["webhook_secret"],
                STRIPE_BASE: EMULATOR,
                STRIPE_CA: ca,
                # The containers are in production mode; the emulator's pages say that no money moves.
                TEST_ALLOWED: "true",
            }
        case "billing":
            # Never the emulator's webhook secret beside a real key: whoever knew it could make up payments.
            return {name: given[name] for name in (STRIPE_KEY, WEBHOOK_SECRET, TEST_ALLOWED) if name in given}
        case "generation":
            return {name: given[name] for name in (GEMINI_KEY,) if name in given}
        case _:
            return {}


def emulated(kept: Secrets) -> dict[str, str]:
    """What the emulator of Stripe accepts, and what it signs webhooks with."""
    return {
        "key": f"sk_test_emulated_{kept.password('stripe key')}",
        "webhook_secret": f"whsec_{kept.password('stripe webhooks')}",
    }
