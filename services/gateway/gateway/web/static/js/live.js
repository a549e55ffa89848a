/** Live news over server-sent events. The news says what to read again; the API says what is true. */
import { whenBack } from "./line.js";

const REOPEN_MS = 5000;
const FIGURINE_NEWS = ["figurine.queued", "figurine.started", "figurine.generated", "figurine.failed"];

const told = (event) => JSON.parse(event.data);

/**
 * Follows /v1/events for as long as the page lives: `onFigurine(id)`, `onCredits(balance)`, `onPayment({order_id})`,
 * `onPlan({state})`, and `onConnection(up)` when the stream opens or breaks. A page gives those it wants.
 */
export function follow(page) {
  const source = new EventSource("/v1/events");
  let over = false;
  const again = () => {
    if (over) return;
    over = true;
    forget();
    source.close();
    follow(page);
  };
  // A browser that was offline may wait long before it tries again, or not know yet that the stream is dead.
  const forget = whenBack(again);
  const on = (type, act) => act && source.addEventListener(type, act);
  for (const type of FIGURINE_NEWS) {
    on(type, page.onFigurine && ((event) => page.onFigurine(told(event).figurine_id)));
  }
  on("credits.changed", page.onCredits && ((event) => page.onCredits(told(event))));
  on("payment.received", page.onPayment && ((event) => page.onPayment(told(event))));
  on("subscription.changed", page.onPlan && ((event) => page.onPlan(told(event))));
  source.addEventListener("open", () => page.onConnection?.(true));
  source.addEventListener("error", () => {
    page.onConnection?.(false);
    // The browser reopens a dropped stream by itself, but gives up for good on an error answer.
    if (source.readyState === EventSource.CLOSED) setTimeout(again, REOPEN_MS);
  });
}
