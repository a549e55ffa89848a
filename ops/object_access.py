"""Who may do what in the object store: an identity per service, and the operator's."""

from collections.abc import Mapping

from ops.services import BUCKETS_OF, WRITTEN_BY

ADMINISTRATOR = "operator"
_ACTIONS = ("Read", "Write", "List", "Tagging")
# To put something and to take it back: for that it has to be found.
_WRITING = ("Write", "List")


def identities(secret_keys: Mapping[str, str]) -> dict[str, object]:
    """SeaweedFS's S3 configuration; `secret_keys` has one per name in BUCKETS_OF and the operator's."""
    return {
        "identities": [
            _identity(ADMINISTRATOR, secret_keys[ADMINISTRATOR], ["Admin", *_ACTIONS]),
            *(
                _identity(
                    service,
                    secret_keys[service],
                    [*_on(buckets, _ACTIONS), *_on(WRITTEN_BY.get(service, ()), _WRITING)],
                )
                for service, buckets in BUCKETS_OF.items()
            ),
        ]
    }


def _on(buckets: tuple[str, ...], actions: tuple[str, ...]) -> list[str]:
    return [f"{action}:{bucket}" for bucket in buckets for action in actions]


def _identity(name: str, secret_key: str, actions: list[str]) -> dict[str, object]:
    return {"name": name, "credentials": [{"accessKey": name, "secretKey": secret_key}], "actions": actions}
