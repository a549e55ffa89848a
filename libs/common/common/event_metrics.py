"""What an operator sees of the events: rates, ages, outcomes. No ids and no personal data."""

from prometheus_client import Counter, Gauge, Histogram

CONSUMED = Counter("events_consumed", "Events taken from the queue, by what became of them", ["type", "outcome"])
BATCH_SIZE = Histogram(
    "events_batch_size", "Events that were committed together", buckets=(1, 2, 5, 10, 20, 50, 100, 200)
)
HANDLER_SECONDS = Histogram(
    "events_handler_seconds",
    "Time in the handler of one event",
    ["type"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 120),
)
EVENT_AGE = Histogram(
    "events_age_seconds",
    "Seconds from an event's being recorded to its having been handled: outbox, queue, retries and handler",
    ["type"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200),
)
DROPPED = Counter("events_of_nobody", "Events about people who are gone, which change nothing", ["type"])
RETRIES = Counter("events_retries", "Events sent to a delay queue", ["type"])
DEAD_LETTERS = Counter("events_dead_letters", "Events sent to the dead-letter queue", ["reason"])
PUBLISHED = Counter("events_published", "Events sent to the broker, by its answer", ["outcome"])
OUTBOX_ROWS = Gauge("outbox_rows", "Events that are recorded and not yet published")
OUTBOX_AGE = Gauge("outbox_oldest_age_seconds", "Age of the oldest event that is not yet published")
RELAY_LEADS = Gauge("relay_leads", "Whether this process is the one that publishes for its service")
QUEUE_MESSAGES = Gauge("events_queue_messages", "Messages that lie in a queue of this service", ["queue"])
PAUSES = Counter("events_pauses", "Times consuming waited for the database")
CONNECTIONS = Counter("broker_connections", "Connections made to the broker since the start")
