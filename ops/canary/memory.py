"""What the canary remembers of herself until she is forgotten: a file only she reads."""

import secrets
from pathlib import Path

from pydantic import BaseModel

from ops.embedded import files


class Self(BaseModel):
    """Who she is now; `follow` is the address that shows how far her erasure is, once she asked for it."""

    email: str
    password: str
    follow: str | None = None


class Memory:
    """One file, mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def recall(self) -> Self | None:
        """Whom the last life left behind, if it did not come to its end."""
        return Self.model_validate_json(self._path.read_text()) if self._path.exists() else None

    def begin(self, domain: str) -> Self:
        """Somebody new, remembered before she is there: whatever happens then, it is known whom to erase."""
        who = Self(email=f"canary-{secrets.token_hex(8)}@{domain}", password=secrets.token_urlsafe(18))
        self.keep(who)
        return who

    def keep(self, who: Self) -> None:
        """Remember."""
        files.write(self._path, who.model_dump_json())

    def forget(self) -> None:
        """She is gone; nothing of her is needed any more."""
        self._path.unlink(missing_ok=True)
