"""Promises S4 and T3: who is let into which bucket."""

from collections.abc import Iterable, Sequence

from common import buckets
from common.errors import Unavailable
from common.inventory import Inventory
from common.probes.finding import Finding
from common.probes.objects import look_at, sealed_objects
from common.probes.probe import Look, Probe
from common.settings import ServiceSettings
from common.storage import ObjectStore
from common.storage.knocking import Knocker


def own_buckets_only(knocker: Knocker, service: str) -> Probe:
    """Promise S4: try the service's own key on the buckets of others.

    Broken on purpose: let the service's identity read or list one more bucket (`Read:photos` for billing).
    """
    return Probe(promise="S4", name="own buckets only", check=lambda _look: _try_others(knocker, service))


def strangers_outside(
    stranger: Knocker, store: ObjectStore, names: Sequence[str], *, everything: Sequence[str] = buckets.ALL
) -> Probe:
    """Promise T3: come to every bucket without a key, and see whether what lies in these is encrypted.

    Broken on purpose: let anybody read a bucket (an identity `anonymous`, or a policy); or put a plain object into one
    whose encryption was turned off.
    """
    return Probe(
        promise="T3",
        name="strangers stay outside",
        check=lambda look: _come_as_stranger(look, stranger, store, names, everything),
    )


def store_probes(settings: ServiceSettings, store: ObjectStore, inventory: Inventory) -> list[Probe]:
    """What is looked at in the buckets that a service declares to hold something of people's."""
    names = [bucket.name for bucket in inventory.buckets if bucket.subject is not None]
    stranger = Knocker.stranger(endpoint=getattr(settings, "s3_endpoint", ""), ca_file=settings.ca_file)
    return [sealed_objects(store, names), strangers_outside(stranger, store, names)]


def with_its_key(settings: ServiceSettings) -> Knocker | None:
    """The service itself, where it has a key to the store."""
    endpoint, key, secret = (getattr(settings, f"s3_{part}", None) for part in ("endpoint", "access_key", "secret_key"))
    if endpoint is None or key is None or secret is None:
        return None
    return Knocker(endpoint=endpoint, access_key=key, secret_key=secret.get_secret_value(), ca_file=settings.ca_file)


def _try_others(knocker: Knocker, service: str) -> Finding:
    if not knocker.may_list(min(buckets.READ[service])):
        # Where its own door is closed to it, what it is refused elsewhere says nothing.
        raise Unavailable
    read = [name for name in buckets.ALL if name not in buckets.READ[service]]
    listed = [name for name in read if name not in buckets.WRITTEN.get(service, ())]
    opened = _let_in(knocker, listed=listed, read=read)
    return Finding.of(
        f"The key of {service} was tried on {len(read)} buckets that are not its own, and opened {len(opened)}.",
        broken=bool(opened),
        buckets=len(read),
        opened=len(opened),
        which=", ".join(opened),
    )


def _come_as_stranger(
    look: Look, stranger: Knocker, store: ObjectStore, names: Sequence[str], everything: Sequence[str]
) -> Finding:
    opened = _let_in(stranger, listed=everything, read=everything)
    seen = look_at(store, names, look.clock)
    by_store, by_studio = sum(each.encrypted for each in seen), sum(each.sealed for each in seen)
    bare = sum(not (each.sealed or each.encrypted) for each in seen)
    return Finding.of(
        f"Somebody without a key came to {len(everything)} buckets and was let into {len(opened)}; of {len(seen)} "
        f"objects {by_studio} were encrypted by the studio before they went there, {by_store} by the store, and {bare} "
        "by nobody.",
        broken=bool(opened or bare),
        buckets=len(everything),
        opened=len(opened),
        objects=len(seen),
        by_studio=by_studio,
        by_store=by_store,
        bare=bare,
        which=", ".join(opened),
    )


def _let_in(knocker: Knocker, *, listed: Iterable[str], read: Iterable[str]) -> list[str]:
    opened = {name for name in listed if knocker.may_list(name)} | {name for name in read if knocker.may_read(name)}
    return sorted(opened)
