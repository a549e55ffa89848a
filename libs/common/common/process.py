"""How a service runs: `python -m billing web | worker | all | migrate | await`.

    run(name: str, build: Callable[[], Service[W]], commands=()) -> NoReturn      the whole of a __main__.py

Exit codes: 0 orderly, 1 something died or did not drain, 64 wrong arguments, 78 wrong settings
(sysexits.h).
"""

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import NoReturn

from pydantic import ValidationError

from common import logs
from common.errors import Refused
from common.migrations import migrate
from common.pair import run_pair
from common.rights import forget_again
from common.schema_ready import wait_for_schema
from common.service import Service, W
from common.settings import SettingsRefused, environment_with, explain, shared_metrics_directory
from common.worker import work

ROLES = ("web", "worker", "all", "migrate", "await")
EX_USAGE = 64
EX_CONFIG = 78


def run(name: str, build: Callable[[], Service[W]], *, commands: Sequence[str] = ()) -> NoReturn:
    """Run a service in the role the command line names, or one of the service's own commands."""
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role not in (*ROLES, *commands):
        _say(f"usage: python -m {name} {' | '.join((*ROLES, *commands))}")
        sys.exit(EX_USAGE)
    logs.configure(service=name.rpartition(".")[2], role=role)
    try:
        service = build()
    except SettingsRefused as refused:
        _refuse(name, str(refused))
    except ValidationError as error:
        _refuse(name, explain(error))
    try:
        sys.exit(_run_as(role, service, module=name))
    finally:
        _be_told_no_more()


def _be_told_no_more() -> None:
    """Nothing is left to stop: a second signal must not turn an orderly end into a killed process.

    Python puts the default action back for every handler of its own while it shuts down, not for SIG_IGN.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _run_as(role: str, service: Service[W], *, module: str) -> int:
    match role:
        case "web":
            return _web(service, module)
        case "worker":
            return _worker(service)
        case "all":
            return run_pair(
                {"web": lambda: _web(service, module), "worker": lambda: _worker(service, beside_web=True)},
                service=service.name,
            )
        case "migrate":
            return _migrate(service)
        case "await":
            return _await(service)
        case _:
            return _command(service, role)


def _web(service: Service[W], module: str) -> int:
    from common.serving import serve  # noqa: PLC0415 - gunicorn is no business of the other roles

    if service.settings.web_workers > 1 and shared_metrics_directory() is None:
        _restart_sharing_metrics(module)
    forget_again(service)
    serve(service)
    return 0


def _restart_sharing_metrics(module: str) -> NoReturn:
    # prometheus-client chooses how it counts when it is imported, long before the settings are read.
    shared = tempfile.mkdtemp(prefix="figurine-metrics-")
    os.execve(sys.executable, [sys.executable, "-m", module, "web"], environment_with(PROMETHEUS_MULTIPROC_DIR=shared))  # noqa: S606 - this very program, with one variable more


def _worker(service: Service[W], *, beside_web: bool = False) -> int:
    forget_again(service)
    settings = service.settings
    alone = None if beside_web else settings.metrics_bind
    code = work(service, metrics_bind=settings.worker_metrics_bind or alone)
    if code:
        # A thread that would not end must not keep a process that has to be started again.
        logging.shutdown()
        os._exit(code)
    return code


def _migrate(service: Service[W]) -> int:
    url = service.settings.migration_database_url or service.settings.database_url
    applied = migrate(url.get_secret_value(), service.migrations)
    _say("\n".join(applied) if applied else f"{service.name}: nothing to apply")
    return 0


def _await(service: Service[W]) -> int:
    wait_for_schema(service)
    service.unit.database.close()
    return 0


def _command(service: Service[W], name: str) -> int:
    try:
        service.commands[name]()
    except Refused as refused:
        _say(refused.sentence)
        return 1
    finally:
        service.unit.database.close()
    return 0


def _refuse(name: str, problems: str) -> NoReturn:
    _say(f"{name} cannot start. Correct these settings, then start it again:\n{problems}")
    sys.exit(EX_CONFIG)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
