"""Second factors: what an app shares with the studio, passkeys, and codes for the day they are lost."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer, blind_index
from gateway.domain.factors import CHALLENGE_LIFETIME, Factors, NewPasskey, Passkey, Totp, plain_code


class SecondFactors:
    """Secrets and names are sealed under their owner's key; codes are kept as keyed digests only."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, index_key: bytes) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._index_key = index_key

    def of(self, account_id: UUID) -> Factors:
        """All that somebody has."""
        totp = self.totp(account_id)
        row = self._connection.execute(
            "SELECT count(*) FROM recovery_codes WHERE account_id = %s", [account_id]
        ).fetchone()
        return Factors(
            totp_since=totp.confirmed_at if totp else None,
            passkeys=self.passkeys(account_id),
            codes_left=int(row[0]) if row else 0,
        )

    def any(self, account_id: UUID) -> bool:
        """Whether there is one."""
        row = self._connection.execute(
            """
            SELECT EXISTS (SELECT FROM totp WHERE account_id = %(id)s AND confirmed_at IS NOT NULL)
                OR EXISTS (SELECT FROM passkeys WHERE account_id = %(id)s)
            """,
            {"id": account_id},
        ).fetchone()
        return bool(row and row[0])

    def totp(self, account_id: UUID) -> Totp | None:
        """The secret of her app, confirmed or not."""
        with self._connection.cursor(row_factory=kwargs_row(self._totp)) as cursor:
            return cursor.execute(
                "SELECT account_id, secret, made_at, confirmed_at FROM totp WHERE account_id = %s", [account_id]
            ).fetchone()

    def begin_totp(self, account_id: UUID, secret: str) -> bool:
        """Keep a secret that waits for its first code, in the place of one that did; False where an app is set up."""
        sealed = self._sealer.seal(secret.encode(), owner=str(account_id), purpose="totp.secret")
        return bool(
            self._connection.execute(
                """
                INSERT INTO totp (account_id, secret, made_at) VALUES (%s, %s, %s)
                ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at
                 WHERE totp.confirmed_at IS NULL
                """,
                [account_id, sealed, self._clock.now()],
            ).rowcount
        )

    def use_step(self, account_id: UUID, step: int, *, confirm: bool = False) -> bool:
        """Use the code of that half minute up, and no earlier one after it; False when it was used before.

        Of several who have the same code at once, one gets through.
        """
        return bool(
            self._connection.execute(
                """
                UPDATE totp SET last_step = %(step)s, confirmed_at = coalesce(confirmed_at, %(now)s)
                 WHERE account_id = %(id)s AND last_step < %(step)s AND (confirmed_at IS NULL) = %(confirm)s
                """,
                {"id": account_id, "step": step, "now": self._clock.now(), "confirm": confirm},
            ).rowcount
        )

    def drop_totp(self, account_id: UUID) -> bool:
        """Forget her app; whether there was one."""
        row = self._connection.execute(
            "DELETE FROM totp WHERE account_id = %s RETURNING confirmed_at IS NOT NULL", [account_id]
        ).fetchone()
        return bool(row and row[0])

    def put_codes(self, account_id: UUID, codes: Sequence[str]) -> None:
        """Codes in the place of those there were."""
        self.drop_codes(account_id)
        now = self._clock.now()
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO recovery_codes (account_id, digest, made_at) VALUES (%s, %s, %s)",
                [(account_id, self._digest(account_id, code), now) for code in codes],
            )

    def use_code(self, account_id: UUID, code: str) -> bool:
        """Use a recovery code up; False when it is none of hers, or not any more."""
        return bool(
            self._connection.execute(
                "DELETE FROM recovery_codes WHERE account_id = %s AND digest = %s",
                [account_id, self._digest(account_id, code)],
            ).rowcount
        )

    def drop_codes(self, account_id: UUID) -> None:
        """Forget them all."""
        self._connection.execute("DELETE FROM recovery_codes WHERE account_id = %s", [account_id])

    def passkeys(self, account_id: UUID) -> list[Passkey]:
        """Her passkeys, the oldest first."""
        with self._connection.cursor(row_factory=kwargs_row(self._passkey)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, credential_id, public_key, sign_count, name, made_at, last_used_at
                  FROM passkeys WHERE account_id = %s ORDER BY made_at, id
                """,
                [account_id],
            ).fetchall()

    def find_passkey(self, credential_id: bytes) -> Passkey | None:
        """The passkey with this id of its device's."""
        with self._connection.cursor(row_factory=kwargs_row(self._passkey)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, credential_id, public_key, sign_count, name, made_at, last_used_at
                  FROM passkeys WHERE credential_id = %s
                """,
                [credential_id],
            ).fetchone()

    def add_passkey(self, account_id: UUID, made: NewPasskey, name: str) -> Passkey | None:
        """Keep a passkey; None when it is known already."""
        passkey_id = self._clock.new_id()
        sealed = self._sealer.seal(name.encode(), owner=str(account_id), purpose="passkeys.name")
        added = self._connection.execute(
            """
            INSERT INTO passkeys (id, account_id, credential_id, public_key, sign_count, name, made_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (credential_id) DO NOTHING
            """,
            [passkey_id, account_id, made.credential_id, made.public_key, made.sign_count, sealed, self._clock.now()],
        ).rowcount
        return self.find_passkey(made.credential_id) if added else None

    def use_passkey(self, passkey: Passkey, sign_count: int) -> bool:
        """Keep how often it was used; False when it was used or removed meanwhile."""
        return bool(
            self._connection.execute(
                "UPDATE passkeys SET sign_count = %s, last_used_at = %s WHERE id = %s AND sign_count = %s",
                [sign_count, self._clock.now(), passkey.id, passkey.sign_count],
            ).rowcount
        )

    def drop_passkey(self, account_id: UUID, passkey_id: UUID) -> bool:
        """Forget one; False when it is none of hers."""
        return bool(
            self._connection.execute(
                "DELETE FROM passkeys WHERE id = %s AND account_id = %s", [passkey_id, account_id]
            ).rowcount
        )

    def drop_all(self, account_id: UUID) -> None:
        """Forget everything."""
        self.drop_totp(account_id)
        self.drop_codes(account_id)
        self._connection.execute("DELETE FROM passkeys WHERE account_id = %s", [account_id])

    def ask(self, challenge: bytes, account_id: UUID | None) -> UUID:
        """Remember what a passkey is to sign: of who adds one, or of somebody who signs in."""
        challenge_id, now = self._clock.new_id(), self._clock.now()
        self._connection.execute(
            "INSERT INTO passkey_challenges (id, account_id, challenge, expires_at) VALUES (%s, %s, %s, %s)",
            [challenge_id, account_id, challenge, now + CHALLENGE_LIFETIME],
        )
        return challenge_id

    def take_challenge(self, challenge_id: UUID, account_id: UUID | None) -> bytes | None:
        """What was to be signed; it is used up by that, whatever the answer is worth."""
        row = self._connection.execute(
            """
            DELETE FROM passkey_challenges WHERE id = %s AND account_id IS NOT DISTINCT FROM %s AND expires_at > %s
         RETURNING challenge
            """,
            [challenge_id, account_id, self._clock.now()],
        ).fetchone()
        return bytes(row[0]) if row else None

    def _digest(self, account_id: UUID, code: str) -> bytes:
        return blind_index(self._index_key, f"recovery code {account_id} {plain_code(code)}")

    def _totp(self, *, account_id: UUID, secret: bytes, **columns: Any) -> Totp:
        opened = self._sealer.open(secret, owner=str(account_id), purpose="totp.secret").decode()
        return Totp(account_id=account_id, secret=opened, **columns)

    def _passkey(
        self, *, account_id: UUID, name: bytes, credential_id: bytes, public_key: bytes, **columns: Any
    ) -> Passkey:
        opened = self._sealer.open(name, owner=str(account_id), purpose="passkeys.name").decode()
        return Passkey(
            account_id=account_id,
            name=opened,
            credential_id=bytes(credential_id),
            public_key=bytes(public_key),
            **columns,
        )
