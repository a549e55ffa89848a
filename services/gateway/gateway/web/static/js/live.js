/** Live news over server-sent events. The news says what to read again; the API says what is true. */
const FIGURINE_NEWS = ["figurine.queued", "figurine.started", "figurine.generated", "figurine.failed"];
const REOPEN_MS = 5000;

/**
 * Follows /v1/events for as long as the page lives: `onFigurine(id)`, `onCredits(balance)`, and `onConnection(up)`
 * when the stream opens or breaks.
 */
export function follow({ onFigurine, onCredits, onConnection }) {
  const source = new EventSource("/v1/events");
  for (const type of FIGURINE_NEWS) {
    source.addEventListener(type, (event) => onFigurine(JSON.parse(event.data).figurine_id));
  }
  source.addEventListener("credits.changed", (event) => onCredits(JSON.parse(event.data)));
  source.addEventListener("open", () => onConnection(true));
  source.addEventListener("error", () => {
    onConnection(false);
    // The browser reopens a dropped stream by itself, but gives up for good on an error answer.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => follow({ onFigurine, onCredits, onConnection }), REOPEN_MS);
    }
  });
}
