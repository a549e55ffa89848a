/**
 * How long this page is used, of whoever lets that be counted: seconds in which it was in sight and somebody moved.
 *
 * The page says by `data-counted` whether it may; nothing is sent, asked or counted without it. Nothing is kept in the
 * browser, no answer is waited for, and what cannot be told is dropped.
 */
const ADDRESS = "/v1/usage/beacon";
const IDLE_MS = 30_000;
const TELL_AFTER_SECONDS = 30;
// So long an answer holds to the question whether it may be told; a page that is left cannot ask any more.
const HOLDS_MS = 60_000;
const LONGEST_SECONDS = 120;
const ACTIVITY = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"];

const { page, counted: mark, signedIn } = document.body.dataset;
const declined = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
const countable = page !== undefined && !declined;
// Of a visitor nothing is sent along, neither a cookie nor anything else.
const credentials = signedIn === undefined ? "omit" : "same-origin";

let counted = countable && mark !== undefined;
let asked = performance.now();
let asking = false;
let active = performance.now();
let seconds = 0;

/** Asks whether it may be told now; without an answer it may not. */
async function ask() {
  asking = true;
  try {
    const answer = await fetch(ADDRESS, { credentials, cache: "no-store", headers: { Accept: "application/json" } });
    counted = answer.ok && (await answer.json()).counted === true;
  } catch {
    counted = false;
  }
  if (!counted) seconds = 0;
  asked = performance.now();
  asking = false;
}

function tell() {
  if (!counted || seconds < 1) return;
  const body = JSON.stringify({ page, seconds: Math.min(seconds, LONGEST_SECONDS) });
  const own = signedIn !== undefined && { "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content };
  seconds = 0;
  // It outlives the page, which `sendBeacon` would do too, but without saying that it is our page that asks.
  fetch(ADDRESS, {
    method: "POST",
    keepalive: true,
    credentials,
    headers: { "Content-Type": "application/json", ...own },
    body,
  }).catch(() => {});
}

const holds = () => performance.now() - asked < HOLDS_MS;

function tick() {
  if (!counted || document.visibilityState !== "visible" || performance.now() - active > IDLE_MS) return;
  seconds += 1;
  if (seconds >= TELL_AFTER_SECONDS && !asking) void ask().then(tell);
}

/** Somebody said something about being counted, here or on another page: nothing is told before it is known what. */
function reconsider() {
  if (!countable) return;
  counted = false;
  seconds = 0;
  void ask();
}

if (countable) {
  for (const kind of ACTIVITY) {
    window.addEventListener(kind, () => (active = performance.now()), { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") active = performance.now();
    else if (holds()) tell();
    else if (counted) void ask().then(tell);
  });
  window.addEventListener("pagehide", () => holds() && tell());
  // A page that comes back as it was left may have become another's.
  window.addEventListener("pageshow", (event) => event.persisted && reconsider());
  new BroadcastChannel("counting").addEventListener("message", reconsider);
  setInterval(tick, 1000);
}
