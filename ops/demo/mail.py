"""The mail sink, as a person reads it: a folder of text files."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ops.demo.failures import DemoFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that lies in the sink."""

    path: Path
    subject: str
    link: str

    @property
    def token(self) -> str:
        """The token the link carries."""
        return parse_qs(urlsplit(self.link).query)["token"][0]


def find(folder: Path, address: str) -> Mail | None:
    """The newest mail to this address, None while there is none."""
    for path in sorted(folder.glob("*.txt"), reverse=True):
        text = path.read_text()
        head, _, body = text.partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.splitlines())
        if headers.get("To") == address:
            return Mail(path=path, subject=headers["Subject"], link=_link(path, body))
    return None


def _link(path: Path, body: str) -> str:
    found = re.search(r"https://\S+", body)
    if found is None:
        message = f"The mail {path} has no link to follow."
        raise DemoFailed(message)
    return found.group()
