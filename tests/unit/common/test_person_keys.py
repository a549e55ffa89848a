"""People's keys: what one wrapped opens for nobody else, and not with the keyring alone; remembered for a moment."""

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from common.person_keys import KeyCache
from common.sealing import DataKeys, Keyring, PersonKey, Sealer, Unsealable, is_under_a_person
from common.sealing.keyring import DataKey

MASTER = bytes(range(32))
KEYRING = Keyring({258: MASTER}, current=258)
ADA, BOB = UUID(int=1), UUID(int=2)


class Held(DataKeys):
    """The keys of these people, as a service's are once they are read."""

    def __init__(self, *keys: PersonKey) -> None:
        self._keys = {str(key.user_id): key for key in keys}

    def wrap(self, data_key: DataKey, *, owner: str) -> bytes:
        return self._keys[owner].wrap(data_key)

    def unwrap(self, wrapped: bytes, *, owner: str) -> DataKey:
        return self._keys[owner].unwrap(wrapped) if is_under_a_person(wrapped) else KEYRING.unwrap(wrapped, owner=owner)

    def wraps_now(self, wrapped: bytes, *, owner: str) -> bool:
        return self._keys[owner].has_wrapped(wrapped)


ADAS, BOBS = PersonKey.fresh(uuid4(), ADA), PersonKey.fresh(uuid4(), BOB)
SEALER = Sealer(Held(ADAS, BOBS))


def sealed_for(owner: UUID, value: bytes = b"fourteen bytes") -> bytes:
    return SEALER.seal(value, owner=str(owner), purpose="accounts.name")


def opened(sealed: bytes, owner: UUID, sealer: Sealer = SEALER) -> bytes:
    return sealer.open(sealed, owner=str(owner), purpose="accounts.name")


class TestFormat:
    def test_a_value_under_a_persons_key_has_its_parts_where_the_format_says(self) -> None:
        sealed = sealed_for(ADA, b"ada")
        assert len(sealed) == 84 + 3 + 16
        assert sealed[:17] == b"\x02" + ADAS.id.bytes
        data_key = AESGCM(ADAS.key).decrypt(sealed[17:29], sealed[29:84], b"figurine data key" + sealed[:17])
        context = b"\x00\x0daccounts.name" + str(ADA).encode()
        assert AESGCM(data_key[:32]).decrypt(data_key[32:] + b"\x00\x00\x00\x00\x01", sealed[84:], context) == b"ada"

    def test_a_persons_key_lies_under_the_keyring_where_the_format_says(self) -> None:
        wrapped = ADAS.sealed(KEYRING)
        assert len(wrapped) == 65
        assert wrapped[:5] == b"\x03\x00\x00\x01\x02"
        context = b"figurine person key" + wrapped[:5] + ADAS.id.bytes + ADA.bytes
        assert AESGCM(MASTER).decrypt(wrapped[5:17], wrapped[17:], context) == ADAS.key

    def test_a_value_of_before_opens_and_can_be_moved_without_touching_its_data(self) -> None:
        old = Sealer(KEYRING).seal(b"ada", owner=str(ADA), purpose="accounts.name")
        assert opened(old, ADA) == b"ada"
        moved = SEALER.rewrap(old, owner=str(ADA))
        assert is_under_a_person(moved)
        assert moved[84:] == old[72:]
        assert opened(moved, ADA) == b"ada"
        assert SEALER.rewrap(moved, owner=str(ADA)) == moved


class TestRefusals:
    def test_what_one_persons_key_wrapped_does_not_open_with_anothers(self) -> None:
        with pytest.raises(Unsealable):
            opened(sealed_for(ADA), BOB)
        with pytest.raises(Unsealable):
            BOBS.unwrap(ADAS.wrap(DataKey.fresh()))

    def test_the_keyring_alone_opens_nothing_of_a_persons(self) -> None:
        with pytest.raises(Unsealable):
            opened(sealed_for(ADA), ADA, Sealer(KEYRING))

    def test_a_row_of_a_key_moved_to_somebody_else_does_not_open(self) -> None:
        wrapped = ADAS.sealed(KEYRING)
        assert PersonKey.opened(wrapped, KEYRING, id=ADAS.id, user_id=ADA) == ADAS
        for id, user_id in ((ADAS.id, BOB), (BOBS.id, ADA)):
            with pytest.raises(Unsealable):
                PersonKey.opened(wrapped, KEYRING, id=id, user_id=user_id)

    @given(place=st.integers(min_value=0, max_value=113), change=st.integers(min_value=1, max_value=255))
    def test_a_value_with_any_byte_changed_does_not_open(self, place: int, change: int) -> None:
        sealed = bytearray(sealed_for(ADA))
        assert len(sealed) == 114
        sealed[place] ^= change
        with pytest.raises(Unsealable):
            opened(bytes(sealed), ADA)

    @given(kept=st.integers(min_value=0, max_value=113))
    def test_a_value_cut_short_does_not_open(self, kept: int) -> None:
        with pytest.raises(Unsealable):
            opened(sealed_for(ADA)[:kept], ADA)

    @given(junk=st.binary(max_size=120))
    def test_a_key_that_was_never_wrapped_does_not_open(self, junk: bytes) -> None:
        with pytest.raises(Unsealable):
            PersonKey.opened(junk, KEYRING, id=ADAS.id, user_id=ADA)

    def test_no_key_shows_when_it_is_written_out(self) -> None:
        told = repr(ADAS)
        assert str(ADAS.id) in told
        assert ADAS.key.hex() not in told
        assert repr(ADAS.key) not in told


class TestCache:
    def test_a_key_is_remembered_for_a_fixed_time_however_often_it_is_used(self) -> None:
        now = 0.0
        cache = KeyCache(seconds=30, now=lambda: now)
        cache.put(ADAS)
        for now in (0.0, 10.0, 29.9):  # noqa: B007 - what the cache reads
            assert cache.get(ADA) == ADAS
        now = 30.0
        assert cache.get(ADA) is None

    def test_it_holds_no_more_than_it_may_and_gives_up_the_oldest(self) -> None:
        cache = KeyCache(most=2)
        keys = [PersonKey.fresh(uuid4(), uuid4()) for _ in range(3)]
        for key in keys:
            cache.put(key)
        assert [cache.get(key.user_id) for key in keys] == [None, keys[1], keys[2]]
        assert len(cache) == 2

    def test_keys_whose_time_is_over_are_not_kept_in_memory(self) -> None:
        now = 0.0
        cache = KeyCache(seconds=30, now=lambda: now)
        cache.put(ADAS)
        now = 31.0
        cache.put(BOBS)
        assert len(cache) == 1

    def test_a_key_can_be_forgotten_at_once(self) -> None:
        cache = KeyCache()
        cache.put(ADAS)
        cache.drop(ADA)
        cache.drop(BOB)
        assert cache.get(ADA) is None
