"""Generation's settings; the only reader of its environment."""

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
    # How many models are made at once, and how many one person may have in the making.
    model_makers: int = 1
    models_per_person: int = 3
