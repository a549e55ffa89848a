"""How a rendering process prepares itself before its first picture."""

import os
import resource
import signal
from collections.abc import Callable
from typing import Any, TypeVar

import cv2

from .faces import load_cascades
from .fonts import faces
from .segmentation import network

OUT_OF_MEMORY = 12
"""Exit code of a worker that met its ceiling (the number of ENOMEM)."""

_T = TypeVar("_T")


def prepare(memory_bytes: int) -> None:
    """Set the memory ceiling, keep to one core, load network, fonts and cascades.

    RLIMIT_DATA counts what is written to, anonymous mappings included (Linux 4.7); an address-space limit
    would count libraries and the stacks of threads that were only reserved.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; stopping is the parent's choice
    cv2.setNumThreads(1)
    network()
    faces()
    load_cascades()


def carry_out(task: Callable[..., _T], *arguments: Any) -> _T:
    """Do a task; a worker that ran out of memory ends here, for its heap can no longer be trusted."""
    try:
        return task(*arguments)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except cv2.error as error:
        if error.code == cv2.Error.STS_NO_MEM or "bad_alloc" in str(error):
            os._exit(OUT_OF_MEMORY)
        raise


def ready() -> bool:
    """Answers once a worker is prepared."""
    return True
