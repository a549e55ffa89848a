"""One person's copy, measured in processes of its own: a part of generation's, and an archive of privacy's."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from pydantic import SecretStr

from bench.rights_erase import erase
from bench.rights_task import Task
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.migrations import migrate
from common.parts import EXPORTS, PartReader, Shelf, Sources, export_bucket
from common.parts.layout import Kind, written
from common.sealing import Keyring, Sealer
from common.storage import SealedBucket
from generation.inventory import INVENTORY
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack
from privacy.adapters.archive import Assembler
from privacy.domain.archives import Gathering, GivenPart

KEY = "1:" + "A" * 43 + "="
SIZES = {
    "full": b"\xff\xd8\xff" + b"f" * 20_000,
    "preview": b"\xff\xd8\xff" + b"p" * 6_000,
    "thumb": b"\xff\xd8\xff" + b"t" * 2_000,
}
MIGRATIONS = PROJECT / "services/generation/generation/migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What it took: seconds, the peak of the process's memory, and that before it began, both in MB."""

    seconds: float
    peak: float
    before: float
    megabytes: float


def sealer() -> Sealer:
    return Sealer(Keyring.parse(KEY))


def prepare(stack: Stack) -> None:
    migrate(stack.postgres.url("generation_owner"), MIGRATIONS)


def task_of(stack: Stack, do: str, user_id: UUID, request_id: UUID) -> Task:
    service = "privacy" if do == "archive" else "generation"
    return Task(
        do=do,
        user_id=str(user_id),
        request_id=str(request_id),
        postgres=stack.postgres.url("generation"),
        endpoint=stack.seaweedfs.endpoint,
        ca_file=str(stack.site.ca),
        access_key=service,
        secret_key=stack.seaweedfs.secret_key(service),
    )


def seed(stack: Stack, user_id: UUID, figurines: int) -> None:
    """So many figurines of one person, each with a picture in three sizes."""
    ids = [SYSTEM_CLOCK.new_id() for _ in range(figurines)]
    now = SYSTEM_CLOCK.now()
    with psycopg.connect(stack.postgres.url("generation")) as connection, connection.cursor() as cursor:
        with cursor.copy(
            "COPY figurines (id, user_id, style, variants, aspect_ratio, seed, unit_price, state, requested_at)"
            " FROM STDIN"
        ) as rows:
            for each in ids:
                rows.write_row([each, user_id, "acrylic-standee", 1, "1:1", 7, 1, "succeeded", now])
        with cursor.copy("COPY attempts (figurine_id, attempt, started_at, swept) FROM STDIN") as rows:
            for each in ids:
                rows.write_row([each, 1, now, True])
        with cursor.copy("COPY pictures (figurine_id, n, prefix, media_type, width, height) FROM STDIN") as rows:
            for each in ids:
                rows.write_row([each, 1, f"{each}/1/1", "image/jpeg", 1024, 1024])
    bucket = SealedBucket(task_of(stack, "part", user_id, user_id).store(), "figurines", sealer(), "figurine.picture")

    def put(each: UUID) -> None:
        for size, data in SIZES.items():
            bucket.put(f"{each}/1/1-{size}", data, owner=str(user_id))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, ids))


def measure(task: Task) -> Measured:
    """In a process of its own, as a worker is."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rights_export", json.dumps(asdict(task))],
        capture_output=True,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def write_part(task: Task) -> int:
    store, own = task.store(), sealer()
    database = Database(task.postgres, application="bench")
    pictures = SealedBucket(store, "figurines", own, "figurine.picture")
    shelves = {name: Shelf(store, name, lambda _: pictures) for name in ("uploads", "photos", "figurines")}
    sources = Sources(database=database, inventory=INVENTORY, shelves=shelves)
    length = 0

    def counted() -> Iterator[bytes]:
        nonlocal length
        for piece in written(sources.drafts(UUID(task.user_id))):
            length += len(piece)
            yield piece

    export_bucket(store, SecretStr(KEY)).put_pieces(task.part, counted(), owner=task.user_id)
    database.close()
    return length


def put_together(task: Task) -> int:
    gathering = Gathering(
        request_id=UUID(task.request_id),
        user_id=UUID(task.user_id),
        attempt=1,
        asked_at=SYSTEM_CLOCK.now(),
        kind="access",
        parts=[GivenPart(service="generation", object=task.part, bytes=0, sha256="")],
    )
    return Assembler(export_bucket(task.store(), SecretStr(KEY))).put(gathering, lambda pieces: pieces)


def files_in(task: Task) -> int:
    """How many files a part holds."""
    reader = PartReader(export_bucket(task.store(), SecretStr(KEY)), task.part, owner=task.user_id)
    return sum(1 for entry in reader.entries() if entry.kind is Kind.FILE)


def clear(task: Task) -> None:
    task.store().delete_all(EXPORTS, f"{task.request_id}/")


def memory(of: str) -> float:
    found = re.search(rf"{of}:\s+(\d+) kB", Path(f"/proc/{os.getpid()}/status").read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    given = Task(**json.loads(sys.argv[1]))
    before = memory("VmRSS")
    began = time.perf_counter()
    if given.do == "erase":
        length, seconds = 0, erase(given)
    else:
        length = write_part(given) if given.do == "part" else put_together(given)
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "peak": memory("VmHWM"), "before": before, "megabytes": length / 1e6}))
