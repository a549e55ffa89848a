"""The secrets of the studio in Kubernetes, as manifests: made on the first call, kept for the next.

    python -m ops.kubernetes FOLDER [--given FILE] [--postgres HOST] [--store URL] | kubectl apply -f -

FOLDER keeps what was made (mode 0600); without it the data is lost. One Secret for each program, with files named like
its settings. Certificates are no matter of this: cert-manager makes them. `--given` is a file of lines like
`billing/FIGURINE_STRIPE_API_KEY=sk_live_…` that go before what was made: keys of partners and of a store elsewhere, the
mail server (`gateway/FIGURINE_SMTP_URL`), another Postgres's administrator (`provision/admin`). The output
is as secret as it looks: pipe it to `kubectl`, `sops` or `kubeseal`, never to a file in a tree.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from ops import signing_certificate
from ops.compose import partners
from ops.compose.secrets import CA, contents
from ops.embedded import files
from ops.embedded.secrets import Secrets
from ops.services import SERVICES

AUTHORITIES = "/run/authorities/ca.pem"
STORE = "https://store:8333"
NAMESPACE = "figurine"
ADMINISTRATOR = "provision/admin"
# Nobody stands in for Stripe here, and the mail sink and the store come only with the overlay for one node.
LEFT_OUT = frozenset({"stripe"})


def manifests(folder: Path, given: Mapping[str, str], *, postgres: str, store: str) -> list[dict[str, object]]:
    """A Secret for each program. Raises ValueError for something given to nobody."""
    kept = Secrets(folder / "secrets.json")
    held = {name: dict(each) for name, each in contents(kept, {}).items() if name not in LEFT_OUT}
    for name in partners.MAY_GO["billing"]:
        held["billing"].pop(name, None)
    held["generation"] |= _signing(folder)
    held["postgres"] = {"username": "postgres", **held["postgres"]}
    # Where somebody else keeps the store and its keys, somebody else makes the buckets.
    _amend(held["provision"], "provision.json", _provision(given, buckets_made=store != STORE))
    _amend(held["audit"], "audit.json", _audit(given))
    moved = {name: {key: _moved(text, postgres, store) for key, text in each.items()} for name, each in held.items()}
    for path, value in given.items():
        if path == ADMINISTRATOR:
            continue
        name, _, key = path.partition("/")
        if name not in moved or not key:
            message = f"{path}: give it to one of {', '.join(sorted(moved))}, as in billing/FIGURINE_STRIPE_API_KEY"
            raise ValueError(message)
        moved[name][key] = value
    return [_secret(name, each) for name, each in moved.items()]


def _moved(text: str, postgres: str, store: str) -> str:
    """What was written for containers on one machine, as it is here. KEDA comes to the broker from elsewhere."""
    return (
        text.replace(CA, AUTHORITIES)
        .replace("@postgres/", f"@{postgres}/")
        .replace("@rabbitmq:", f"@rabbitmq.{NAMESPACE}.svc:")
        .replace("https://seaweedfs:8333", store)
    )


def _amend(held: dict[str, str], file: str, more: Mapping[str, object]) -> None:
    held[file] = json.dumps(json.loads(held[file]) | more)


def _provision(given: Mapping[str, str], *, buckets_made: bool) -> dict[str, object]:
    owner = "postgresql://{role}:{password}@postgres/figurine?sslmode=verify-full&sslrootcert=" + AUTHORITIES
    admin = {"admin": given[ADMINISTRATOR]} if ADMINISTRATOR in given else {}
    store = {"s3": None} if buckets_made else {"store": STORE}
    return {"ca": AUTHORITIES, "owner": owner, **admin, **store}


def _audit(given: Mapping[str, str]) -> dict[str, object]:
    """Workers are pods of their own here; of the mail server it needs no password."""
    services = {
        service: {
            "url": f"https://{service}:8443",
            "metrics": f"https://{service}:9443",
            "worker_metrics": f"https://{service}-worker:9444",
        }
        for service in SERVICES
    }
    mail = urlsplit(given.get("gateway/FIGURINE_SMTP_URL", "smtps://mail:1465"))
    return {"services": services, "smtp": f"{mail.scheme}://{mail.hostname}:{mail.port}"}


def _signing(folder: Path) -> dict[str, str]:
    """A certificate to sign pictures with: of an authority of its own, since signatures outlive cert-manager's."""
    chain, key = folder / "provenance.crt", folder / "provenance.key"
    if not chain.exists():
        authority = trustme.CA(organization_name="Figurine studio")
        issued, private = signing_certificate.issue(authority.cert_pem.bytes(), authority.private_key_pem.bytes())
        files.write(key, private)
        files.write(chain, issued)
    return {"provenance.crt": chain.read_text(), "provenance.key": key.read_text()}


def _secret(name: str, held: Mapping[str, str]) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"figurine-{name}", "namespace": NAMESPACE},
        "type": "kubernetes.io/basic-auth" if name == "postgres" else "Opaque",
        "stringData": dict(held),
    }


def main() -> int:
    """Print them."""
    parser = argparse.ArgumentParser(prog="python -m ops.kubernetes", description=__doc__)
    parser.add_argument("folder", type=Path, help="where what was made is kept")
    parser.add_argument("--given", type=Path, help="lines like billing/FIGURINE_STRIPE_API_KEY=sk_live_…")
    parser.add_argument("--postgres", default="postgres", metavar="HOST[:PORT]", help="Postgres, if elsewhere")
    parser.add_argument("--store", default=STORE, metavar="URL", help="the store of objects, if elsewhere")
    told = parser.parse_args()
    told.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = partners.read(told.given) if told.given else {}
    try:
        made = manifests(told.folder, given, postgres=told.postgres, store=told.store)
    except ValueError as refused:
        print(refused, file=sys.stderr)
        return 1
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": made}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
