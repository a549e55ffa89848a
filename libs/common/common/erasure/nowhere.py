"""The object store of a service that has none."""

from typing import Final


class Nowhere:
    """Holds nothing."""

    def delete_all(self, bucket: str, name: str) -> int:
        """There is nothing to destroy, and a service that names objects here has a fault."""
        raise LookupError(bucket + name)

    def count_all(self, bucket: str, name: str) -> int:
        """There is nothing to count."""
        raise LookupError(bucket + name)


NOWHERE: Final = Nowhere()
