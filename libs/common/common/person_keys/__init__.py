"""A key for each person, which wraps the data keys of everything that is hers in one service.

    keys = PersonKeys(Keyring.parse(settings.sealing_keys…))
    keys.sealer(connection, clock)        for columns: in the caller's transaction, over its connection
    keys.sealer_of(database, clock)       for objects: outside any transaction, with short ones of its own

Erasure deletes the row of `person_keys`, after everything else; from then on nothing opens that was sealed
under it: not in this database, not in the store, and not in any copy of either that lacks this row.
"""

from common.person_keys.cache import KeyCache
from common.person_keys.keys import PersonKeys
from common.person_keys.resealing import count_old_forms, reseal_rows
from common.person_keys.rotating import count_keys, rewrap_keys
from common.person_keys.upkeep import key_jobs, rewrap_command, rewrap_everything

__all__ = [
    "KeyCache",
    "PersonKeys",
    "count_keys",
    "count_old_forms",
    "key_jobs",
    "reseal_rows",
    "rewrap_command",
    "rewrap_everything",
    "rewrap_keys",
]
