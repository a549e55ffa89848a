"""Privacy's settings; the only reader of its environment."""

from pydantic import SecretStr

from common.settings import StoreSettings


class Settings(StoreSettings):
    """Read from FIGURINE_… variables."""

    # What the keys are wrapped with under which people's copies lie; the newest key first.
    sealing_keys: SecretStr
    # How long somebody who asks for erasure may think again; until then it can be taken back.
    erasure_cooling_off_hours: int = 0
    # What each service's statements are checked with: Ed25519 public keys in PEM, by service, as JSON.
    receipt_public_keys: dict[str, str] | None = None
    # What audits are signed with by who makes them: an Ed25519 public key in PEM. Without it none is taken.
    audit_public_key: str | None = None
