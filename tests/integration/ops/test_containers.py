"""What docker-compose.yml gives each container, as far as it can be read without Docker."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from billing.settings import Settings as BillingSettings
from common.erasure.statements import public_pem, signing_key_of
from common.settings import SettingsRefused, load, variable
from common.tokens import TokenIssuer, TokenVerifier
from ops.audit.filing import AUDITOR
from ops.audit.target import Running
from ops.canary import settings as canary_settings
from ops.compose import partners, secrets
from ops.demo import endpoints
from ops.embedded.secrets import Secrets
from ops.embedded.site import PROJECT
from ops.services import CANARY, SERVICES
from tests.contract.test_documents import examples, own, settings_of

GIVEN = {"FIGURINE_STRIPE_API_KEY": "sk_test_of_somebody", "FIGURINE_STRIPE_WEBHOOK_SECRET": "whsec_of_somebody"}
PUBLIC_KEYS = "FIGURINE_RECEIPT_PUBLIC_KEYS"
# What containers do not take from `.env`: where something else is, which they know, and files they would not see.
NOT_ASKED_FOR = {
    "FIGURINE_SMTP_URL",
    "FIGURINE_STRIPE_API_BASE",
    "FIGURINE_STRIPE_CA_FILE",
    "FIGURINE_GEMINI_BASE_URL",
    "FIGURINE_PROVENANCE_ANCHORS",
    # Its default differs between services, and one `.env` is for all of them.
    "FIGURINE_WEB_THREADS",
}


def read(path: str) -> dict[str, Any]:
    return yaml.safe_load((PROJECT / path).read_text())


COMPOSE = read("docker-compose.yml")
EMULATED = read("ops/compose/stripe.yml")
CONTAINERS = {**COMPOSE["services"], **EMULATED["services"]}


def files_of(folder: Path, service: str, given: dict[str, str]) -> Path:
    """The folder a service's container would see, but for its certificates."""
    secrets.fill(folder / service, secrets.contents(Secrets(folder / "secrets.json"), given)[service])
    return folder / service


def environment_of(service: str) -> dict[str, str]:
    """What compose gives it where `.env` says nothing."""
    given = COMPOSE["services"][service]["environment"]
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)) for name, value in given.items() if value}


def settings_in_container(
    monkeypatch: pytest.MonkeyPatch, folder: Path, service: str, given: dict[str, str] | None = None, **more: str
) -> Any:
    files = files_of(folder, service, given or {})
    environment = {**environment_of(service), "FIGURINE_SECRETS_DIR": str(files), **more}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(settings_of(service))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_in_its_container_all_it_needs_in_production(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, service: str
) -> None:
    settings = settings_in_container(monkeypatch, tmp_path, service)
    assert settings.mode == "production"


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_is_made_for_its_container_or_taken_from_env(tmp_path: Path, service: str) -> None:
    made = set(secrets.contents(Secrets(tmp_path / "secrets.json"), {}).get(service, {}))
    asked = set(re.findall(r"^ *(FIGURINE_\w+)=\$", COMPOSE["configs"]["given"]["content"], re.MULTILINE))
    given = set(COMPOSE["services"][service]["environment"]) | made | asked
    assert set(own(service)) - given <= NOT_ASKED_FOR
    passed_on = {name for name, value in COMPOSE["services"][service]["environment"].items() if value is None}
    assert passed_on <= {variable(name) for name in settings_of(service).model_fields}


def test_the_canary_has_in_its_container_what_it_needs_and_is_believed_by_its_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {**environment_of(CANARY), "FIGURINE_SECRETS_DIR": str(files_of(tmp_path, CANARY, {}))}.items():
        monkeypatch.setenv(name, value)
    settings = canary_settings.load()
    assert settings.public_url == "https://gateway:8443"
    published = json.loads(secrets.contents(Secrets(tmp_path / "secrets.json"), {})["privacy"][PUBLIC_KEYS])
    assert published[CANARY] == public_pem(signing_key_of(settings.receipt_private_key.get_secret_value()))


def test_billing_keeps_its_codes_and_papers_readable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = settings_in_container(monkeypatch, tmp_path, "billing")
    again = settings_in_container(monkeypatch, tmp_path, "billing", {**GIVEN, partners.TEST_ALLOWED: "true"})
    assert first.code_key is not None
    assert (first.code_key, first.sealing_keys) == (again.code_key, again.sealing_keys)


