"""The ground a stack stands on: its folders, ports, secrets and certificates."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ops.embedded import ports
from ops.embedded.accounts import reachable_by_all
from ops.embedded.certificates import Authority, Identity
from ops.embedded.failures import StackFailed
from ops.embedded.secrets import Secrets

PROJECT = Path(__file__).parents[2]
# The kernel's limit for the address of a Unix socket is 108 bytes; the longest name needs some of it.
_LONGEST_SOCKET_FOLDER = 80


class Site:
    """One stack's folder. Making it creates the folder; nothing is started."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        # Passable, so that other accounts reach their own folder below; every secret is 0600 by itself.
        self.directory.chmod(0o711)
        self.logs = self._folder("logs", 0o700)
        self.run = self._folder("run", 0o700)
        self.environments = self._folder("env", 0o700)
        self.mail = self._folder("mail", 0o700)
        self.ca = self.directory / "ca.pem"
        self.secrets = Secrets(self.directory / "secrets.json")
        self.ports: Mapping[str, int] = ports.remembered(self.ports_file)
        self._authority = Authority(self.ca, self.directory / "ca.key")

    @property
    def mark(self) -> str:
        """What every process of this stack carries in its environment, and no other does."""
        return self.secrets.password("stack")

    def recall_ports(self) -> None:
        """Take the ports that were settled last."""
        self.ports = ports.remembered(self.ports_file)

    def choose_ports(self) -> None:
        """Settle on free ports. Only while nothing of the stack runs."""
        self.ports = ports.choose(self.ports_file)

    def remove(self) -> None:
        """Destroy everything, the data included. Only while nothing of the stack runs."""
        shutil.rmtree(self._servers())
        shutil.rmtree(self.directory)

    def home(self, name: str) -> Path:
        """The folder of one part of the stack, where its own account can reach it."""
        home = self._servers() / name
        home.mkdir(mode=0o700, exist_ok=True)
        return home

    def identity(self, name: str) -> Identity:
        """Certificate and key of one part of the stack, in its home."""
        return self._authority.identity(self.home(name))

    def signature(self, name: str) -> tuple[Path, Path]:
        """Certificate chain and key with which a part of the stack signs pictures, in its home."""
        return self._authority.signature(self.home(name))

    def sockets(self) -> Path:
        """A folder of ours alone, with a name short enough for Unix sockets."""
        if len(os.fsencode(self.run)) <= _LONGEST_SOCKET_FOLDER:
            return self.run
        folder = Path(tempfile.gettempdir()) / f"figurine-{self._digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            message = f"{folder} belongs to somebody else; remove it, then start again."
            raise StackFailed(message)
        return folder

    def _servers(self) -> Path:
        """`servers/`, or a link to a folder under /var/lib if other accounts cannot come here."""
        servers = self.directory / "servers"
        if not servers.exists():
            servers.unlink(missing_ok=True)
            if os.geteuid() != 0 or reachable_by_all(servers):
                servers.mkdir(exist_ok=True)
            else:
                elsewhere = Path(f"/var/lib/figurine-{self._digest}")
                elsewhere.mkdir(mode=0o711, exist_ok=True)
                servers.symlink_to(elsewhere)
        servers.resolve().chmod(0o711)
        return servers.resolve()

    def _folder(self, name: str, mode: int) -> Path:
        folder = self.directory / name
        folder.mkdir(mode=mode, exist_ok=True)
        return folder

    @property
    def ports_file(self) -> Path:
        """Which port is whose."""
        return self.directory / "ports.json"

    @property
    def _digest(self) -> str:
        return hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:12]
