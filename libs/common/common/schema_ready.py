"""Before a program starts where others migrate: wait until the schema has all that this program knows.

wait_for_schema(service)      blocks; a signal ends the process
"""

from itertools import count
from threading import Event

import psycopg
import structlog

from common.backoff import jittered
from common.errors import Unavailable
from common.migrations import missing
from common.service import Service, W

_NAMED = 3
_log = structlog.stdlib.get_logger("common.schema")


def wait_for_schema(service: Service[W]) -> None:
    """Return when every migration of this release is applied; more than those may be (expand, then contract).

    A server that is away is waited for as well: whoever starts everything at once has no order to give.
    """
    for attempt in count():
        waits_for = _missing(service)
        if not waits_for:
            return
        _log.info("the schema is not ready", waits_for=waits_for[:_NAMED], and_more=max(0, len(waits_for) - _NAMED))
        Event().wait(jittered(attempt, first=0.25, longest=5))


def _missing(service: Service[W]) -> list[str]:
    try:
        with service.unit.database.begin() as connection:
            return missing(connection, service.migrations)
    except (Unavailable, psycopg.OperationalError) as error:
        return [f"the database ({type(error).__name__})"]
