"""Where a service's objects lie, and what kind of file each of them is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from common.storage import ObjectStore, OpenedObject, SealedBucket

# By how a file begins (or, from the ninth byte on, goes on): what people's computers know it by.
_BEGINNINGS: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"glTF": ".glb",
    b"PK\x03\x04": ".3mf",
    b"%PDF": ".pdf",
    b"{": ".json",
    b"[": ".json",
}
_RIFF, _WEBP, _FTYP, _AVIF = b"RIFF", b"WEBP", b"ftyp", b"avif"
_STL_HEADER = 84


class Shelf:
    """A bucket, or what it is called here, and which seal each of its objects has.

    `wrapped_key` knows the keys that lie in rows; one it does not know lies beside the object.
    """

    def __init__(
        self,
        store: ObjectStore,
        bucket: str,
        sealed: Callable[[str], SealedBucket],
        wrapped_key: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self._store = store
        self._bucket = bucket
        self._sealed = sealed
        self._wrapped_key = wrapped_key

    def keys(self, name: str) -> Iterator[str]:
        """The object of this name, those below it, and those whose last part goes on with a dash."""
        for found in self._store.list(self._bucket, name):
            if found.key == name or name.endswith("/") or found.key[len(name)] in "/-":
                yield found.key

    def open(self, key: str, *, owner: str) -> OpenedObject:
        """An object. Raises ObjectMissing, Unsealable, Unavailable."""
        return self._sealed(key).open(key, owner=owner, wrapped_key=self._wrapped_key(key))


def ending_of(head: bytes) -> str:
    """What the name of a file that begins like this ends with; nothing when nobody knows."""
    if head[4:8] == _FTYP and head[8:12] == _AVIF:
        return ".avif"
    if head[:4] == _RIFF and head[8:12] == _WEBP:
        return ".webp"
    for beginning, ending in _BEGINNINGS.items():
        if head.startswith(beginning):
            return ending
    return ""
