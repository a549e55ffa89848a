-- What is past its period is found by index.
CREATE INDEX payment_events_age ON payment_events (received_at);
