"""Idempotency keys: the same key gives the same answer, and never two effects."""

from dataclasses import dataclass

from ops.emulators.stripe.errors import Json, key_in_use, key_reused


@dataclass(slots=True)
class Kept:
    """What a key stands for; `body` is None while its call still runs."""

    digest: str
    request_id: str
    status: int = 0
    body: Json | None = None


class Keys:
    """The keys that were used."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def begin(self, key: str, digest: str, request_id: str) -> Kept | None:
        """The answer from before, None for a first call. Raises StripeError when it runs or meant another call."""
        kept = self._kept.get(key)
        if kept is None:
            self._kept[key] = Kept(digest, request_id)
            return None
        if kept.digest != digest:
            raise key_reused(key)
        if kept.body is None:
            raise key_in_use()
        return kept

    def end(self, key: str, status: int, body: Json) -> None:
        """Remember the answer."""
        self._kept[key].status, self._kept[key].body = status, body

    def forget(self, key: str) -> None:
        """The call had no effect; the key may be used again."""
        del self._kept[key]

    def dump(self) -> dict[str, list[object]]:
        """For a file."""
        return {
            key: [kept.digest, kept.request_id, kept.status, kept.body]
            for key, kept in self._kept.items()
            if kept.body is not None
        }

    def load(self, state: dict[str, list[object]]) -> None:
        """From a file."""
        for key, (digest, request_id, status, body) in state.items():
            self._kept[key] = Kept(digest, request_id, status, body)  # pyright: ignore[reportArgumentType] - JSON
