"""The canary's copy of everything, as she got it: a ZIP, looked through without the studio."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from common.probes import Finding
from ops.demo.failures import DemoFailed

MANIFEST: Final = "MANIFEST.sha256"
ACCOUNT: Final = "data/account/account.json"
# Where saved photos lie in a copy.
SAVED: Final = "photos/saved/"
# What files of these formats begin with.
PICTURES: Final[Mapping[str, bytes]] = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"}


@dataclass(frozen=True, slots=True)
class Archive:
    """Its files by their paths."""

    files: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path) -> "Archive":
        """Raises DemoFailed where it is no ZIP, or a damaged one."""
        try:
            with ZipFile(path) as archive:
                return cls({name: archive.read(name) for name in archive.namelist() if not name.endswith("/")})
        except BadZipFile as error:
            raise DemoFailed(f"Her copy is no ZIP that can be read: {error}") from None

    def check_manifest(self) -> None:
        """Every file is what the list says, and each is on it. Raises DemoFailed."""
        listed = {path: digest for digest, path in self._listed()}
        others = self.files.keys() - {MANIFEST}
        if listed.keys() != others:
            raise DemoFailed(f"{len(listed.keys() ^ others)} files of her copy are not on its list, or missing.")
        wrong = [path for path, digest in listed.items() if hashlib.sha256(self.files[path]).hexdigest() != digest]
        if wrong:
            raise DemoFailed(f"{len(wrong)} files of her copy are not what its list says.")

    def check_contains(self, *, name: str, picture: bytes) -> None:
        """The name of hers, and the picture as it was downloaded. Raises DemoFailed."""
        if self._account().get("name") != name:
            raise DemoFailed("Her name is not in her copy.")
        if picture not in self.files.values():
            raise DemoFailed("The picture of her figurine is not in her copy.")

    def corrected(self, names: Sequence[str]) -> Finding:
        """The new name is there, and the old one nowhere."""
        old, new = names
        if self._account().get("name") != new:
            raise DemoFailed("Her copy does not have the name she corrected hers to.")
        outdated = [path for path, content in self.files.items() if old.encode() in content]
        if outdated:
            raise DemoFailed(f"The name she corrected still stands in {len(outdated)} files of her copy.")
        return Finding.of(
            f"A canary person corrected her name: the new one is in her copy, and the old one in none of its "
            f"{len(self.files)} files.",
            broken=False,
            files=len(self.files),
        )

    def open_formats(self) -> Finding:
        """JSON with a schema for each, and pictures in formats that are standards."""
        rows = [path for path in self.files if path.startswith("data/") and path.endswith(".json")]
        for path in rows:
            self._json(path)
        schemas = {path.removeprefix("schema/").removesuffix(".schema.json") for path in self.files}
        without = [path for path in rows if path.removeprefix("data/").removesuffix(".json") not in schemas]
        pictures = [path for path in self.files if path.startswith("pictures/")]
        unknown = [path for path in pictures if not _is_picture(path, self.files[path])]
        if without or unknown or not rows or not pictures:
            raise DemoFailed(
                f"{len(without)} of {len(rows)} files of rows have no schema, and {len(unknown)} of {len(pictures)} "
                "pictures are in no format that was expected."
            )
        return Finding.of(
            f"A canary person's copy is a ZIP with {len(rows)} files of JSON, each with its schema, and "
            f"{len(pictures)} pictures as PNG, JPEG or WebP.",
            broken=False,
            rows=len(rows),
            pictures=len(pictures),
        )

    def stripped(self, hidden: str) -> Finding:
        """The photo she had saved is there, and nothing that stood in it beside the picture."""
        saved = [content for path, content in self.files.items() if SAVED in path]
        if not saved:
            raise DemoFailed("The photo she had saved is not in her copy.")
        telling = [path for path, content in self.files.items() if hidden.encode() in content]
        if telling or any(b"Exif" in content for content in saved):
            raise DemoFailed("What stood hidden in the photo she took still stands in what was kept of it.")
        return Finding.of(
            f"A canary person saved a photo that told where it was taken: that is in none of the {len(saved)} pictures "
            f"that were kept of it, nor in the other {len(self.files) - len(saved)} files of her copy.",
            broken=False,
            kept=len(saved),
            files=len(self.files),
        )

    def _account(self) -> dict[str, Any]:
        rows = self._json(ACCOUNT)
        return rows[0] if rows else {}

    def _json(self, path: str) -> Any:
        try:
            return json.loads(self.files[path])
        except (KeyError, ValueError):
            raise DemoFailed(f"{path} is not in her copy, or no JSON.") from None

    def _listed(self) -> list[tuple[str, str]]:
        lines = self.files.get(MANIFEST, b"").decode().splitlines()
        return [(digest, path) for digest, _, path in (line.partition("  ") for line in lines)]


def _is_picture(path: str, content: bytes) -> bool:
    return any(path.endswith(ending) and content.startswith(start) for ending, start in PICTURES.items())
