-- Somebody's word that lets a version of the policy come out: proposed, agreed to, taken back; never rewritten.

CREATE TABLE policy_proposals (
    id          uuid PRIMARY KEY,
    version     text NOT NULL,
    digest      text NOT NULL, -- of what whoever pressed the button saw
    significant boolean NOT NULL,
    reason      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'recalled')),
    -- Of who proposed it, and the key of her request: asked once more, it is the same proposal.
    request_key bytea NOT NULL UNIQUE,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by  uuid,
    decided_at  timestamptz,
    recalled_by uuid,
    recalled_at timestamptz,
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((state = 'recalled') = (recalled_by IS NOT NULL)),
    CHECK ((recalled_by IS NULL) = (recalled_at IS NULL)),
    -- What matters to people comes out by nobody's word alone.
    CHECK (state NOT IN ('approved', 'recalled') OR NOT significant OR decided_by <> proposed_by)
);

-- Of the same words one is open at a time.
CREATE UNIQUE INDEX policy_proposals_open ON policy_proposals (version, digest)
 WHERE state IN ('proposed', 'approved');

REVOKE UPDATE, DELETE, TRUNCATE ON policy_proposals FROM privacy;
GRANT UPDATE (state, decided_by, decided_at, recalled_by, recalled_at) ON policy_proposals TO privacy;

-- By whose word it came out; none where its day was enough.
ALTER TABLE policy_versions ADD COLUMN proposal_id uuid UNIQUE REFERENCES policy_proposals (id);
