"""The manifests of deploy/kubernetes are right by their schemas, and say what the code needs: derived, not repeated."""

import importlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import pytest
import yaml

from common.serving import GRACE_SECONDS
from common.settings import ServiceSettings, load
from common.topology import events_queue
from common.web import PROBES
from common.worker import DRAIN_SECONDS
from ops import kubernetes
from ops.broker_topology import LISTENERS
from ops.canary import settings as canary_settings
from ops.services import SERVICES
from tests.contract.manifests import (
    GROWING,
    OVERLAYS,
    PROGRAMS,
    PROJECT,
    containers,
    environment,
    name_of,
    names,
    of_kind,
    pod_of,
    pods,
    program,
    rendered,
    selects,
)

SCHEMAS = Path(__file__).parent / "schemas"
ROLES = ("web", "worker")
STUDIO = 10001
Told: TypeAlias = Callable[[Mapping[str, str], Mapping[str, str]], None]


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, jsonschema.Draft202012Validator]:
    """What each kind has to look like, by `apiVersion/kind`."""
    bundles = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    return {
        kind: jsonschema.Draft202012Validator({**schema, "definitions": bundle["definitions"]})
        for bundle in bundles
        for kind, schema in bundle["kinds"].items()
    }


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, str]]:
    """What `python -m ops.kubernetes` makes, by the name of the Secret."""
    kept = tmp_path_factory.mktemp("kubernetes")
    made = kubernetes.manifests(kept, {}, postgres="postgres", store=kubernetes.STORE)
    by_name: dict[str, Any] = {name_of(each): each["stringData"] for each in made}
    return by_name


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Gives this process the secret files and the environment that a container gets."""

    def tell(secret: Mapping[str, str], environment: Mapping[str, str]) -> None:
        for name, text in secret.items():
            (tmp_path / name).write_text(text)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("FIGURINE_SECRETS_DIR", str(tmp_path))

    return tell


@pytest.mark.parametrize("overlay", OVERLAYS)
class TestEveryOverlay:
    def test_everything_is_as_its_schema_wants(
        self, overlay: str, schemas: Mapping[str, jsonschema.Draft202012Validator]
    ) -> None:
        wrong = [
            f"{each['kind']} {name_of(each)}: {error.json_path}: {error.message}"
            for each in rendered(overlay)
            for error in schemas[f"{each['apiVersion']}/{each['kind']}"].iter_errors(each)  # pyright: ignore[reportUnknownMemberType] - the library's
        ]
        assert not wrong, "\n".join(wrong)

    def test_nothing_secret_stands_in_it(self, overlay: str) -> None:
        assert names(overlay, "Secret") <= {"queue-lookup"}
        assert not re.search("PRIVATE KEY|sk_live|password:|://[^/ ]+:[^/ ]+@", yaml.dump_all(rendered(overlay)))

    @pytest.mark.parametrize("name", [f"{service}-{role}" for service in SERVICES for role in ROLES])
    def test_a_service_has_every_setting_it_needs(
        self, overlay: str, name: str, secrets: Mapping[str, Mapping[str, str]], told: Told
    ) -> None:
        service = name.partition("-")[0]
        own = [each for each in containers(program(overlay, name)) if each["image"].startswith(f"figurine/{service}")]
        assert [each["name"] for each in own] == ["await", "studio"]
        for container in own:
            told(secrets[f"figurine-{service}"], environment(overlay, container))
            settings: ServiceSettings = load(importlib.import_module(f"{service}.settings").Settings)
            assert settings.mode == "production"
            assert settings.neighbours.keys() >= {"the object store"}

    def test_the_canary_has_every_setting_she_needs(
        self, overlay: str, secrets: Mapping[str, Mapping[str, str]], told: Told
    ) -> None:
        told(secrets["figurine-canary"], environment(overlay, pod_of(program(overlay, "canary"))["containers"][0]))
        assert canary_settings.load().public_url == "https://gateway:8443"

    def test_the_images_are_those_of_the_containers_on_one_machine(self, overlay: str) -> None:
        compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"].values()
        known = {each["image"].partition(":")[0] for each in compose}
        used = {each["image"].partition(":")[0] for one in of_kind(overlay, *PROGRAMS) for each in containers(one)}
        assert used <= known
        assert {f"figurine/{name}" for name in (*SERVICES, "ops")} <= used

    def test_nobody_is_root_writes_or_knows_the_cluster(self, overlay: str) -> None:
        for each in of_kind(overlay, *PROGRAMS):
            pod = pod_of(each)
            assert pod["automountServiceAccountToken"] is False
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["runAsUser"] == STUDIO
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            for container in containers(each):
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }, f"{name_of(each)}: {container['name']}"
                assert container["resources"]["requests"].keys() == {"cpu", "memory"}
                assert "memory" in container["resources"]["limits"]

    def test_what_listens_is_named_and_asked_whether_it_lives(self, overlay: str) -> None:
        for service in SERVICES:
            for role, binds in (
                ("web", ("FIGURINE_BIND", "FIGURINE_METRICS_BIND")),
                ("worker", ("FIGURINE_WORKER_METRICS_BIND",)),
            ):
                (container,) = pod_of(program(overlay, f"{service}-{role}"))["containers"]
                assert container["args"] == [role]
                told = environment(overlay, container)
                ports = {each["name"]: each["containerPort"] for each in container["ports"]}
                assert set(ports.values()) == {int(told[bind].rpartition(":")[2]) for bind in binds}
                asked = {
                    probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")
                }
                assert {each["path"] for each in asked.values()} == PROBES
                assert {(each["port"], each["scheme"]) for each in asked.values()} == {("metrics", "HTTPS")}

    def test_whoever_ends_has_the_time_that_the_code_takes(self, overlay: str) -> None:
        for service in SERVICES:
            web, worker = (pod_of(program(overlay, f"{service}-{role}")) for role in ROLES)
            waits = web["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
            assert web["terminationGracePeriodSeconds"] > waits + GRACE_SECONDS
            assert worker["terminationGracePeriodSeconds"] > DRAIN_SECONDS

    def test_every_program_waits_for_its_schema(self, overlay: str) -> None:
        for service in SERVICES:
            for role in ROLES:
                first = pod_of(program(overlay, f"{service}-{role}"))["initContainers"]
                assert ["await"] in [each.get("args") for each in first]

    def test_what_is_mounted_is_made_by_somebody(self, overlay: str, secrets: Mapping[str, Mapping[str, str]]) -> None:
        made = {*secrets, *names(overlay, "Secret")}
        made |= {each["spec"]["secretName"] for each in of_kind(overlay, "Certificate")}
        for each in of_kind(overlay, *PROGRAMS):
            sources = [source for volume in pod_of(each)["volumes"] for source in _sources(volume)]
            assert sources
            assert set(sources) <= made, name_of(each)

    def test_every_service_and_budget_means_some_pod(self, overlay: str) -> None:
        there = pods(overlay)
        for service in of_kind(overlay, "Service"):
            chosen = [
                name for name, labels in there.items() if selects({"matchLabels": service["spec"]["selector"]}, labels)
            ]
            assert len(chosen) == 1, name_of(service)
        for budget in of_kind(overlay, "PodDisruptionBudget"):
            assert any(selects(budget["spec"]["selector"], labels) for labels in there.values()), name_of(budget)
        assert {f"{service}-{role}" for service in SERVICES for role in ROLES} <= names(overlay, "PodDisruptionBudget")

    def test_certificates_bear_the_names_by_which_their_servers_are_called(self, overlay: str) -> None:
        named = {
            each["spec"]["secretName"]: each["spec"].get("dnsNames", []) for each in of_kind(overlay, "Certificate")
        }
        for service in SERVICES:
            assert {service, f"{service}-worker", "localhost"} <= set(named[f"{service}-tls"])
        assert f"rabbitmq.{kubernetes.NAMESPACE}.svc" in named["rabbitmq-tls"]
        assert names(overlay, "Namespace") == {kubernetes.NAMESPACE}


@pytest.mark.parametrize("overlay", GROWING)
class TestGrowing:
    def test_every_queue_that_somebody_consumes_makes_its_workers_more(
        self, overlay: str, secrets: Mapping[str, Mapping[str, str]]
    ) -> None:
        scaled = of_kind(overlay, "ScaledObject")
        queues = {
            trigger["metadata"]["queueName"]: (each["spec"]["scaleTargetRef"]["name"], trigger["authenticationRef"])
            for each in scaled
            for trigger in each["spec"]["triggers"]
            if trigger["type"] == "rabbitmq"
        }
        listening = json.loads(LISTENERS.read_text())
        assert queues == {
            events_queue(service): (f"{service}-worker", {"name": f"{service}-queue"}) for service in listening
        }
        for each in of_kind(overlay, "TriggerAuthentication"):
            for source in each["spec"]["secretTargetRef"]:
                known = source["name"] in secrets and source["key"] in secrets[source["name"]]
                assert known or source["key"] in {"ca.crt", "tls"}

    def test_every_web_and_worker_grows_by_one_rule_only(self, overlay: str) -> None:
        targets = [
            each["spec"]["scaleTargetRef"]["name"]
            for each in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject")
        ]
        assert sorted(targets) == sorted(f"{service}-{role}" for service in SERVICES for role in ROLES)
        # Who else says how many there are would be put right at every roll-out.
        assert not any("replicas" in program(overlay, target)["spec"] for target in targets)


def test_what_is_given_goes_before_what_was_made(tmp_path: Path) -> None:
    given = {
        "billing/FIGURINE_STRIPE_API_KEY": "sk_live_of_theirs",
        "gateway/FIGURINE_SMTP_URL": "smtps://studio:theirs@mail.example:465",
        "provision/admin": "postgresql://root@db.example/figurine",
    }
    made = kubernetes.manifests(tmp_path, given, postgres="db.example:5432", store="https://objects.example")
    held: dict[str, Any] = {name_of(each): each["stringData"] for each in made}
    assert held["figurine-billing"]["FIGURINE_STRIPE_API_KEY"] == "sk_live_of_theirs"
    assert "@db.example:5432/figurine?sslmode=verify-full" in held["figurine-billing"]["FIGURINE_DATABASE_URL"]
    provision, audit = (json.loads(held[f"figurine-{name}"][f"{name}.json"]) for name in ("provision", "audit"))
    assert provision["admin"] == "postgresql://root@db.example/figurine"
    assert "@db.example:5432/" in provision["owner"]
    assert provision["s3"] is None
    assert audit["smtp"] == "smtps://mail.example:465"
    assert audit["s3"]["endpoint"] == "https://objects.example"
    assert "theirs@" not in held["figurine-audit"]["audit.json"]


def test_what_was_made_once_stays(tmp_path: Path) -> None:
    first, second = (kubernetes.manifests(tmp_path, {}, postgres="postgres", store=kubernetes.STORE) for _ in range(2))
    for before, after in zip(first, second, strict=True):
        # RabbitMQ's definitions have salted digests of passwords, new ones each time, of the same passwords.
        if name_of(before) != "figurine-rabbitmq":
            assert before == after


def test_something_for_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="biling/FIGURINE_STRIPE_API_KEY: give it to one of"):
        kubernetes.manifests(
            tmp_path, {"biling/FIGURINE_STRIPE_API_KEY": "sk"}, postgres="postgres", store=kubernetes.STORE
        )


def _sources(volume: dict[str, Any]) -> list[str]:
    single = [volume["secret"]["secretName"]] if "secret" in volume else []
    return single + [
        each["secret"]["name"] for each in volume.get("projected", {}).get("sources", ()) if "secret" in each
    ]
