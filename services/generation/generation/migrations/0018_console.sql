-- What operators see and switch: styles that are not offered for now, how engines stand, and looks that walk no table.

CREATE TABLE style_switches (
    style  text PRIMARY KEY, -- there is a row while it is off
    off_at timestamptz NOT NULL
);

CREATE TABLE engine_tellings (
    engine  text PRIMARY KEY,
    breaker text NOT NULL CHECK (breaker IN ('closed', 'half-open', 'open')),
    told_at timestamptz NOT NULL
);

CREATE INDEX figurines_live ON figurines (state, requested_at) WHERE state IN ('priced', 'queued', 'rendering');
CREATE INDEX attempts_failed ON attempts (ended_at DESC) WHERE outcome IS NOT NULL AND outcome <> 'delivered';