@pytest.mark.parametrize("service", ["gateway", "generation", "billing"])
def test_keys_that_somebody_rotated_stay_when_the_containers_start_again(tmp_path: Path, service: str) -> None:
    files = files_of(tmp_path, service, {})
    keyring = files / "FIGURINE_SEALING_KEYS"
    rotated = f"2:{Secrets(tmp_path / 'other.json').key('new')},{keyring.read_text()}"
    keyring.write_text(rotated)
    (files / "FIGURINE_BROKER_URL").write_text("of another password")
    files_of(tmp_path, service, {})
    assert keyring.read_text() == rotated
    assert (files / "FIGURINE_BROKER_URL").read_text().startswith("amqps://")


def test_without_a_key_billing_finds_the_emulator_where_stripe_would_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings: BillingSettings = settings_in_container(monkeypatch, tmp_path, "billing")
    emulated = json.loads(secrets.contents(Secrets(tmp_path / "secrets.json"), {})["stripe"]["stripe.json"])
    assert settings.stripe_api_base == "https://stripe:8443"
    assert settings.stripe_ca_file == Path(secrets.CA)
    assert settings.stripe_api_key is not None
    assert settings.stripe_api_key.get_secret_value() == emulated["key"]
    assert settings.stripe_webhook_secret is not None
    assert settings.stripe_webhook_secret.get_secret_value() == emulated["webhook_secret"]
    assert not settings.stripe_live
    command = EMULATED["services"]["stripe"]["command"]
    assert "--host=0.0.0.0" in command
    assert "--port=8443" in command


def test_with_a_key_billing_asks_stripe_itself_and_nothing_of_the_emulator_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = files_of(tmp_path, "billing", {})
    assert (files / partners.STRIPE_BASE).exists()
    settings = settings_in_container(monkeypatch, tmp_path, "billing", {partners.STRIPE_KEY: "sk_live_of_somebody"})
    assert settings.stripe_live
    assert (settings.stripe_api_base, settings.stripe_ca_file) == (None, None)
    # What the emulator signs with must not open the webhook of a studio that takes real money.
    assert settings.stripe_webhook_secret is None
    files_of(tmp_path, "billing", GIVEN)
    assert {name: (files / name).read_text() for name in GIVEN} == GIVEN
    files_of(tmp_path, "billing", {})
    assert (files / partners.STRIPE_KEY).read_text().startswith("sk_test_emulated_")


def test_a_test_key_of_stripes_is_refused_unless_nothing_is_really_sold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsRefused, match="STRIPE_API_KEY is a test key"):
        settings_in_container(monkeypatch, tmp_path, "billing", GIVEN)
    assert settings_in_container(monkeypatch, tmp_path, "billing").stripe_test_allowed


def test_a_key_for_gemini_goes_to_generation_and_nobody_else(tmp_path: Path) -> None:
    given = {partners.GEMINI_KEY: "a-key-of-somebody", **GIVEN}
    contents = secrets.contents(Secrets(tmp_path / "secrets.json"), given)
    assert [name for name, held in contents.items() if partners.GEMINI_KEY in held] == ["generation"]
    assert [name for name, held in contents.items() if partners.STRIPE_KEY in held] == ["billing"]
    files = files_of(tmp_path, "generation", given)
    assert (files / partners.GEMINI_KEY).read_text() == "a-key-of-somebody"
    assert not (files_of(tmp_path, "generation", {}) / partners.GEMINI_KEY).exists()


