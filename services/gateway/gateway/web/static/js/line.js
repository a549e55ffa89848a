/**
 * The line to the studio: what to do once it holds again. It is down while the browser is offline, or when no answer came
 * to a question; then the studio is asked every few seconds whether it is there, and every part of the page hears of it.
 */
const LOOK_MS = 5000;
const HEALTH = "/healthz";

const heard = new EventTarget();
let down = !navigator.onLine;
let looking = null;

/** Whether it is known that nothing gets through. */
export const isDown = () => down;

/** `act(down)` now and whenever that changes. */
export function whenItChanges(act) {
  heard.addEventListener("change", () => act(down));
  act(down);
}

/** Does `act` each time the line is back; gives back what ends that. */
export function whenBack(act) {
  const listener = () => !down && act();
  heard.addEventListener("change", listener);
  return () => heard.removeEventListener("change", listener);
}

function tell(now) {
  if (now === down) return;
  down = now;
  if (!down) {
    clearInterval(looking);
    looking = null;
  }
  heard.dispatchEvent(new Event("change"));
}

async function look() {
  if (!navigator.onLine) return;
  try {
    const answer = await fetch(HEALTH, { cache: "no-store", credentials: "omit" });
    if (answer.ok) tell(false);
  } catch {
    // Not yet; looked again in a moment.
  }
}

/** No answer came to a question. */
export function noAnswer() {
  tell(true);
  looking ??= setInterval(() => void look(), LOOK_MS);
}

/** An answer came, whatever it says. */
export const answered = () => tell(false);

window.addEventListener("offline", noAnswer);
// That there is a network again does not yet mean that the studio can be reached.
window.addEventListener("online", () => void look());
if (down) noAnswer();
