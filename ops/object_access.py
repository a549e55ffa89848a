"""Who may do what in the object store: an identity per service, and the operator's."""

from collections.abc import Mapping

from ops.services import BUCKETS_OF

ADMINISTRATOR = "operator"
_ACTIONS = ("Read", "Write", "List", "Tagging")


def identities(secret_keys: Mapping[str, str]) -> dict[str, object]:
    """SeaweedFS's S3 configuration; `secret_keys` has one per name in BUCKETS_OF and the operator's."""
    return {
        "identities": [
            _identity(ADMINISTRATOR, secret_keys[ADMINISTRATOR], ["Admin", *_ACTIONS]),
            *(
                _identity(service, secret_keys[service], [f"{each}:{b}" for b in buckets for each in _ACTIONS])
                for service, buckets in BUCKETS_OF.items()
            ),
        ]
    }


def _identity(name: str, secret_key: str, actions: list[str]) -> dict[str, object]:
    return {"name": name, "credentials": [{"accessKey": name, "secretKey": secret_key}], "actions": actions}
