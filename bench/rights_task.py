"""What one process is to do for one person, and with what."""

from dataclasses import dataclass
from pathlib import Path

from common.storage import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one process is to do, and with what."""

    do: str
    user_id: str
    request_id: str
    postgres: str
    endpoint: str
    ca_file: str
    access_key: str
    secret_key: str

    def store(self) -> ObjectStore:
        return ObjectStore(
            endpoint=self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            ca_file=Path(self.ca_file),
        )

    @property
    def part(self) -> str:
        return f"{self.request_id}/generation-1.part"
