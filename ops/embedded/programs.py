"""A program of the stack, and how the supervisor is told about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ops.embedded.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, as whom, and how to end it; `stop_seconds` pass between the signal and SIGKILL."""

    name: str
    command: tuple[str, ...]
    folder: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    account: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 10


# The file is read by the shell that then becomes the program; no secret is on a command line.
_WITH_ENVIRONMENT = 'set -a; . "$0"; set +a; exec "$@"'


def with_environment(file: Path, *command: str) -> tuple[str, ...]:
    """The command, for one who finds the variables of a file in its environment."""
    return ("/bin/sh", "-c", _WITH_ENVIRONMENT, str(file), *command)


def socket_of(site: Site) -> Path:
    """Where the supervisor of a site listens."""
    return site.sockets() / "supervisor.sock"


def configuration(site: Site, programs: Iterable[Program]) -> str:
    """The supervisor's configuration file."""
    run = site.run
    head = f"""[unix_http_server]
file = {socket_of(site)}
chmod = 0700

[supervisord]
logfile = {site.logs}/supervisor.log
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = {run}/supervisor.pid
childlogdir = {site.logs}
directory = /
identifier = figurine

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
    return "\n".join([head, *(_section(site, program) for program in programs)])


def _section(site: Site, program: Program) -> str:
    lines = {
        "command": " ".join(_quoted(word) for word in program.command),
        "directory": str(program.folder),
        "environment": ",".join(f"{name}={_quoted(value)}" for name, value in program.environment.items()),
        "autostart": "false",
        "autorestart": "true",
        "startsecs": "1",
        "startretries": "8",
        "stopsignal": program.stop_signal,
        "stopwaitsecs": str(program.stop_seconds),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": f"{site.logs}/{program.name}.log",
        "stdout_logfile_maxbytes": "5MB",
        "stdout_logfile_backups": "2",
    }
    if program.account is not None:
        lines["user"] = program.account
    return f"[program:{program.name}]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value)


def _quoted(word: str) -> str:
    # Percent signs are expansions to the supervisor.
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
