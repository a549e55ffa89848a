"""The clock door's share of an erasure: step by step, each of which may be done again.

journal      the tombstone is written outside the database
settle       work under way ends
plan         how to find everything is written down
objects      are destroyed, with all versions
rows         are destroyed or lose their link, and the door is shut behind them
look         whether anything can still be found, by the plan's own keys
tell         what became of it, signed; and forget who it was
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

import structlog
from prometheus_client import Counter as Metric

from common.contracts.rights import UserDataErased
from common.erasure.emptying import told, with_residue
from common.erasure.fence import Fence
from common.erasure.journal import Journal
from common.erasure.records import Erasure, Erasures, Outcomes, channel_of
from common.erasure.statements import Statement, canonical, sign
from common.erasure.tombstones import Tombstones
from common.inventory.erasing import Outcome, Store, count_objects_left, count_rows_left, erase_objects, erase_rows
from common.inventory.keeping import kept_until
from common.inventory.planning import Plan, merged, plan_erasure, plan_to
from common.inventory.whose import Subject
from common.redaction import place_of
from common.service import Job, Service
from common.work import Opened

W = TypeVar("W")

# So often it is tried before the service says that something is left; it goes on trying.
TRIES_BEFORE_TELLING = 3
_OBJECTS_AT_ONCE = 500
ERASED = Metric("figurine_people_erased", "People whose data this service erased.")
FAILED = Metric("figurine_erasure_attempts_failed", "Attempts to erase somebody that did not succeed.", ["why"])
_log = structlog.stdlib.get_logger("common.erasure")


class Eraser(Generic[W]):
    """Erases whoever asked for it from one service."""

    def __init__(
        self,
        service: Service[W],
        fence: Fence,
        journal: Journal | None,
        store: Store,
        *,
        again: bool = False,
    ) -> None:
        """`again` is for who was erased before a backup was put back: nothing is under way, nobody is told twice."""
        self._again = again
        self._service = service
        self._unit = service.unit
        self._inventory = service.inventory
        self._leaving = service.leaving
        self._fence = fence
        self._journal = journal
        self._store = store

    def job(self) -> Job:
        """What the clock asks for."""
        return Job(
            name="erase people", every=timedelta(seconds=2), run=self.run, channel=channel_of(self._service.name)
        )

    def run(self) -> int:
        """Go on with one erasure; 0 when none waits."""
        with self._unit.open() as opened:
            erasure = self._erasures(opened).claim(waits_for_others=self._leaving.last)
        if erasure is None or erasure.user_id is None:
            return 0
        try:
            over = self._go_on(erasure, erasure.user_id)
        except Exception as error:  # whatever it was, it is tried again, and its absence is noticed elsewhere
            FAILED.labels(type(error).__name__).inc()
            kind, where = type(error).__name__, place_of(error)
            _log.warning("erasure put off", request_id=str(erasure.request_id), error=kind, where=where)
            self._put_off(erasure, failed=True)
        else:
            if not over:
                self._put_off(erasure, failed=False)
        return 1

    def _go_on(self, erasure: Erasure, user_id: UUID) -> bool:
        """Whether it is over."""
        self._write_journal(user_id)
        # What was emptied once is shut, and was settled then: whoever says goodbye does so once, whatever is left.
        if not (self._again or erasure.outcome.classes):
            with self._unit.open() as opened:
                if not self._leaving.settled(opened.work, user_id, erasure.request_id):
                    return False
        plan = self._plan(erasure, user_id)
        self._destroy_elsewhere(user_id)
        objects = self._destroy(erasure, plan)
        with self._unit.open() as opened:
            Tombstones(opened.connection).close(self._fence.mark(user_id), at=opened.clock.now())
            # What was written since the plan belongs to it; from here on nothing more is.
            complete = merged(plan, plan_erasure(opened.connection, self._inventory, self._subject(user_id)))
            outcomes = self._empty(opened, erasure, complete, objects)
        if complete.objects != plan.objects:
            self._destroy(erasure, complete)
        return self._conclude(erasure, complete, outcomes)

    def _write_journal(self, user_id: UUID) -> None:
        mark = self._fence.mark(user_id)
        with self._unit.open() as opened:
            stones = Tombstones(opened.connection)
            stone = None if stones.is_journaled(mark) else stones.of(mark)
        if stone is None or self._journal is None:
            return
        self._journal.write(replace(stone, aliases=self._service.pseudonyms(user_id)))
        with self._unit.open() as opened:
            Tombstones(opened.connection).mark_journaled(mark, at=opened.clock.now())

    def _plan(self, erasure: Erasure, user_id: UUID) -> Plan:
        with self._unit.open() as opened:
            plan = plan_erasure(opened.connection, self._inventory, self._subject(user_id))
            plan = merged(erasure.plan, plan) if erasure.plan else plan
            self._erasures(opened).keep_plan(erasure.request_id, plan)
        return plan

    def _subject(self, user_id: UUID) -> Subject:
        # Asked anew each time: a name may have been given since.
        return Subject(user_id=user_id, pseudonyms=self._service.pseudonyms(user_id))

    def _destroy(self, erasure: Erasure, plan: Plan) -> Mapping[str, Outcome]:
        done: dict[str, Outcome] = {}
        for piece in pieces(plan):
            for name, outcome in erase_objects(self._store, self._inventory, piece).items():
                done[name] = done.get(name, Outcome()).added(outcome)
            self._go_on_holding(erasure)
        return done

    def _destroy_elsewhere(self, user_id: UUID) -> None:
        with self._unit.open() as opened:
            elsewhere = self._leaving.put_elsewhere(opened.work, user_id)
        for bucket, names in elsewhere.items():
            for name in names:
                self._store.delete_all(bucket, name)

    def _go_on_holding(self, erasure: Erasure) -> None:
        with self._unit.open() as opened:
            self._erasures(opened).hold(erasure.request_id)

    def _empty(self, opened: Opened[W], erasure: Erasure, plan: Plan, objects: Mapping[str, Outcome]) -> Outcomes:
        connection = opened.connection
        by_partners = self._leaving.out_of_reach(opened.work, plan.subject.user_id)
        until = kept_until(connection, self._inventory, plan)
        pseudonym = self._fence.pseudonym(erasure.request_id)
        rows = erase_rows(connection, self._inventory, plan, pseudonym=pseudonym)
        done = {**objects, **rows}
        outcomes = Outcomes(
            classes=told(self._inventory, plan, done, until, erasure.outcome.classes),
            out_of_reach=erasure.outcome.out_of_reach or by_partners,
        )
        erasures = self._erasures(opened)
        erasures.keep_plan(erasure.request_id, plan)
        erasures.keep_outcome(erasure.request_id, outcomes)
        return outcomes

    def _conclude(self, erasure: Erasure, plan: Plan, outcomes: Outcomes) -> bool:
        with self._unit.open() as opened:
            rows = count_rows_left(opened.connection, self._inventory, plan)
        objects: Counter[str] = Counter()
        for piece in pieces(plan):
            objects.update(count_objects_left(self._store, self._inventory, piece))
            self._go_on_holding(erasure)
        statement = Statement(
            request_id=erasure.request_id,
            service=self._service.name,
            plan=hashlib.sha256(canonical(plan_to(plan)).encode()).hexdigest(),
            fenced_at=erasure.fenced_at,
            erased_at=self._unit.clock.now(),
            classes=with_residue(outcomes.classes, {**rows, **objects}),
            out_of_reach=outcomes.out_of_reach,
        )
        if statement.residue:
            FAILED.labels("residue").inc()
            if erasure.attempts >= TRIES_BEFORE_TELLING:
                self._tell(statement, over=False)
            raise SomethingLeft
        self._tell(statement, over=True)
        ERASED.inc()
        return True

    def _tell(self, statement: Statement, *, over: bool) -> None:
        text = statement.text()
        signature = sign(self._service.settings.receipt_key, text)
        with self._unit.open() as opened:
            if over:
                self._erasures(opened).end(statement.request_id, statement=text, signature=signature)
            opened.outbox.add(
                UserDataErased(
                    request_id=statement.request_id,
                    service=self._service.name,
                    residue=statement.residue,
                    statement=text,
                    signature=signature,
                )
            )

    def _put_off(self, erasure: Erasure, *, failed: bool) -> None:
        with self._unit.open() as opened:
            self._erasures(opened).put_off(erasure, failed=failed)

    def _erasures(self, opened: Opened[W]) -> Erasures:
        return Erasures(opened.connection, opened.clock, self._service.name)


def pieces(plan: Plan) -> Iterator[Plan]:
    """The plan for so many objects at a time, so that no step outlasts the lease; at least one."""
    yield replace(plan, objects={name: names[:_OBJECTS_AT_ONCE] for name, names in plan.objects.items()})
    for first in range(_OBJECTS_AT_ONCE, max(map(len, plan.objects.values()), default=0), _OBJECTS_AT_ONCE):
        until = first + _OBJECTS_AT_ONCE
        yield replace(plan, objects={name: names[first:until] for name, names in plan.objects.items()})


class SomethingLeft(Exception):
    """Something of theirs could still be found."""
