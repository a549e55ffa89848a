"""Two processes under one parent: what stops one stops the other.

run_pair(roles: Mapping[str, Callable[[], int]], *, service: str) -> int     the exit code
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkProcess
from types import FrameType

import structlog

from common import logs

_PR_SET_PDEATHSIG = 1  # prctl(2)
_log = structlog.stdlib.get_logger("common.process")


def run_pair(roles: Mapping[str, Callable[[], int]], *, service: str) -> int:
    """Fork a process per role and outlive them; 0 when all were told to stop and ended orderly.

    Forked, not started afresh: the roles share the memory of everything already imported.
    """
    context = multiprocessing.get_context("fork")
    parent = os.getpid()
    processes = [
        context.Process(target=_child, name=role, args=(role, run, service, parent)) for role, run in roles.items()
    ]
    for process in processes:
        process.start()
    told = _forward_signals(processes)
    _await_first_end()
    if not told:
        ended = [process.name for process in processes if not process.is_alive()]
        _log.critical("role ended by itself", roles=ended)
        _terminate(processes)
    for process in processes:
        process.join()
    # Told before it could listen, a role ends as the signal's default has it: it had taken nothing yet.
    orderly = (0, -signal.SIGTERM)
    return 0 if told and all(process.exitcode in orderly for process in processes) else 1


def _await_first_end() -> None:
    # Not by the sentinels of multiprocessing: they do not survive a role that replaces its program.
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)


def _child(role: str, run: Callable[[], int], service: str, parent: int) -> None:
    _die_with(parent)
    logs.configure(service=service, role=role)
    try:
        code = run()
    except Exception:
        _log.critical("uncaught", exc_info=True)
        code = 1
    sys.exit(code)


def _die_with(parent: int) -> None:
    """Be told to stop when the parent is gone, even if it was killed outright (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


def _forward_signals(processes: Sequence[ForkProcess]) -> list[int]:
    told: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        _terminate(processes)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    return told


def _terminate(processes: Sequence[ForkProcess]) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
