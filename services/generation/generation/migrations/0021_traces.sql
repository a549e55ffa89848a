-- The trace an order came under (W3C traceparent), so that whoever paints it later goes on under it.

ALTER TABLE figurines ADD COLUMN traceparent text CHECK (length(traceparent) <= 64);
