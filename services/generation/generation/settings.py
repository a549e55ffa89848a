"""Generation's settings; the only reader of its environment."""

from pathlib import Path

from pydantic import SecretStr

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from FIGURINE_… variables."""

    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: SecretStr
    # What figurines are sealed with; the newest key first.
    sealing_keys: SecretStr
    # What uploads are sealed with: shared with the gateway, which seals them.
    upload_keys: SecretStr
    renderers: int = 2
    # How long a silent renderer keeps its job.
    lease_seconds: int = 20
    # What pictures are signed with (C2PA), and whose signatures count besides the chain's own authority.
    provenance_cert: Path
    provenance_key: Path
    provenance_anchors: Path | None = None
