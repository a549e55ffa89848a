-- Which laws of the books were broken when somebody was last told: each breach is told once.
ALTER TABLE audit_marks ADD COLUMN told text[] NOT NULL DEFAULT '{}';
