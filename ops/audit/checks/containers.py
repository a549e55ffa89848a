"""Containers: not root, on a file system nobody writes to, with no way to more rights, and no inner port outside."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ops.audit.findings import Finding, Said, Severity
from ops.audit.target import Target

_COMPOSE = ("docker-compose.yml", "ops/compose/stripe.yml")
_OURS = "figurine/"
# Who is reached from this machine; everybody else is inside.
_PUBLISHED = frozenset({"gateway", "rabbitmq", "stripe"})

# What is as it is for a reason. One that is not needed any more is a finding itself.
ACCEPTED: Mapping[tuple[str, str], str] = {
    ("secrets", "container.root"): "gives files to the accounts of the others; it has no network and ends",
    ("secrets", "container.writable"): "writes the files of the others, and ends",
    ("secrets", "container.capabilities"): "gives files to other accounts, which needs CHOWN",
    ("postgres", "container.root"): "its image starts as root, hands its data to its own account and becomes that",
    ("postgres", "container.writable"): "its image writes below /run and /var/lib",
    ("postgres", "container.capabilities"): "its image changes owner and account when it starts",
    ("rabbitmq", "container.root"): "its image starts as root, hands its data to its own account and becomes that",
    ("rabbitmq", "container.writable"): "its image writes below /var/lib and /tmp",
    ("rabbitmq", "container.capabilities"): "its image changes owner and account when it starts",
    ("seaweedfs", "container.writable"): "writes below /data and /tmp",
    ("seaweedfs", "container.capabilities"): "reads files that belong to root, and opens its volumes",
}


def check(target: Target) -> list[Said]:
    """Read the recipe of the images and what compose makes of them."""
    recipe = (target.tree / "Dockerfile").read_text()
    return [*in_recipe(recipe), *in_compose(_services(target.tree))]


def _services(tree: Path) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for name in _COMPOSE:
        # Compose expands ${…} itself; here they are words.
        found.update(yaml.safe_load((tree / name).read_text())["services"])
    return found


def in_recipe(text: str) -> Iterator[Finding]:
    """Stages that somebody runs and that end as root."""
    users, based_on = _stages(text)
    for stage in users:
        if stage not in based_on.values() and (users[stage] or "root") in {"root", "0"} and stage in _images():
            yield _finding(
                "container.root", Severity.HIGH, "The image runs as root; end the stage with USER 10001.", stage
            )


def _images() -> frozenset[str]:
    return frozenset({"ops", "service"})


def _stages(text: str) -> tuple[dict[str, str | None], dict[str, str]]:
    """Under which account each stage of a recipe ends, and what it is based on."""
    users: dict[str, str | None] = {}
    based_on: dict[str, str] = {}
    stage = ""
    for line in text.splitlines():
        if begun := re.fullmatch(r"FROM\s+(\S+)(?:\s+AS\s+(\S+))?", line.strip(), re.IGNORECASE):
            stage = begun[2] or begun[1]
            based_on[stage], users[stage] = begun[1], users.get(begun[1])
        elif user := re.fullmatch(r"USER\s+(\S+)", line.strip(), re.IGNORECASE):
            users[stage] = user[1]
    return users, based_on


def in_compose(services: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """What each container is allowed that it does not need."""
    needed: set[tuple[str, str]] = set()
    for name, given in services.items():
        for found in _of_container(name, given):
            if (name, found.id) in ACCEPTED:
                needed.add((name, found.id))
            else:
                yield found
    for name, rule in sorted(ACCEPTED.keys() - needed):
        if name in services:
            sentence = (
                f"Nothing needs the exception from {rule} any more; take it out of ops/audit/checks/containers.py."
            )
            yield _finding("container.stale-exception", Severity.LOW, sentence, name)


def _of_container(name: str, given: Mapping[str, Any]) -> Iterator[Finding]:
    ours = str(given.get("image", "")).startswith(_OURS)
    user = str(given.get("user", "10001" if ours else "0")).partition(":")[0]
    if user in {"0", "root"}:
        yield _finding("container.root", Severity.MEDIUM, "It runs as root; give it a user of its own.", name)
    if given.get("read_only") is not True:
        sentence = "Its file system can be written to; make it read_only, with tmpfs where it has to write."
        yield _finding("container.writable", Severity.LOW, sentence, name)
    if given.get("cap_drop") != ["ALL"]:
        sentence = "It keeps capabilities of root; drop ALL and add what it needs."
        yield _finding("container.capabilities", Severity.LOW, sentence, name)
    if "no-new-privileges:true" not in given.get("security_opt", []):
        sentence = "A program in it may gain rights (setuid); set no-new-privileges:true."
        yield _finding("container.privileges", Severity.MEDIUM, sentence, name)
    if given.get("privileged"):
        yield _finding("container.privileged", Severity.HIGH, "It may do whatever the machine may; do not.", name)
    yield from _published(name, given)


def _published(name: str, given: Mapping[str, Any]) -> Iterator[Finding]:
    for port in given.get("ports", []):
        if name not in _PUBLISHED:
            sentence = f"The port {port} is published, and nobody outside needs it; take it out."
            yield _finding("container.published", Severity.HIGH, sentence, name)
        elif not str(port).startswith("127.0.0.1:"):
            sentence = f"The port {port} is open to the network; begin it with 127.0.0.1: and put a proxy before it."
            yield _finding("container.published", Severity.MEDIUM, sentence, name)


def _finding(rule: str, severity: Severity, sentence: str, where: str) -> Finding:
    return Finding(id=rule, severity=severity, sentence=sentence, where=where)
