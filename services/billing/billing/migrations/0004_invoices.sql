-- Invoices, receipts and credit notes; what stands on them about a person; and orders paid by bank transfer.

-- The last number given out. Its row is locked until the issuing transaction ends, so that a number is either on a
-- document or given to the next one: no gaps, and no two alike. `last_at` keeps dates in the order of numbers.
CREATE TABLE number_series (
    series  text NOT NULL,
    year    integer NOT NULL,
    last    integer NOT NULL CHECK (last >= 0),
    last_at timestamptz NOT NULL,
    PRIMARY KEY (series, year)
);

CREATE TABLE billing_details (
    user_id    uuid PRIMARY KEY,
    company    bytea NOT NULL,
    address    bytea NOT NULL,
    vat_number bytea NOT NULL,
    country    bytea NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE invoices (
    id              uuid PRIMARY KEY,
    series          text NOT NULL,
    year            integer NOT NULL,
    seq             integer NOT NULL CHECK (seq > 0),
    kind            text NOT NULL CHECK (kind IN ('invoice', 'receipt', 'credit_note')),
    -- What it was issued for, as in 'order:<id>:1' or 'refund:<id>': never twice.
    source          text NOT NULL UNIQUE,
    user_id         uuid NOT NULL,
    order_id        uuid NOT NULL,
    corrects        uuid REFERENCES invoices (id),
    corrects_number text NOT NULL,
    reason          text NOT NULL,
    recipient       bytea NOT NULL,
    country         text NOT NULL,
    seller          jsonb NOT NULL,
    bank            jsonb,
    lines           jsonb NOT NULL,
    currency        text NOT NULL,
    rate            integer NOT NULL CHECK (rate BETWEEN 0 AND 9999),
    net             integer NOT NULL CHECK (net >= 0),
    tax             integer NOT NULL CHECK (tax >= 0),
    gross           integer NOT NULL CHECK (gross > 0),
    tax_note        text NOT NULL,
    paid_by         text NOT NULL,
    due_on          date,
    issued_at       timestamptz NOT NULL,
    keep_until      timestamptz NOT NULL,
    layout          integer NOT NULL,
    UNIQUE (series, year, seq),
    CHECK (net + tax = gross),
    CHECK ((kind = 'credit_note') = (corrects IS NOT NULL)),
    CHECK (keep_until > issued_at)
);

CREATE INDEX invoices_of_person ON invoices (user_id, issued_at DESC, id DESC);
CREATE INDEX invoices_of_order ON invoices (order_id);
CREATE INDEX invoices_kept ON invoices (keep_until);
CREATE INDEX invoices_corrected ON invoices (corrects) WHERE corrects IS NOT NULL;

-- A document is corrected by another one. It goes when the law lets it go, by the clock of this server.
CREATE FUNCTION invoice_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.keep_until <= now() THEN
        RETURN OLD;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = format('document %s-%s-%s stands as it was issued', OLD.series, OLD.year, OLD.seq);
END $$;

CREATE TRIGGER invoice_stands BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION invoice_stands();

REVOKE UPDATE, TRUNCATE ON invoices FROM billing;
REVOKE DELETE, TRUNCATE ON number_series FROM billing;

-- Orders to be paid by bank transfer: what was asked for, and what has arrived.
CREATE TABLE transfer_orders (
    order_id   uuid PRIMARY KEY,
    user_id    uuid NOT NULL,
    invoice_id uuid NOT NULL UNIQUE,
    number     text NOT NULL UNIQUE,
    amount     integer NOT NULL CHECK (amount > 0),
    currency   text NOT NULL,
    state      text NOT NULL CHECK (state IN ('open', 'paid', 'expired', 'cancelled')),
    received   bigint NOT NULL DEFAULT 0 CHECK (received >= 0),
    returned   bigint NOT NULL DEFAULT 0 CHECK (returned >= 0),
    refunded   integer NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount),
    reminders  integer NOT NULL DEFAULT 0,
    remind_at  timestamptz,
    expires_at timestamptz NOT NULL,
    opened_at  timestamptz NOT NULL,
    paid_at    timestamptz,
    changed_at timestamptz NOT NULL,
    CHECK (returned <= received),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CHECK (state <> 'paid' OR received >= amount)
);

CREATE INDEX transfer_orders_due ON transfer_orders (least(remind_at, expires_at)) WHERE state = 'open';
CREATE INDEX transfer_orders_changed ON transfer_orders (changed_at);
CREATE INDEX transfer_orders_of_person ON transfer_orders (user_id);

-- Money that arrived (positive) or went back (negative). The bank's reference makes each count once.
CREATE TABLE transfers (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES transfer_orders (order_id),
    user_id     uuid NOT NULL,
    amount      bigint NOT NULL CHECK (amount <> 0),
    booked_on   date NOT NULL,
    reference   text NOT NULL UNIQUE,
    recorded_at timestamptz NOT NULL
);

CREATE INDEX transfers_of_order ON transfers (order_id);
CREATE INDEX transfers_of_person ON transfers (user_id);

-- What is to be sent back at our wish, beside what came too much.
CREATE TABLE transfer_refunds (
    refund_id  uuid PRIMARY KEY,
    order_id   uuid NOT NULL REFERENCES transfer_orders (order_id),
    user_id    uuid NOT NULL,
    amount     integer NOT NULL CHECK (amount > 0),
    asked_at   timestamptz NOT NULL,
    settled_at timestamptz
);

CREATE INDEX transfer_refunds_of_order ON transfer_refunds (order_id);
CREATE INDEX transfer_refunds_of_person ON transfer_refunds (user_id);

REVOKE UPDATE, DELETE, TRUNCATE ON transfers FROM billing;
