"""Who may talk with whom in Kubernetes: exactly those whom the code lets talk, and nobody else."""

import importlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from common.settings import ServiceSettings
from ops.services import SERVICES
from tests.contract.manifests import OVERLAYS, Way, environment, of_kind, pod_of, pods, program, selects, ways

ROLES = ("web", "worker")
# Settings that say where another of the house is.
NEIGHBOURS = ("s3_endpoint", *(f"{service}_url" for service in SERVICES if service != "gateway"))
AMQPS, POSTGRES, HTTPS = 5671, 5432, 443
MAIL = {"local": (1465,)}
SUBMISSION = (465, 587)
# Who may ask somebody outside, beside the services whose settings know a partner: webhooks are called by the gateway.
CALLS_WEBHOOKS = "gateway-worker"
# Painters' calls to a partner are made by jobs; payments begin with a request and end with a sweep; providers are asked
# while those who sign in with them come back.
PARTNERS_OF = {"generation": ("worker",), "billing": ROLES, "gateway": ("web",)}


def address(overlay: str, service: str, setting: str) -> tuple[str, int]:
    """Where a setting of a service leads."""
    told = environment(overlay, pod_of(program(overlay, f"{service}-web"))["containers"][0])
    url = urlsplit(told[setting])
    assert url.hostname is not None
    return url.hostname, url.port or HTTPS


def in_the_house(overlay: str, host: str) -> str:
    """Which pods a name leads to; a name that is none of ours leads outside."""
    wanted = [each for each in of_kind(overlay, "Service") if each["metadata"]["name"] == host]
    found = [
        name
        for service in wanted
        for name, labels in pods(overlay).items()
        if selects({"matchLabels": service["spec"]["selector"]}, labels)
    ]
    return found[0] if found else "outside"


def from_settings(overlay: str) -> Iterator[Way]:
    """What every service's settings say it comes to."""
    for service in SERVICES:
        fields = importlib.import_module(f"{service}.settings").Settings.model_fields
        addresses = [f"FIGURINE_{name.upper()}" for name in fields if name in NEIGHBOURS]
        for role in ROLES:
            me = f"{service}-{role}"
            yield Way(me, "rabbitmq", AMQPS)
            yield Way(me, in_the_house_or_elsewhere(overlay), POSTGRES)
            for setting in addresses:
                host, port = address(overlay, service, setting)
                yield Way(me, in_the_house(overlay, host), port)


def in_the_house_or_elsewhere(overlay: str) -> str:
    """Where Postgres is."""
    return "postgres" if "postgres" in pods(overlay) else "outside"


def from_purpose(overlay: str) -> Iterator[Way]:
    """What else they do: mail, partners, and what looks from outside."""
    store = in_the_house(overlay, "store")
    store_port = 8333 if store == "store" else HTTPS
    database = in_the_house_or_elsewhere(overlay)
    for port in MAIL.get(overlay, SUBMISSION):
        mail = in_the_house(overlay, "mail")
        yield from (Way("gateway-worker", mail, port), Way("audit", mail, port))
    yield Way(CALLS_WEBHOOKS, "outside", HTTPS)
    yield from (Way(f"{service}-{role}", "outside", HTTPS) for service, roles in PARTNERS_OF.items() for role in roles)
    # Probes knock at the public door without TLS: here, or by way of the public address.
    yield Way("gateway-worker", "gateway-web", 8443)
    yield from (Way("canary", "gateway-web", 8443), Way("canary", "rabbitmq", AMQPS))
    for helper in ("provision", "audit"):
        yield from (Way(helper, database, POSTGRES), Way(helper, "rabbitmq", AMQPS), Way(helper, store, store_port))
    yield Way("audit", "rabbitmq", 15671)
    for service in SERVICES:
        yield Way("audit", f"{service}-web", 8443)
        yield Way("audit", f"{service}-web", 9443)
        yield Way("audit", f"{service}-worker", 9444)


def among_servers(overlay: str) -> Iterator[Way]:
    """What servers do for themselves, and who runs them: their operators' documentation says so."""
    yield from (Way("rabbitmq", "rabbitmq", port) for port in (4369, 25672))
    yield from (Way("rabbitmq", "outside", port) for port in (443, 6443))
    if "postgres" in pods(overlay):
        yield from (Way("postgres", "postgres", port) for port in (5432, 8000))
        yield from (Way("postgres", "outside", port) for port in (443, 6443))


@pytest.mark.parametrize("overlay", OVERLAYS)
class TestNetwork:
    def test_everybody_reaches_whom_the_code_talks_with_and_nobody_else(self, overlay: str) -> None:
        out, _ = ways(overlay)
        names = Way("any", "namespace:kube-system", 53)
        let = {way for way in out if (way.target, way.port) != (names.target, names.port)}
        assert let == {*from_settings(overlay), *from_purpose(overlay), *among_servers(overlay)}

    def test_whoever_is_reached_lets_exactly_those_in(self, overlay: str) -> None:
        out, into = ways(overlay)
        inside = {way for way in out if way.target in pods(overlay)}
        assert {way for way in into if way.source in pods(overlay)} == inside

    def test_from_other_namespaces_come_only_those_who_have_to(self, overlay: str) -> None:
        _, into = ways(overlay)
        strangers = {(way.source, way.target, way.port) for way in into if way.source not in pods(overlay)}
        expected = {("namespace:keda", "rabbitmq", AMQPS)}
        expected |= {("namespace:monitoring", f"{service}-web", 9443) for service in SERVICES}
        expected |= {("namespace:monitoring", f"{service}-worker", 9444) for service in SERVICES}
        if overlay != "local":
            expected |= {("namespace:envoy-gateway-system", "gateway-web", 8443)}
        if "postgres" in pods(overlay):
            expected |= {("namespace:cnpg-system", "postgres", port) for port in (POSTGRES, 8000)}
        assert strangers == expected

    def test_nobody_talks_unless_something_says_so(self, overlay: str) -> None:
        closed = [
            each
            for each in of_kind(overlay, "NetworkPolicy")
            if each["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        ]
        assert len(closed) == 1

    def test_webhooks_and_partners_cannot_be_used_to_reach_inside(self, overlay: str) -> None:
        (policy,) = [each for each in of_kind(overlay, "NetworkPolicy") if each["metadata"]["name"] == "to-partners"]
        for peer in policy["spec"]["egress"][0]["to"]:
            kept = set(peer["ipBlock"]["except"])
            assert kept >= {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} or kept >= {"fc00::/7"}


def test_services_with_partners_are_those_whose_settings_know_some() -> None:
    knowing = {
        service
        for service in SERVICES
        if importlib.import_module(f"{service}.settings").Settings.partners is not ServiceSettings.partners
    }
    assert knowing == PARTNERS_OF.keys()
