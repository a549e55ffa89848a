/** How the studio says things: credits, waiting, dates, and what became of a figurine. */
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

const UNDERWAY = new Set(["received", "priced", "queued", "rendering"]);
const DELIVERED = new Set(["succeeded", "partly_succeeded"]);

export const isUnderway = (figurine) => UNDERWAY.has(figurine.state);
export const isDelivered = (figurine) => DELIVERED.has(figurine.state);

export const credits = (n) => (n === 1 ? "1 credit" : `${n} credits`);
export const pictures = (n) => (n === 1 ? "1 picture" : `${n} pictures`);
export const exactTime = (iso) => exact.format(new Date(iso));

/** "3 March", with its year where that is not this one. */
export function dateWords(iso, now = new Date()) {
  const then = new Date(iso);
  return then.getFullYear() === now.getFullYear() ? day.format(then) : `${day.format(then)} ${then.getFullYear()}`;
}

/** "about 20 seconds", rounded so that it does not jitter. */
export function duration(seconds) {
  if (seconds < 50) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? "about a minute" : `about ${minutes} minutes`;
}

/** "3 minutes ago", "yesterday". */
export function since(iso, now = Date.now()) {
  const minutes = Math.round((new Date(iso) - now) / 60_000);
  if (minutes === 0) return "just now";
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / 1440), "day");
}

/** "14:02", "14:02 tomorrow", "14:02 on 3 May". */
export function moment(iso, now = new Date()) {
  const then = new Date(iso);
  const days = Math.round((new Date(then).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return clock.format(then);
  if (Math.abs(days) === 1) return `${clock.format(then)} ${relative.format(days, "day")}`;
  return `${clock.format(then)} on ${day.format(then)}`;
}

function place(queue) {
  if (queue?.place == null) return "Waiting for its turn.";
  const ahead = queue.place - 1;
  const where = ahead <= 0 ? "Next in line" : ahead === 1 ? "1 figurine ahead of it" : `${ahead} figurines ahead of it`;
  return queue.estimate_seconds == null ? `${where}.` : `${where}, ${duration(queue.estimate_seconds)}.`;
}

/** "Google has it. Ready by 14:02 tomorrow, often sooner." */
const within = (figurine, begun) => `${begun} Ready by ${moment(figurine.ready_by)}, often sooner.`;

function waiting(figurine) {
  return figurine.ready_by ? within(figurine, "It goes to Google in a few minutes.") : place(figurine.queue);
}

function made(figurine) {
  return figurine.ready_by ? within(figurine, "Google has it.") : making(figurine.queue);
}

function making(queue) {
  const left = queue?.estimate_seconds;
  return left == null ? "Being made now." : `Being made now, ${duration(left)} to go.`;
}

function price(figurine) {
  return figurine.price == null ? "" : `${credits(figurine.price)} set aside; taken only for pictures that reach you.`;
}

const arrived = (figurine) => (figurine.upload_id === null ? "Your wish arrived." : "Your photo arrived.");

const SAID = {
  received: (figurine) => [arrived(figurine), "Its price is being set."],
  priced: (figurine) => [arrived(figurine), price(figurine)],
  queued: (figurine) => [waiting(figurine), price(figurine)],
  rendering: (figurine) => [made(figurine), price(figurine)],
  succeeded: () => ["Done.", ""],
  partly_succeeded: (figurine) => [
    `Done: ${pictures(figurine.pictures.length)} came out.`,
    "The rest did not, and cost nothing.",
  ],
  failed: (figurine) => [figurine.failure?.sentence ?? "It could not be made.", "It cost nothing."],
  rejected: (figurine) => [figurine.failure?.sentence ?? "There were not enough credits for it.", "It cost nothing."],
  cancelled: () => ["Cancelled.", "It cost nothing."],
};

/** Two sentences about a figurine: what is, and what that means for the person. */
export const said = (figurine) => SAID[figurine.state](figurine);
