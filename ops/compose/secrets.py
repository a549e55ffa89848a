"""Certificates, keys and passwords of the containers: made on the first start, kept for the next.

    python -m ops.compose.secrets FOLDER [GIVEN]

Each container gets a folder of its own and sees no other. A service's folder holds files named
like its settings (FIGURINE_SECRETS_DIR). Repeating changes nothing: what was sealed must open.
Only the keys of partners follow what is given, a file of lines like NAME=value. `endpoints.json`
says where the studio is, for the demo and for people.
"""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import trustme
from cryptography import x509

from ops import broker_access, object_access, provision, signing_certificate
from ops.compose import partners
from ops.embedded import files
from ops.embedded.seaweedfs import REGION
from ops.embedded.secrets import Secrets
from ops.services import BUCKETS, BUCKETS_OF, CANARY, SERVICES, SIGNERS

# The account of our own images (Dockerfile). The servers' images start as root and step down by themselves.
STUDIO = 10001
OURS = frozenset({*SERVICES, CANARY, "edge", "mail", "stripe", "provision", "audit"})
# Who looks on, under the accounts of their images.
OBSERVERS: Mapping[str, int] = {"prometheus": 65534, "grafana": 472, "jaeger": 10001}
CA = "/run/figurine/ca.pem"
# What the variables end with that are changed step by step, by hand: keys in several versions, and of tokens.
ROTATED = ("_KEYS", "_TOKEN_PUBLIC_KEY", "_TOKEN_PRIVATE_KEY")
TOKEN_KEY = "gateway tokens"  # noqa: S105 - the name of a key
AUDIT_KEY = "audit tokens"
WEED_KEYS = ("JWT_SIGNING", "JWT_SIGNING_READ", "JWT_FILER_SIGNING", "JWT_FILER_SIGNING_READ")


def write(folder: Path, given: Mapping[str, str]) -> None:
    """Fill the folder with a folder for each container. `given`: what partners are reached with."""
    kept = Secrets(folder / "authority" / "secrets.json")
    authority = _authority(folder / "authority")
    for name, held in contents(kept, given).items():
        fill(folder / name, held)
        identify(authority, folder / name, name)
        if name == "generation":
            _let_sign(authority, folder / name)
        _hand_over(folder / name, OBSERVERS.get(name, STUDIO if name in OURS else 0))
    _post_office(folder / "post")
    files.write(folder / "endpoints.json", json.dumps(endpoints(kept, given), indent=2) + "\n")


