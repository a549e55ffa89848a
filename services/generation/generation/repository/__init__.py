"""Generation's rows, in literal SQL, inside one transaction."""

from common.clock import Clock
from common.database import Connection, notify
from common.outbox import Outbox
from common.parts import Exports
from common.person_keys import PersonKeys
from common.sealing import Keyring
from generation.repository.allowances import Allowances
from generation.repository.attempts import Attempts
from generation.repository.batches import Batches
from generation.repository.consents import Consents, Disclosures
from generation.repository.desk import Desk
from generation.repository.jobs import Jobs
from generation.repository.leaving import Leaving
from generation.repository.models import Models
from generation.repository.pictures import Pictures
from generation.repository.quality import Quality
from generation.repository.queue import Queue
from generation.repository.resealing import Resealing
from generation.repository.saved_photos import SavedPhotos
from generation.repository.seals import Seals
from generation.repository.sharing import Ratings, Shares
from generation.repository.uploads import Uploads

RENDER_CHANNEL = "generation.render"
BREAKER_CHANNEL = "generation.breakers"
DELETE_CHANNEL = "generation.delete"
MODEL_CHANNEL = "generation.model"
SAVE_CHANNEL = "generation.save"


class Work:
    """Generation's rooms in one transaction; with `keys` people's words are sealed.

    `upload_keys` is the keyring the gateway wraps the keys of uploads with.
    """

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        clock: Clock,
        *,
        keys: PersonKeys | None = None,
        upload_keys: Keyring | None = None,
    ) -> None:
        self.jobs = Jobs(connection, clock)
        self.queue = Queue(connection, clock)
        self.attempts = Attempts(connection, clock)
        self.batches = Batches(connection, clock)
        self.pictures = Pictures(connection)
        self.models = Models(connection, clock)
        self.uploads = Uploads(connection, clock)
        self.saved_photos = SavedPhotos(connection, clock)
        self.leaving = Leaving(connection, clock)
        self.shares = Shares(connection)
        self.ratings = Ratings(connection)
        self.quality = Quality(connection)
        self.allowances = Allowances(connection)
        self.consents = Consents(connection)
        self.disclosures = Disclosures(connection, clock)
        self.exports = Exports(connection, clock)
        self.resealing = Resealing(connection, clock)
        self.outbox = outbox
        self.clock = clock
        self._connection = connection
        self._keys = keys
        self._upload_keys = upload_keys

    @property
    def desk(self) -> Desk:
        """What operators see and switch."""
        return Desk(self._connection, self.clock)

    @property
    def seals(self) -> Seals:
        """What seals people's words. Raises LookupError where there is nothing to seal."""
        return self._seals(None)

    @property
    def upload_seals(self) -> Seals:
        """What takes the keys of uploads from the gateway's hands. Raises LookupError as `seals` does."""
        return self._seals(self._upload_keys)

    def _seals(self, keyring: Keyring | None) -> Seals:
        if self._keys is None:
            raise LookupError("these rooms were built without keys: give keys=…")
        return Seals(self._keys.sealer(self._connection, self.clock, keyring=keyring))

    def wake_renderers(self) -> None:
        """Tell idle renderers, when this commits, that there is work."""
        notify(self._connection, RENDER_CHANNEL)

    def wake_breakers(self) -> None:
        """Tell every worker, when this commits, that an engine is to be tried again."""
        notify(self._connection, BREAKER_CHANNEL)

    def wake_deletion(self) -> None:
        """Tell the deletion jobs, when this commits, that a photo or a figurine may go."""
        notify(self._connection, DELETE_CHANNEL)

    def wake_album(self) -> None:
        """Tell whoever copies photos, when this commits, that one is to be saved."""
        notify(self._connection, SAVE_CHANNEL)

    def wake_makers(self) -> None:
        """Tell idle makers, when this commits, that somebody waits for a model."""
        notify(self._connection, MODEL_CHANNEL)