def test_what_env_leaves_empty_was_not_given(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("FIGURINE_STRIPE_API_KEY=\nFIGURINE_GEMINI_API_KEY=key=with=signs\n\n")
    assert partners.read(tmp_path / "given") == {"FIGURINE_GEMINI_API_KEY": "key=with=signs"}


def test_bank_details_of_env_reach_the_terms_of_invoices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bank = {"FIGURINE_BANK_IBAN": "GB33 BUKB 2020 1555 5555 55", "FIGURINE_BANK_HOLDER": "Somebody"}
    assert bank.keys() <= COMPOSE["services"]["billing"]["environment"].keys()
    settings: BillingSettings = settings_in_container(monkeypatch, tmp_path, "billing", {}, **bank)
    assert settings.terms.bank is not None
    assert settings.terms.bank.holder == "Somebody"


def test_stripe_is_emulated_exactly_when_there_is_no_key_for_it() -> None:
    include, _ = COMPOSE["include"]
    path = include["path"]
    assert path.count("${") == 1
    assert re.sub(r"\$\{FIGURINE_STRIPE_API_KEY:\+[^}]*\}", "", path) == "ops/compose/stripe.yml"
    with_key = re.sub(r"\$\{FIGURINE_STRIPE_API_KEY:\+([^}]*)\}", r"\1", path)
    assert read(with_key)["services"] == {}


def test_only_who_asks_partners_reaches_outside() -> None:
    networks = COMPOSE["networks"]
    assert networks["inside"]["internal"] is True
    # Published ports need a network that is not internal; what is in it still gets no further than this machine.
    assert networks["public"]["driver_opts"] == {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    outside = {name for name, container in CONTAINERS.items() if "outside" in container.get("networks", [])}
    # Partners, and for the gateway the webhooks of customers and the providers that people sign in with.
    assert outside == {
        f"{service}{worker}" for service in ("billing", "gateway", "generation") for worker in ("", "-worker")
    }
    public = {name for name, container in CONTAINERS.items() if "public" in container.get("networks", [])}
    assert public == {"edge", "rabbitmq", "stripe"}


def test_what_is_published_is_published_on_this_machine_only() -> None:
    ports = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}
    assert set(ports) == {"edge", "rabbitmq", "stripe"}
    assert all(port.startswith("127.0.0.1:") for published in ports.values() for port in published)


def test_a_service_is_two_containers_that_differ_in_what_they_run() -> None:
    for service in SERVICES:
        web, worker = dict(COMPOSE["services"][service]), dict(COMPOSE["services"][f"{service}-worker"])
        assert (web.pop("command"), worker.pop("command")) == (["web"], ["worker"])
        told, told_worker = web.pop("environment"), worker.pop("environment")
        # Each answers for itself to whoever asks whether it is healthy, and for its figures.
        assert set(told.items()) ^ set(told_worker.items()) == {
            ("FIGURINE_METRICS_BIND", "0.0.0.0:9443"),
            ("FIGURINE_WORKER_METRICS_BIND", "0.0.0.0:9444"),
        }
        assert web == worker


def test_a_certificate_holds_for_the_worker_and_one_from_before_is_replaced(tmp_path: Path) -> None:
    authority = trustme.CA()
    (tmp_path / "billing").mkdir()
    old = authority.issue_cert("billing", "localhost", "127.0.0.1")
    (tmp_path / "billing" / "tls.crt").write_bytes(old.cert_chain_pems[0].bytes())
    (tmp_path / "billing" / "ca.pem").write_bytes(authority.cert_pem.bytes())
    secrets.identify(authority, tmp_path / "billing", "billing")
    issued = (tmp_path / "billing" / "tls.crt").read_bytes()
    assert secrets.names_of(tmp_path / "billing" / "tls.crt") == {"billing", "billing-worker", "localhost", "127.0.0.1"}
    secrets.identify(authority, tmp_path / "billing", "billing")
    assert (tmp_path / "billing" / "tls.crt").read_bytes() == issued


def test_the_edge_believes_nothing_but_the_studios_own_authority() -> None:
    told = (PROJECT / "ops/compose/Caddyfile").read_text()
    assert "tls_trusted_ca_certs /run/figurine/ca.pem" in told
    assert "insecure" not in told
    # What it says of who asks is believed, and nothing that was said before it.
    assert COMPOSE["services"]["gateway"]["environment"]["FIGURINE_TRUSTED_PROXIES"].endswith(":-1}")


def test_the_example_environment_lists_the_ports_of_the_containers() -> None:
    files = ("docker-compose.yml", "ops/compose/stripe.yml", "ops/compose/observability.yml")
    written = "".join((PROJECT / file).read_text() for file in files)
    # The folder is for journeys, and the number of proxies is one of the gateway's own settings.
    assert dict(re.findall(r"\$\{(FIGURINE_\w*PORT):-(\d+)\}", written)) == examples()["containers"]


def test_a_container_starts_anew_when_a_key_that_it_uses_comes_or_goes() -> None:
    # Its key is a file, which compose does not compare; a label it does.
    for service, key in (("billing", partners.STRIPE_KEY), ("generation", partners.GEMINI_KEY)):
        assert f"${{{key}:+itself}}" in COMPOSE["services"][service]["labels"].values()


def test_what_is_in_env_is_not_committed() -> None:
    assert ".env" in (PROJECT / ".gitignore").read_text().splitlines()


def test_no_key_stands_in_the_environment_of_a_container() -> None:
    for name, container in CONTAINERS.items():
        environment = container.get("environment", {})
        assert not [each for each in environment if re.search(r"API_KEY|SECRET_KEY|WEBHOOK_SECRET", each)], name


def test_the_demo_finds_the_studio_in_containers(tmp_path: Path) -> None:
    kept = Secrets(tmp_path / "secrets.json")
    (tmp_path / "endpoints.json").write_text(json.dumps(secrets.endpoints(kept, {"FIGURINE_PORT": "30443"})))
    found = endpoints.read(tmp_path)
    assert found.gateway == "https://localhost:30443"
    assert found.management == f"https://localhost:{examples()['containers']['FIGURINE_RABBITMQ_PORT']}"
    assert found.ca == PROJECT / ".figurine/compose/gateway/ca.pem"
    folder = "${FIGURINE_FOLDER:-./.figurine/compose}"
    assert f"{folder}/gateway:/run/figurine:ro" in COMPOSE["services"]["gateway"]["volumes"]
    assert f"{folder}/post:/post" in COMPOSE["services"]["mail"]["volumes"]


def test_who_audits_knows_every_door_and_no_secret_of_a_service(tmp_path: Path) -> None:
    kept = Secrets(tmp_path / "secrets.json")
    held = secrets.contents(kept, {})
    told = held["audit"]["audit.json"]
    stack = Running(json.loads(told), Path("/"))
    workers = {f"{service}-worker" for service in SERVICES}
    servers = {"postgres", "rabbitmq", "seaweedfs", "mail"}
    assert {listener.host for listener in stack.listeners()} == {*SERVICES, *workers, *servers}
    assert len(stack.listeners()) == 3 * len(SERVICES) + 5
    secret = {"DATABASE_URL", "BROKER_URL", "S3_SECRET_KEY", "SMTP_URL"}
    own = {
        value
        for service in SERVICES
        for name, value in held[service].items()
        if name.removeprefix("FIGURINE_") in secret or name.endswith((*secrets.ROTATED, "_PRIVATE_KEY", "_FENCE_KEY"))
    }
    assert len(own) > 4 * len(SERVICES)
    assert not [value for value in own if json.dumps(value)[1:-1] in told]
    # What it signs with is the other half of what privacy checks with.
    token = TokenIssuer(stack.audit["key"], issuer=AUDITOR).issue(user_id=None, audience="privacy")
    key = held["privacy"]["FIGURINE_AUDIT_PUBLIC_KEY"]
    assert TokenVerifier(key, "privacy", issuer=AUDITOR).verify(token).user_id is None


def test_the_broker_is_given_its_cookie_before_anybody_makes_one_up(tmp_path: Path) -> None:
    cookie = secrets.contents(Secrets(tmp_path / "secrets.json"), {})["rabbitmq"]["erlang.cookie"]
    assert len(cookie) >= 32
    entrypoint = COMPOSE["services"]["rabbitmq"]["entrypoint"][-2]
    assert entrypoint.index(".erlang.cookie") < entrypoint.index("exec docker-entrypoint.sh")


def test_who_looks_on_is_there_on_request_only_and_speaks_tls_with_files_of_its_own(tmp_path: Path) -> None:
    observers = read("ops/compose/observability.yml")["services"]
    assert set(observers) == set(secrets.OBSERVERS)
    held = secrets.contents(Secrets(tmp_path / "secrets.json"), {})
    for name, container in observers.items():
        assert container["profiles"] == ["observability"]
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", container["image"]), name
        assert f"${{FIGURINE_FOLDER:-./.figurine/compose}}/{name}:/run/figurine:ro" in container["volumes"]
        assert all(port.startswith("127.0.0.1:") for port in container.get("ports", []))
        assert name in held
    assert "/run/figurine/tls.crt" in (PROJECT / "deploy/observability/prometheus-web.yml").read_text()
    assert "/run/figurine/tls.crt" in (PROJECT / "deploy/observability/jaeger.yml").read_text()
