"""The clock door: runs a service's jobs, every so often and at once when Postgres notifies.

ClockDoor(*, jobs: Sequence[Job], database: Database, timekeeper: Timekeeper | None = None)
    .run() blocks;  .stop() thread-safe, lets running jobs finish;  .healthy()
"""
# APScheduler ships no types; it is met here only.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from threading import Event
from time import monotonic, perf_counter

import psycopg
import structlog
from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import Counter, Gauge, Histogram
from psycopg import sql

from common.backoff import jittered
from common.clock import SYSTEM_CLOCK
from common.database import Connection, Database
from common.errors import Unavailable
from common.service import Job
from common.sweeps import GRACE, PERIODS, note_done, note_trouble, register
from common.timekeeping import ClocksDisagree, Timekeeper
from common.tracing import continued

RUNS = Counter("figurine_job_runs", "Runs of a job, by outcome.", ["job", "outcome"])
SECONDS = Histogram("figurine_job_seconds", "Seconds one run took.", ["job"])
LAST_SUCCESS = Gauge("figurine_job_last_success_timestamp_seconds", "When a run last succeeded.", ["job"])
SWEEP_LATE = Gauge("figurine_sweep_late", "Whether a sweep has not ended well for three of its periods.", ["job"])

_JITTER = 0.1
_NOTICE_STOP_SECONDS = 0.5
_log = structlog.stdlib.get_logger("common.clock_door")


class ClockDoor:
    """Keeps the appointments of a service. Threads and connections begin with `run`.

    Without a timekeeper sweeps believe the clock they have.
    """

    def __init__(self, *, jobs: Sequence[Job], database: Database, timekeeper: Timekeeper | None = None) -> None:
        self._database = database
        self._stopping = Event()
        self._sweeps = [job for job in jobs if job.sweep]
        self._appointments = [
            _Appointment(job, copy, self._stopping, database=database, timekeeper=timekeeper)
            for job in jobs
            for copy in range(1, job.parallel + 1)
        ]
        self._channels = sorted({job.channel for job in jobs if job.channel})
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(max(1, len(self._appointments)))}
        )

    def run(self) -> None:
        """Keep every appointment until stopped, then wait for the runs in progress."""
        self._expect_sweeps()
        for appointment in self._appointments:
            self._schedule(appointment)
        self._scheduler.add_listener(self._after_run, EVENT_JOB_EXECUTED)
        self._scheduler.start()
        try:
            self._listen_until_stopped()
        finally:
            self._stopping.set()
            self._scheduler.shutdown(wait=True)

    def stop(self) -> None:
        """Begin no further run; thread-safe."""
        self._stopping.set()

    def healthy(self) -> bool:
        """Whether appointments are being kept."""
        return bool(self._scheduler.running) and not self._stopping.is_set()

    def _expect_sweeps(self) -> None:
        """Whoever looks knows from now on what has to run. Where the database is away, each sweep says so itself."""
        try:
            with self._database.begin() as connection:
                register(connection, self._sweeps)
        except (Unavailable, psycopg.Error) as error:
            _log.warning("sweeps not registered", cause=type(error).__name__)

    def _schedule(self, appointment: "_Appointment") -> None:
        every = appointment.job.every.total_seconds()
        self._scheduler.add_job(
            appointment.keep,
            "interval",
            id=appointment.id,
            seconds=every,
            jitter=every * _JITTER,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=SYSTEM_CLOCK.now(),
        )

    def _wake(self, channel: str | None = None) -> None:
        for appointment in self._appointments:
            if appointment.job.channel is not None and channel in {None, appointment.job.channel}:
                appointment.woken.set()
                self._run_now(appointment.id)

    def _after_run(self, event: JobExecutionEvent) -> None:
        # Woken between its last look and its end: APScheduler had refused a second instance.
        if any(appointment.woken.is_set() for appointment in self._appointments if appointment.id == event.job_id):
            self._run_now(event.job_id)

    def _run_now(self, appointment_id: str) -> None:
        if not self._stopping.is_set():
            self._scheduler.modify_job(appointment_id, next_run_time=SYSTEM_CLOCK.now())

    def _listen_until_stopped(self) -> None:
        failures = 0
        while self._channels and not self._stopping.is_set():
            try:
                with self._database.listen() as connection:
                    failures = 0
                    self._hear(connection)
            except psycopg.OperationalError as error:
                _log.warning("listening lost", cause=type(error).__name__)
                self._stopping.wait(jittered(failures, first=0.2, longest=10.0))
                failures += 1
        self._stopping.wait()

    def _hear(self, connection: Connection) -> None:
        for channel in self._channels:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        # What was notified while nobody listened.
        self._wake()
        while not self._stopping.is_set():
            for notification in connection.notifies(timeout=_NOTICE_STOP_SECONDS):
                self._wake(notification.channel)


class _Appointment:
    """One copy of a job: runs again at once while there is more to do."""

    def __init__(
        self, job: Job, copy: int, stopping: Event, *, database: Database, timekeeper: Timekeeper | None
    ) -> None:
        self.job = job
        self.id = f"{job.name}#{copy}"
        self.woken = Event()
        self._stopping = stopping
        self._database = database
        self._timekeeper = timekeeper
        self._ended_well = monotonic()
        if job.sweep:
            SWEEP_LATE.labels(job.name).set_function(self._late)

    def keep(self) -> None:
        """Run until there is nothing left, nobody called meanwhile, or the house closes."""
        while not self._stopping.is_set():
            self.woken.clear()
            done = self._run_once()
            if not done and not self.woken.is_set():
                return

    def _run_once(self) -> int:
        """How much was done; a failure is told, counted, and tried again at the next appointment."""
        name = self.job.name
        began = perf_counter()
        try:
            with continued(None, f"job {name}"):
                done = self._run()
        except (Unavailable, psycopg.OperationalError) as error:
            _log.warning("job found a server away", job=name, cause=type(error.__cause__ or error).__name__)
            RUNS.labels(name, "away").inc()
            return 0
        except ClocksDisagree as why:
            _log.error("sweep rests: the clocks disagree", job=name, why=str(why))
            self._note_trouble(f"the clocks disagree: {why}")
            RUNS.labels(name, "paused").inc()
            return 0
        except Exception as error:
            _log.exception("job failed", job=name)
            self._note_trouble(f"it failed with {type(error).__name__}")
            RUNS.labels(name, "failed").inc()
            return 0
        SECONDS.labels(name).observe(perf_counter() - began)
        RUNS.labels(name, "done").inc()
        LAST_SUCCESS.labels(name).set_to_current_time()
        return done

    def _run(self) -> int:
        if not self.job.sweep:
            return self.job.run()
        if self._timekeeper is not None:
            self._timekeeper.check()
        done = self.job.run()
        with self._database.begin() as connection:
            note_done(connection, self.job)
        self._ended_well = monotonic()
        return done

    def _note_trouble(self, why: str) -> None:
        if not self.job.sweep:
            return
        with suppress(Unavailable, psycopg.Error), self._database.begin() as connection:
            note_trouble(connection, self.job.name, why)

    def _late(self) -> float:
        patience = self.job.every * PERIODS + GRACE
        return float(monotonic() - self._ended_well > patience.total_seconds())