def contents(kept: Secrets, given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The files of each container that hold something secret, beside its certificate."""
    return {
        **{service: {**settings(kept, service), **_partners(kept, service, given)} for service in SERVICES},
        CANARY: _canary(kept),
        "edge": {},
        **{observer: {} for observer in OBSERVERS},
        "grafana": {"password": kept.password("grafana")},
        "postgres": {"password": kept.password("postgres")},
        "rabbitmq": {
            "definitions.json": json.dumps(broker_access.definitions(_broker_passwords(kept))),
            "erlang.cookie": kept.password("erlang cookie"),
        },
        "seaweedfs": _seaweedfs(kept),
        "mail": {"mail.json": json.dumps(_mail(kept))},
        "stripe": {"stripe.json": json.dumps(partners.emulated(kept))},
        "audit": {"audit.json": json.dumps(_audit(kept))},
        "provision": {"provision.json": json.dumps(_provision(kept))},
    }


def endpoints(kept: Secrets, given: Mapping[str, str]) -> dict[str, object]:
    """Where this machine finds what is published, and the files that go with it, from the checkout."""
    folder = given.get("FIGURINE_FOLDER", "./.figurine/compose").removeprefix("./")
    studio, broker = given.get("FIGURINE_PORT", "28443"), given.get("FIGURINE_RABBITMQ_PORT", "28672")
    user, password = broker_access.ADMINISTRATOR, kept.password(f"rabbitmq {broker_access.ADMINISTRATOR}")
    return {
        "gateway": f"https://localhost:{studio}",
        "ca": f"{folder}/gateway/ca.pem",
        "mail": f"{folder}/post",
        "rabbitmq": {"management": f"https://{user}:{password}@localhost:{broker}"},
    }


def fill(folder: Path, held: Mapping[str, str]) -> None:
    """Write a container's files; a partner's key that is not given any more must not be used any more."""
    for name in partners.MAY_GO.get(folder.name, ()):
        if name not in held:
            (folder / name).unlink(missing_ok=True)
    for file, text in held.items():
        # Somebody may have rotated them since: the first keyring back, and what was sealed meanwhile is lost.
        if not (file.endswith(ROTATED) and (folder / file).exists()):
            files.write(folder / file, text)


def settings(kept: Secrets, service: str) -> dict[str, str]:
    """The secret settings of a service, by their variables."""
    broker = kept.password(f"rabbitmq {service}")
    return {
        "FIGURINE_DATABASE_URL": database_url(service, kept.password(f"postgres {service}")),
        "FIGURINE_PROBE_DATABASE_URL": database_url(f"{service}_probe", kept.password(f"postgres {service}_probe")),
        "FIGURINE_BROKER_URL": f"amqps://{service}:{broker}@rabbitmq:5671/{broker_access.VHOST}",
        "FIGURINE_TOKEN_PUBLIC_KEY": kept.verification_key(TOKEN_KEY),
        "FIGURINE_EXPORT_KEYS": f"1:{kept.key('exports')}",
        "FIGURINE_FENCE_KEY": kept.key(f"{service} fence"),
        "FIGURINE_RECEIPT_PRIVATE_KEY": kept.signing_key(f"{service} receipts"),
        **(_store(kept, service) if service in BUCKETS_OF else {}),
        **_own(kept, service),
    }


def _partners(kept: Secrets, service: str, given: Mapping[str, str]) -> dict[str, str]:
    return partners.settings(kept, service, given, ca=CA)


def database_url(role: str, password: str) -> str:
    """Where a role finds the database; the server has to prove its name."""
    return f"postgresql://{role}:{password}@postgres/figurine?sslmode=verify-full&sslrootcert={CA}"


def _store(kept: Secrets, service: str) -> dict[str, str]:
    return {"FIGURINE_S3_ACCESS_KEY": service, "FIGURINE_S3_SECRET_KEY": kept.password(f"s3 {service}")}


def _own(kept: Secrets, service: str) -> Mapping[str, str]:
    sealing = {"FIGURINE_SEALING_KEYS": f"1:{kept.key(f'{service} sealing')}"}
    uploads = {"FIGURINE_UPLOAD_KEYS": f"1:{kept.key('uploads')}"}
    match service:
        case "gateway":
            return {
                **sealing,
                **uploads,
                "FIGURINE_BLIND_INDEX_KEY": kept.key("blind index"),
                "FIGURINE_TOKEN_PRIVATE_KEY": kept.signing_key(TOKEN_KEY),
                "FIGURINE_SMTP_URL": f"smtps://studio:{kept.password('mail')}@mail:1465",
            }
        case "generation":
            return {**sealing, **uploads}
        case "billing":
            return {**sealing, "FIGURINE_CODE_KEY": kept.key("codes")}
        case "privacy":
            receipts = json.dumps(kept.verification_keys("receipts", SIGNERS))
            return {
                **sealing,
                "FIGURINE_RECEIPT_PUBLIC_KEYS": receipts,
                "FIGURINE_AUDIT_PUBLIC_KEY": kept.verification_key(AUDIT_KEY),
            }
        case "analytics":
            return {"FIGURINE_PSEUDONYM_KEY": kept.key("pseudonyms")}
        case _:
            return {}


def _canary(kept: Secrets) -> dict[str, str]:
    broker = kept.password(f"rabbitmq {CANARY}")
    return {
        "FIGURINE_BROKER_URL": f"amqps://{CANARY}:{broker}@rabbitmq:5671/{broker_access.VHOST}",
        "FIGURINE_RECEIPT_PRIVATE_KEY": kept.signing_key(f"{CANARY} receipts"),
    }


def _broker_passwords(kept: Secrets) -> dict[str, str]:
    return {name: kept.password(f"rabbitmq {name}") for name in broker_access.USERS}


def _seaweedfs(kept: Secrets) -> dict[str, str]:
    keys = {name: kept.password(f"s3 {name}") for name in (*BUCKETS_OF, object_access.ADMINISTRATOR)}
    environment = {f"WEED_{name}_KEY": kept.hex_key(name) for name in WEED_KEYS}
    environment["WEED_S3_SSE_KEK"] = kept.hex_key("encryption at rest")
    return {
        "identities.json": json.dumps(object_access.identities(keys)),
        "environment": "".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items()),
    }


def _mail(kept: Secrets) -> dict[str, object]:
    return {
        "port": 1465,
        "user": "studio",
        "password": kept.password("mail"),
        "certificate": "/run/figurine/tls.crt",
        "key": "/run/figurine/tls.key",
        "folder": "/post",
    }


def _audit(kept: Secrets) -> dict[str, object]:
    """Where the auditor knocks, and what it signs and looks with: no key of a service, and no row of anybody."""
    return {
        "gateway": "https://gateway:8443",
        "ca": CA,
        "services": {
            service: {
                "url": f"https://{service}:8443",
                "metrics": f"https://{service}:9443",
                "worker_metrics": f"https://{service}-worker:9444",
            }
            for service in SERVICES
        },
        "rabbitmq": {
            "url": f"amqps://rabbitmq:5671/{broker_access.VHOST}",
            "management": "https://rabbitmq:15671",
        },
        "s3": {"endpoint": "https://seaweedfs:8333", "region": REGION, "buckets": BUCKETS},
        "smtp": "smtps://mail:1465",
        "audit": {
            "key": kept.signing_key(AUDIT_KEY),
            "database": database_url(provision.AUDITOR, kept.password(f"postgres {provision.AUDITOR}")),
        },
    }


def _provision(kept: Secrets) -> dict[str, object]:
    return {
        "admin": database_url("postgres", kept.password("postgres")),
        "roles": {role: kept.password(f"postgres {role}") for role in provision.everybody(SERVICES)},
        "s3": kept.password(f"s3 {object_access.ADMINISTRATOR}"),
        "brokers": {service: settings(kept, service)["FIGURINE_BROKER_URL"] for service in SERVICES},
    }


def _authority(folder: Path) -> trustme.CA:
    certificate, key = folder / "ca.pem", folder / "ca.key"
    if not key.exists():
        fresh = trustme.CA(organization_name="Figurine studio in containers on this machine")
        files.write(certificate, fresh.cert_pem.bytes().decode(), mode=0o644)
        files.write(key, fresh.private_key_pem.bytes().decode())
    return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())


def identify(authority: trustme.CA, folder: Path, name: str) -> None:
    """A certificate for the container's name, and for localhost, as its own health check calls it.

    A service's worker is another container with the same files; a certificate from before it was is replaced.
    """
    certificate = folder / "tls.crt"
    ca = authority.cert_pem.bytes().decode()
    names = [name, *([f"{name}-worker"] if name in SERVICES else []), "localhost", "127.0.0.1"]
    if certificate.exists() and (folder / "ca.pem").read_text() == ca and names_of(certificate) >= set(names):
        return
    issued = authority.issue_cert(*names)
    files.write(folder / "tls.key", issued.private_key_pem.bytes().decode())
    chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
    files.write(certificate, chain.decode(), mode=0o644)
    files.write(folder / "ca.pem", ca, mode=0o644)


def names_of(certificate: Path) -> set[str]:
    """Whom a certificate is for."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    told = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*told.get_values_for_type(x509.DNSName), *map(str, told.get_values_for_type(x509.IPAddress))}


def _let_sign(authority: trustme.CA, folder: Path) -> None:
    """A certificate to sign pictures with; another one may replace it, for the authority stays."""
    chain, ca = folder / "provenance.crt", authority.cert_pem.bytes()
    if chain.exists() and chain.read_text().endswith(ca.decode()):
        return
    issued, key = signing_certificate.issue(ca, authority.private_key_pem.bytes())
    files.write(folder / "provenance.key", key)
    files.write(chain, issued, mode=0o644)


def _hand_over(folder: Path, account: int) -> None:
    """Only this account reads what is secret; certificates are no secret."""
    folder.chmod(0o755)
    for path in folder.iterdir():
        os.chown(path, account, account)


def _post_office(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, STUDIO, STUDIO)


if __name__ == "__main__":
    write(Path(sys.argv[1]), partners.read(Path(sys.argv[2])) if len(sys.argv) > 2 else {})
