-- Whoever looks whether each erasure has its receipt finds those that ended, however many other requests there were.

CREATE INDEX requests_erased ON requests (ended_at)
 WHERE kind = 'erasure' AND state IN ('completed', 'completed_with_retention');
