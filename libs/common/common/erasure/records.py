"""What is still to be done about somebody who leaves, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection, notify
from common.erasure.leaving import OutOfReach
from common.erasure.statements import ClassOutcome
from common.inventory.planning import Plan, plan_from, plan_to

# How long one step may take before somebody else begins it again.
LEASE = timedelta(minutes=2)
# How soon it is asked again whether work under way has ended, or a server is back.
AGAIN = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=1)


class ErasureState(StrEnum):
    """`called`: whoever waited for the others need wait no more."""

    FENCED = "fenced"
    CALLED = "called"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of each kind of record so far, and what partners keep."""

    classes: Mapping[str, ClassOutcome] = field(default_factory=dict[str, ClassOutcome])
    out_of_reach: Sequence[OutOfReach] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure that is not over, or (without `user_id`) one that is."""

    request_id: UUID
    user_id: UUID | None
    state: ErasureState
    fenced_at: datetime
    plan: Plan | None
    outcome: Outcomes
    attempts: int
    statement: str | None
    signature: str | None


def channel_of(service: str) -> str:
    """The LISTEN/NOTIFY channel on which a service's eraser waits."""
    return f"{service}.erasures"


class Erasures:
    """One service's erasures in one transaction."""

    def __init__(self, connection: Connection, clock: Clock, service: str) -> None:
        self._connection = connection
        self._clock = clock
        self._channel = channel_of(service)

    def begin(self, request_id: UUID, user_id: UUID) -> bool:
        """Write down what is to be done; False where it was before."""
        now = self._clock.now()
        begun = self._connection.execute(
            """
            INSERT INTO erasures (request_id, user_id, state, fenced_at, next_try_at)
            VALUES (%s, %s, 'fenced', %s, %s)
            ON CONFLICT (request_id) DO NOTHING
            """,
            [request_id, user_id, now, now],
        ).rowcount
        notify(self._connection, self._channel)
        return bool(begun)

    def find(self, request_id: UUID) -> Erasure | None:
        """An erasure, over or not."""
        return self._read(
            """
            SELECT request_id, user_id, state, fenced_at, plan, outcome, attempts, statement, signature
              FROM erasures WHERE request_id = %s
            """,
            [request_id],
        )

    def call(self, request_id: UUID) -> None:
        """The others are done: who waited for them goes on."""
        self._connection.execute(
            "UPDATE erasures SET state = 'called', next_try_at = %s WHERE request_id = %s AND state = 'fenced'",
            [self._clock.now(), request_id],
        )
        notify(self._connection, self._channel)

    def claim(self, *, waits_for_others: bool) -> Erasure | None:
        """The next one to go on with; nobody else gets it for a while."""
        now = self._clock.now()
        return self._read(
            """
            UPDATE erasures SET attempts = attempts + 1, next_try_at = %(lease)s
             WHERE request_id = (
                SELECT request_id FROM erasures
                 WHERE state <> 'erased' AND next_try_at <= %(now)s AND (state <> 'fenced' OR NOT %(waits)s)
                 ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING request_id, user_id, state, fenced_at, plan, outcome, attempts, statement, signature
            """,
            {"now": now, "lease": now + LEASE, "waits": waits_for_others},
        )

    def hold(self, request_id: UUID) -> None:
        """Nobody else gets it for a while longer: it is being worked on."""
        self._connection.execute(
            "UPDATE erasures SET next_try_at = %s WHERE request_id = %s AND state <> 'erased'",
            [self._clock.now() + LEASE, request_id],
        )

    def put_off(self, erasure: Erasure, *, failed: bool) -> None:
        """Try again soon; later and later where it failed, for whatever is away will be back."""
        pause = min(AGAIN * 2 ** min(erasure.attempts, 6), _LONGEST_PAUSE) if failed else AGAIN
        self._connection.execute(
            """
            UPDATE erasures SET next_try_at = %s, attempts = CASE WHEN %s THEN attempts ELSE 0 END
             WHERE request_id = %s AND state <> 'erased'
            """,
            [self._clock.now() + pause, failed, erasure.request_id],
        )

    def keep_plan(self, request_id: UUID, plan: Plan) -> None:
        """Write down how to find what was theirs, before anything is destroyed."""
        self._connection.execute(
            "UPDATE erasures SET plan = %s WHERE request_id = %s", [Jsonb(plan_to(plan)), request_id]
        )

    def keep_outcome(self, request_id: UUID, outcome: Outcomes) -> None:
        """The rows are gone; what became of them is known only now."""
        kept = {
            "classes": {name: asdict(each) for name, each in outcome.classes.items()},
            "out_of_reach": [
                {**asdict(each), "until": each.until.isoformat() if each.until else None}
                for each in outcome.out_of_reach
            ],
        }
        self._connection.execute("UPDATE erasures SET outcome = %s WHERE request_id = %s", [Jsonb(kept), request_id])

    def end(self, request_id: UUID, *, statement: str, signature: str) -> None:
        """It is over: who it was is forgotten here, too."""
        self._connection.execute(
            """
            UPDATE erasures SET state = 'erased', user_id = NULL, plan = NULL, statement = %s, signature = %s,
                   erased_at = %s
             WHERE request_id = %s
            """,
            [statement, signature, self._clock.now(), request_id],
        )

    def _read(self, query: LiteralString, parameters: Sequence[object] | Mapping[str, object]) -> Erasure | None:
        with self._connection.cursor(row_factory=kwargs_row(_erasure)) as cursor:
            return cursor.execute(query, parameters).fetchone()


def _erasure(*, state: str, plan: Mapping[str, Any] | None, outcome: Mapping[str, Any] | None, **rest: Any) -> Erasure:
    return Erasure(
        state=ErasureState(state),
        plan=plan_from(plan) if plan else None,
        outcome=_outcomes(outcome) if outcome else Outcomes(),
        **rest,
    )


def _outcomes(kept: Mapping[str, Any]) -> Outcomes:
    return Outcomes(
        classes={name: ClassOutcome(**each) for name, each in kept["classes"].items()},
        out_of_reach=[_out_of_reach(**each) for each in kept["out_of_reach"]],
    )


def _out_of_reach(*, until: str | None, **rest: Any) -> OutOfReach:
    return OutOfReach(until=datetime.fromisoformat(until) if until else None, **rest)
