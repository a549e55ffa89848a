-- What providers were told stays as it was written, but for a moment from a clock that ran ahead: it is put right, or the
-- record would be kept for too long (`put_right` in common.inventory.expiring).

GRANT UPDATE (at) ON disclosures TO billing;
