"""A workshop on real servers with an engine that does as it is told."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from minio import Minio

from common.clock import MovableClock
from common.contracts import EVENTS, Event, decode
from common.work import UnitOfWork
from gateway.adapters.uploads import S3Uploads
from generation import use_cases
from generation.adapters.catalogue import read_catalogue
from generation.adapters.objects import S3Pictures
from generation.domain import Figurine
from generation.jobs import Album, Workshop
from generation.repository import Work
from tests.builders import Life
from tests.fakes.engine import FakeEngine

CATALOGUE = read_catalogue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Everything a test of jobs works with."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    engine: FakeEngine
    uploads: S3Uploads
    pictures: S3Pictures
    workshop: Workshop
    album: Album
    client: Minio
    buckets: dict[str, str]

    def order(self, life: Life, *, title: str = "Ada", note: str = "") -> Life:
        """The photo comes, and with it the order."""
        return self.accept(self.bring(life, b"the photo", title=title, note=note))

    def bring(self, life: Life, jpeg: bytes | None, *, title: str = "", note: str = "") -> Life:
        """The photo and the words are stored; the order will say what opens them."""
        keys = self.uploads.put(life.upload_id, jpeg, title=title, note=note, owner=life.user_id)
        upload_key, words_key = (b64encode(key or b"").decode() for key in (keys.photo, keys.words))
        return replace(life, upload_key=upload_key, words_key=words_key)

    def accept(self, life: Life) -> Life:
        """The order comes; whether there is a photo is another question."""
        with self.unit.begin() as work:
            use_cases.accept_order(work, life.uploaded(), catalogue=self.workshop.painters.styles)
        return life

    def afford(self, life: Life) -> Life:
        """The credits are set aside."""
        with self.unit.begin() as work:
            use_cases.queue_job(work, life.held())
        return life

    def ready(self, **fields: Any) -> Life:
        """A figurine that waits for a renderer."""
        return self.afford(self.order(Life(began=self.clock.now(), **fields)))

    def claim(self) -> Figurine | None:
        """A renderer takes the next job, and that is all it does."""
        workshop = self.workshop
        with self.unit.begin() as work:
            return use_cases.claim_job(work, lease=workshop.lease, painters=workshop.painters, engines=workshop.engines)

    def cancel(self, life: Life) -> None:
        """The person changes her mind."""
        with self.unit.begin() as work:
            use_cases.cancel_figurine(work, life.user_id, life.figurine_id)

    def state(self, life: Life) -> tuple[str, str | None, int]:
        """State, failure code, and how many attempts there were."""
        return self.one("SELECT state, failure_code, attempt FROM figurines WHERE id = %s", life.figurine_id)

    def upload(self, life: Life) -> tuple[str, str | None]:
        """What became of the photo, and why."""
        return self.one("SELECT state, reason FROM uploads WHERE id = %s", life.upload_id)

    def one(self, query: str, value: object) -> Any:
        """The one row of a query."""
        with self.unit.database.begin() as connection:
            (row,) = connection.execute(query.encode(), [value]).fetchall()
        return row

    def run(self, use_case: Callable[[Work], int]) -> int:
        """A use case that needs only rows, as the clock runs it."""
        return self.workshop.in_transaction(use_case)()

    def told(self, life: Life) -> list[Event]:
        """What was published about a figurine, in order."""
        with self.unit.database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        events = [decode(body, EVENTS).event for (body,) in rows]
        return [event for event in events if event.subject == str(life.figurine_id)]

    def types_told(self, life: Life) -> list[str]:
        """The types of these events."""
        return [event.type for event in self.told(life)]

    def keys(self, bucket: str, prefix: object) -> list[str]:
        """What the store holds under a prefix, every version and delete marker."""
        found = self.client.list_objects(
            self.buckets[bucket], prefix=f"{prefix}/", recursive=True, include_version=True
        )
        return sorted(str(each.object_name) for each in found)

    def flip_a_byte(self, bucket: str, key: str) -> None:
        """Damage a sealed object where it lies."""
        with self.client.get_object(self.buckets[bucket], key) as stored:
            sealed, beside = bytearray(stored.read()), stored.headers.get("x-amz-meta-sealed-key")
        sealed[20] ^= 1
        metadata: dict[str, Any] = {"sealed-key": beside} if beside else {}
        self.client.put_object(self.buckets[bucket], key, BytesIO(sealed), len(sealed), metadata=metadata)

    def with_workshop(self, **parts: Any) -> "Shop":
        """The same shop with other parts in its workshop."""
        return replace(self, workshop=replace(self.workshop, **parts))
