-- The proof that a photo went is kept for a month, and found by its day.
CREATE INDEX uploads_deleted ON uploads (deleted_at) WHERE deleted_at IS NOT NULL;
