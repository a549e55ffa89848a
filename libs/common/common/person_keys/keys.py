"""Whose key seals what: looked up, made on first use, remembered for a short while."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from common.clock import Clock
from common.database import Connection, Database
from common.erasure.fence import Fence
from common.errors import Unavailable
from common.person_keys import rows
from common.person_keys.cache import KeyCache
from common.sealing import Keyring, PersonKey, Sealer, Unsealable, is_under_a_person
from common.sealing.keyring import DataKey


class PersonKeys:
    """The keys of a service's people. One in each process; threads may share it.

    Whoever the fence knows to be gone gets no new key: sealing for her raises PersonGone.
    """

    def __init__(self, keyring: Keyring, *, fence: Fence | None = None, cache: KeyCache | None = None) -> None:
        self.keyring = keyring
        self._fence = fence
        self._cache = KeyCache() if cache is None else cache

    def sealer(
        self, connection: Connection, clock: Clock, *, owners: Iterable[UUID] = (), keyring: Keyring | None = None
    ) -> Sealer:
        """Seals for people in the transaction of this connection, and is of use as long as that.

        The keys of `owners` are read in one query, and made where there are none. What lies under no person's key
        opens with `keyring`: the service's own, unless it is one that another service seals with.
        """
        given = self.of(connection, clock, owners)
        return Sealer(_InTransaction(self, connection, clock, given, keyring or self.keyring))

    def sealer_of(self, database: Database, clock: Clock, *, keyring: Keyring | None = None) -> Sealer:
        """Seals for people outside any transaction; threads may share it. `keyring` as in `sealer`.

        Inside one it could wait for a second connection while others wait for the first.
        """
        return Sealer(_OutsideTransactions(self, database, clock, keyring or self.keyring))

    def known(self, connection: Connection, owners: Iterable[UUID]) -> Mapping[UUID, PersonKey]:
        """The keys of those of these people who have one; at most one query. Raises Unsealable."""
        cached = {owner: self._cache.get(owner) for owner in owners}
        found = {owner: key for owner, key in cached.items() if key is not None}
        missing = [owner for owner in cached if owner not in found]
        return {**found, **self._read(connection, missing)} if missing else found

    def of(self, connection: Connection, clock: Clock, owners: Iterable[UUID]) -> Mapping[UUID, PersonKey]:
        """A key for each of these people, made where there was none. Raises PersonGone, Unavailable, Unsealable."""
        wanted = set(owners)
        found = self.known(connection, wanted)
        missing = [owner for owner in wanted if owner not in found]
        if not missing:
            return found
        rows.create(connection, self.keyring, clock, missing, fence=self._fence)
        made = self._read(connection, missing)
        if len(made) < len(missing):
            # Somebody else's was there, and went before it could be read.
            raise Unavailable("A key was destroyed while it was asked for. Try again.")
        return {**found, **made}

    def cached(self, owner: UUID) -> PersonKey | None:
        """The person's key, if this process used it lately."""
        return self._cache.get(owner)

    def remember(self, key: PersonKey) -> None:
        """Keep a key at hand whose row is committed."""
        self._cache.put(key)

    def forget(self, owner: UUID) -> None:
        """This process stops using the person's key at once; others do within the cache's time."""
        self._cache.drop(owner)

    def _read(self, connection: Connection, owners: list[UUID]) -> dict[UUID, PersonKey]:
        read: dict[UUID, PersonKey] = {}
        for found in rows.find(connection, self.keyring, owners):
            read[found.key.user_id] = found.key
            # One made in this very transaction may yet be rolled back: what others sealed under it would be lost.
            if found.lasts:
                self._cache.put(found.key)
        return read


class _InTransaction:
    """Data keys under the keys of people, over one connection."""

    def __init__(
        self,
        keys: PersonKeys,
        connection: Connection,
        clock: Clock,
        given: Mapping[UUID, PersonKey],
        keyring: Keyring,
    ) -> None:
        self._keys = keys
        self._keyring = keyring
        self._connection = connection
        self._clock = clock
        self._given = given
        # By the words in which owners are named: of a list, each value after the first asks no more than this.
        self._seen: dict[str, PersonKey] = {}

    def wrap(self, data_key: DataKey, *, owner: str) -> bytes:
        return self._of(owner).wrap(data_key)

    def unwrap(self, wrapped: bytes, *, owner: str) -> DataKey:
        if not is_under_a_person(wrapped):
            return self._keyring.unwrap(wrapped, owner=owner)
        return _that_opens(wrapped, self._seen.get(owner) or self._known(UUID(owner)))

    def wraps_now(self, wrapped: bytes, *, owner: str) -> bool:
        return self._of(owner).has_wrapped(wrapped)

    def _known(self, owner: UUID) -> PersonKey | None:
        key = self._given.get(owner) or self._keys.known(self._connection, [owner]).get(owner)
        # One that was made in this very transaction is not remembered: a part of that may be taken back.
        if key is not None and self._keys.cached(owner) is not None:
            self._seen[str(owner)] = key
        return key

    def _of(self, owner: str) -> PersonKey:
        user_id = UUID(owner)
        return (
            self._seen.get(owner)
            or self._known(user_id)
            or self._keys.of(self._connection, self._clock, [user_id])[user_id]
        )


class _OutsideTransactions:
    """The same with a short transaction for each key that is not at hand."""

    def __init__(self, keys: PersonKeys, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._keys = keys
        self._keyring = keyring
        self._database = database
        self._clock = clock

    def wrap(self, data_key: DataKey, *, owner: str) -> bytes:
        return self._of(UUID(owner)).wrap(data_key)

    def unwrap(self, wrapped: bytes, *, owner: str) -> DataKey:
        if not is_under_a_person(wrapped):
            return self._keyring.unwrap(wrapped, owner=owner)
        return _that_opens(wrapped, self._known(UUID(owner)))

    def wraps_now(self, wrapped: bytes, *, owner: str) -> bool:
        return self._of(UUID(owner)).has_wrapped(wrapped)

    def _known(self, owner: UUID) -> PersonKey | None:
        cached = self._keys.cached(owner)
        if cached is not None:
            return cached
        with self._database.begin() as connection:
            return self._keys.known(connection, [owner]).get(owner)

    def _of(self, owner: UUID) -> PersonKey:
        known = self._known(owner)
        if known is not None:
            return known
        with self._database.begin() as connection:
            made = self._keys.of(connection, self._clock, [owner])[owner]
        self._keys.remember(made)
        return made


def _that_opens(wrapped: bytes, key: PersonKey | None) -> DataKey:
    if key is None:
        raise Unsealable
    return key.unwrap(wrapped)
