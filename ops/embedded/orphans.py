"""What an unclean stop left running.

Every process of a stack inherits a variable with a random value that only this stack has. So
its orphans are known for certain: unlike a recorded process id, the mark cannot come to belong
to a stranger, and it is on what the supervisor restarted later, too.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

from ops.embedded.failures import StackFailed
from ops.embedded.supervision import MARK
from ops.embedded.waiting import holds, until

_PATIENCE_SECONDS = 5


def of(mark: str) -> set[int]:
    """The processes, other than this one, that carry the mark."""
    wanted = f"{MARK}={mark}".encode()
    return {pid for pid in _processes() if pid != os.getpid() and wanted in _environment(pid)}


def clear(mark: str) -> int:
    """Stop them, gently first, and return how many there were."""
    found = of(mark)
    _signal(found, signal.SIGTERM)
    if not holds(lambda: until(lambda: not of(mark), "Their end", seconds=_PATIENCE_SECONDS), StackFailed):
        _signal(of(mark), signal.SIGKILL)
        until(lambda: not of(mark), "The end of what an earlier stop left running", seconds=_PATIENCE_SECONDS)
    return len(found)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        # It ended meanwhile, or belongs to somebody else: then it is not ours.
        return []


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
