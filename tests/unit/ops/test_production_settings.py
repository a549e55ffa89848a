"""What production mode refuses to start with: of every service, and all of it at once."""

from importlib import import_module
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from common.settings import ServiceSettings, explain
from ops.services import SERVICES

STORE = {"s3_endpoint": "https://store", "s3_access_key": "access", "s3_secret_key": SecretStr("the-store-lets-us-in")}
FIT: dict[str, dict[str, Any]] = {
    service: {
        "mode": "production",
        "database_url": SecretStr("postgresql://u:q8Zr1nV0pLw2@h/d?sslmode=verify-full"),
        "broker_url": SecretStr("amqps://u:q8Zr1nV0pLw2@h/v"),
        "tls_cert": "cert.pem",
        "tls_key": "key.pem",
        "token_public_key": "key",
        "export_keys": SecretStr("1:abcdefghijklmnop"),
        "fence_key": SecretStr("abcdefghijklmnop"),
        "receipt_private_key": SecretStr("abcdefghijklmnop"),
        "sealing_keys": SecretStr("1:abcdefghijklmnop"),
        **STORE,
    }
    for service in SERVICES
}
FIT["gateway"] |= {
    "upload_keys": SecretStr("1:abcdefghijklmnop"),
    "blind_index_key": SecretStr("abcdefghijklmnop"),
    "token_private_key": SecretStr("abcdefghijklmnop"),
    "smtp_url": SecretStr("smtps://u:q8Zr1nV0pLw2@mail"),
    "public_url": "https://studio",
    **{f"{other}_url": f"https://{other}" for other in SERVICES if other != "gateway"},
}
FIT["generation"] |= {
    "upload_keys": SecretStr("1:abcdefghijklmnop"),
    "provenance_cert": "provenance.crt",
    "provenance_key": "provenance.key",
}
FIT["analytics"] |= {"pseudonym_key": SecretStr("A" * 43 + "=")}

UNFIT: list[tuple[str, dict[str, Any], str]] = [
    *((service, {"s3_endpoint": "http://store"}, "FIGURINE_S3_ENDPOINT needs https://") for service in SERVICES),
    *(
        (service, {"otlp_endpoint": "http://collector"}, "FIGURINE_OTLP_ENDPOINT needs https://")
        for service in SERVICES
    ),
    *((service, {"tls_key": None}, "FIGURINE_TLS_KEY are needed") for service in SERVICES),
    *((service, {"fence_key": None}, "FIGURINE_FENCE_KEY is missing") for service in SERVICES),
    *(
        (service, {"s3_secret_key": SecretStr("minioadmin")}, "FIGURINE_S3_SECRET_KEY is a default")
        for service in SERVICES
    ),
    ("gateway", {"billing_url": "http://billing"}, "FIGURINE_BILLING_URL needs https://"),
    ("gateway", {"public_url": "http://studio"}, "FIGURINE_PUBLIC_URL needs https://"),
    ("gateway", {"smtp_url": SecretStr("mail:25")}, "FIGURINE_SMTP_URL needs smtps://"),
    ("gateway", {"local_webhooks": True}, "FIGURINE_LOCAL_WEBHOOKS is for local mode"),
    (
        "generation",
        {"gemini_api_key": SecretStr("a-key-of-gemini"), "gemini_key_tier": "unpaid"},
        "FIGURINE_GEMINI_KEY_TIER is unpaid",
    ),
    (
        "generation",
        {"gemini_api_key": SecretStr("a-key-of-gemini"), "gemini_key_tier": "paid", "gemini_base_url": "http://g"},
        "FIGURINE_GEMINI_BASE_URL needs https://",
    ),
    ("billing", {"stripe_api_key": SecretStr("sk_test_q8Zr1nV0pLw2")}, "FIGURINE_STRIPE_API_KEY is a test key"),
    ("billing", {"stripe_api_key": SecretStr("rk_test_q8Zr1nV0pLw2")}, "FIGURINE_STRIPE_API_KEY is a test key"),
    (
        "billing",
        {"stripe_api_key": SecretStr("sk_live_q8Zr1nV0pLw2"), "stripe_api_base": "https://stripe"},
        "it goes to Stripe only",
    ),
]


def settings(service: str, **given: Any) -> ServiceSettings:
    kind: type[ServiceSettings] = import_module(f"{service}.settings").Settings
    return kind.model_validate(FIT[service] | given)


def refusal(service: str, given: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        settings(service, **given)
    return explain(refused.value)


@pytest.mark.parametrize("service", SERVICES)
def test_production_takes_settings_that_are_fit(service: str) -> None:
    assert settings(service).mode == "production"


@pytest.mark.parametrize(("service", "given", "fault"), UNFIT, ids=lambda each: each if isinstance(each, str) else "")
def test_production_refuses(service: str, given: dict[str, Any], fault: str) -> None:
    assert fault in refusal(service, given)


@pytest.mark.parametrize("service", SERVICES)
def test_all_faults_of_a_service_are_named_at_once(service: str) -> None:
    given: dict[str, Any] = {}
    wanted: set[str] = set()
    for name, unfit, fault in UNFIT:
        # Two that are about one setting cannot both be there.
        if name == service and not given.keys() & unfit.keys():
            given |= unfit
            wanted.add(fault)
    told = refusal(service, given)
    assert len(wanted) > 4
    assert [fault for fault in wanted if fault not in told] == []


def test_a_test_key_is_taken_where_somebody_said_that_nothing_is_really_sold() -> None:
    key = SecretStr("sk_test_q8Zr1nV0pLw2")
    assert settings("billing", stripe_api_key=key, stripe_test_allowed=True).mode == "production"
    assert settings("billing", stripe_api_key=key, mode="local").mode == "local"
