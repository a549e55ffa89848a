"""The object store of a service that comes to it for nothing but parts."""

from common.settings import StoreSettings
from common.storage import ObjectStore


def store_of(settings: StoreSettings) -> ObjectStore | None:
    """The object store, where the settings name one."""
    if settings.s3_endpoint is None or settings.s3_access_key is None or settings.s3_secret_key is None:
        return None
    return ObjectStore(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        ca_file=settings.ca_file,
    )
