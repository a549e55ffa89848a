"""What is backed up, or restored into: the servers of a studio, and the files that hold its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.storage import ObjectStore
from ops import object_access
from ops.backup.failures import BackupFailed
from ops.backup.overheard import Ear
from ops.embedded.seaweedfs import REGION
from ops.embedded.stack import Stack
from ops.services import SERVICES

# The studio's half of the recovery kit.
LOCKER = "backup.json"
# Without these nothing opens that the studio sealed, and nobody who left is recognised.
SECRETS = ("secrets.json", "ca.pem", "ca.key", LOCKER)
# Pictures and saved photos, which are kept until their owner says otherwise (promise K2), and the anchors of proofs.
# Not uploads, which are to be gone within a day (promise K1), nor copies, which can be asked for again. Tombstones are
# kept apart (ops.backup.journal): they must be newer than what they are held against.
BUCKETS = ("figurines", "photos", "anchors")
TOMBSTONES = "tombstones"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The administrator's way to the servers, and each owner's to her schema."""

    folder: Path
    database: str = field(repr=False)
    owners: Mapping[str, str] = field(repr=False)
    store: ObjectStore
    ear: Ear

    @classmethod
    def of(cls, stack: Stack) -> "Place":
        """The servers of a stack, which have to be up."""
        return cls(
            folder=stack.site.directory,
            database=stack.postgres.admin_url(),
            owners={service: stack.postgres.url(f"{service}_owner") for service in SERVICES},
            store=ObjectStore(
                endpoint=stack.seaweedfs.endpoint,
                access_key=object_access.ADMINISTRATOR,
                secret_key=stack.seaweedfs.secret_key(object_access.ADMINISTRATOR),
                ca_file=stack.site.ca,
                region=REGION,
            ),
            ear=Ear(url=stack.rabbitmq.admin_url(), ca_file=stack.site.ca),
        )

    @classmethod
    def in_folder(cls, directory: Path) -> "Place":
        """The servers of the stack in a folder. Raises BackupFailed where none was ever started."""
        if not (directory / "ports.json").exists():
            raise BackupFailed(f"There is no studio in {directory}: name its folder with --directory.")
        return cls.of(Stack(directory))
