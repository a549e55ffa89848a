-- Every call that leaves the house, for whichever partner (promise T5): letters and payments are for no figurine.

ALTER TABLE disclosures ALTER COLUMN figurine_id DROP NOT NULL;
ALTER TABLE disclosures ADD COLUMN call_id uuid UNIQUE;
ALTER TABLE disclosures ADD COLUMN tier text NOT NULL DEFAULT '';
ALTER TABLE disclosures ADD COLUMN expires_at timestamptz;

-- An objection takes several things back at once, a restriction everything that is not keeping; both say so here.
ALTER TABLE consents DROP CONSTRAINT consents_how_check;
ALTER TABLE consents ADD CONSTRAINT consents_how_check
    CHECK (how IN ('studio page', 'api', 'objection', 'objection lifted', 'restriction', 'restriction lifted'));
