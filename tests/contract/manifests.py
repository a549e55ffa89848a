"""The manifests of deploy/kubernetes, as kustomize renders them, and what they say to each other. Offline."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
OVERLAYS = ("local", "staging", "production", "managed")
GROWING = ("staging", "production", "managed")
PROGRAMS = frozenset({"Deployment", "StatefulSet", "Job"})
# Who is no pod of ours, but made by an operator out of what we say: by the labels that operator gives.
OPERATED: Mapping[str, Mapping[str, str]] = {
    "rabbitmq": {"app.kubernetes.io/name": "rabbitmq"},
    "postgres": {"cnpg.io/cluster": "postgres"},
}
NAMESPACE = "kubernetes.io/metadata.name"

Manifest = dict[str, Any]


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """Everything of an overlay."""
    kubectl = Path(sys.executable).parent / "kubectl"
    folder = PROJECT / "deploy" / "kubernetes" / "overlays" / overlay
    told = subprocess.run([kubectl, "kustomize", folder], check=True, capture_output=True, text=True)
    return tuple(each for each in yaml.load_all(told.stdout, Loader=yaml.CSafeLoader) if each)


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    """What is of these kinds."""
    return [each for each in rendered(overlay) if each["kind"] in kinds]


def name_of(manifest: Manifest) -> str:
    """What it is called."""
    return manifest["metadata"]["name"]


def names(overlay: str, kind: str) -> set[str]:
    """What everything of a kind is called."""
    return {name_of(each) for each in of_kind(overlay, kind)}


def pod_of(program: Manifest) -> Manifest:
    """The spec of a program's pods."""
    return program["spec"]["template"]["spec"]


def labels_of(program: Manifest) -> Mapping[str, str]:
    """The labels of a program's pods."""
    return program["spec"]["template"]["metadata"]["labels"]


def containers(program: Manifest) -> list[Manifest]:
    """Everything that runs in it, before and after its start."""
    pod = pod_of(program)
    return [*pod.get("initContainers", ()), *pod["containers"]]


def program(overlay: str, name: str) -> Manifest:
    """One program by its name."""
    return next(each for each in of_kind(overlay, *PROGRAMS) if name_of(each) == name)


def environment(overlay: str, container: Manifest) -> dict[str, str]:
    """What a container is told by its environment, later sources before earlier ones."""
    told: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        wanted = source["configMapRef"]["name"]
        told |= next(each for each in of_kind(overlay, "ConfigMap") if name_of(each) == wanted)["data"]
    return told | {each["name"]: each["value"] for each in container.get("env", ())}


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether a label selector means a pod with these labels. Knows what the manifests use, and refuses the rest."""
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _expression(each, labels) for each in selector.get("matchExpressions", ())
    )


def _expression(expression: Manifest, labels: Mapping[str, str]) -> bool:
    assert expression["operator"] == "In"
    return labels.get(expression["key"]) in expression["values"]


def pods(overlay: str) -> dict[str, Mapping[str, str]]:
    """The labels of every kind of pod there will be, by a name for it."""
    ours = {name_of(each): labels_of(each) for each in of_kind(overlay, *PROGRAMS)}
    there = {"RabbitmqCluster": "rabbitmq", "Cluster": "postgres"}
    return ours | {there[each["kind"]]: OPERATED[there[each["kind"]]] for each in of_kind(overlay, *there)}


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """Who may talk with whom, by which port. A namespace is `namespace:…`, whatever is outside `outside`."""

    source: str
    target: str
    port: int


def ways(overlay: str) -> tuple[set[Way], set[Way]]:
    """What the policies let out of pods, and what they let in: a way is open when both do."""
    there = pods(overlay)
    out, into = set[Way](), set[Way]()
    for policy in of_kind(overlay, "NetworkPolicy"):
        own = [name for name, labels in there.items() if selects(policy["spec"]["podSelector"], labels)]
        for rule in policy["spec"].get("egress", ()):
            out |= {Way(me, you, port) for me in own for you in _peers(rule.get("to"), there) for port in _ports(rule)}
        for rule in policy["spec"].get("ingress", ()):
            into |= {
                Way(you, me, port) for me in own for you in _peers(rule.get("from"), there) for port in _ports(rule)
            }
    return out, into


def _ports(rule: Manifest) -> list[int]:
    return [each["port"] for each in rule["ports"]]


def _peers(peers: Iterable[Manifest] | None, there: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if peers is None:
        yield "outside"
        return
    for peer in peers:
        if "namespaceSelector" in peer:
            yield f"namespace:{peer['namespaceSelector']['matchLabels'][NAMESPACE]}"
        elif "ipBlock" in peer:
            yield "outside"
        else:
            yield from (name for name, labels in there.items() if selects(peer["podSelector"], labels))
