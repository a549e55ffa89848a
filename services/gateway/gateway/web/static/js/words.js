/** How the studio says things: credits, waiting, dates, and what became of a figurine. */
import { language, locale, t, tn } from "./language.js";

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const list = new Intl.ListFormat(locale, { type: "conjunction" });

const UNDERWAY = new Set(["received", "priced", "queued", "rendering"]);
const DELIVERED = new Set(["succeeded", "partly_succeeded"]);

export const isUnderway = (figurine) => UNDERWAY.has(figurine.state);
export const isDelivered = (figurine) => DELIVERED.has(figurine.state);

export const credits = (n) => tn("{n} credit", "{n} credits", n);
export const exactTime = (iso) => exact.format(new Date(iso));
export const number = (n) => n.toLocaleString(locale);

/** "2.4", whatever the language puts before the tenth. */
export const tenths = (n) =>
  n.toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });

/** "photos, figurines and models". */
export const listed = (names) => list.format(names);

/** A sentence that begins with a name that is written small elsewhere. */
export const capital = (sentence) => sentence.replace(/^./u, (first) => first.toLocaleUpperCase(locale));

/** A name out of a heading, as it is written within a sentence: English makes it small, German does not. */
export const withinSentence = (name) => (language === "en" ? name.toLowerCase() : name);

/** "3 March", with its year where that is not this one. */
export function dateWords(iso, now = new Date()) {
  const then = new Date(iso);
  return (then.getFullYear() === now.getFullYear() ? day : dayOfYear).format(then);
}

/** "about 20 seconds", rounded so that it does not jitter. */
export function duration(seconds) {
  if (seconds < 50) return t("about {seconds} seconds", { seconds: Math.max(5, Math.round(seconds / 5) * 5) });
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? t("about a minute") : t("about {minutes} minutes", { minutes });
}

/** "3 minutes ago", "yesterday". */
export function since(iso, now = Date.now()) {
  const minutes = Math.round((new Date(iso) - now) / 60_000);
  if (minutes === 0) return t("just now");
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / 1440), "day");
}

/** "14:02", "14:02 tomorrow", "14:02 on 3 May"; in German with what goes before it, as it answers "when?". */
export function moment(iso, now = new Date()) {
  const then = new Date(iso);
  const time = clock.format(then);
  const days = Math.round((new Date(then).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return t("{time}", { time });
  if (Math.abs(days) === 1) return t("{time} {day}", { time, day: relative.format(days, "day") });
  return t("{time} on {day}", { time, day: day.format(then) });
}

function place(queue) {
  if (queue?.place == null) return t("Waiting for its turn.");
  const ahead = queue.place - 1;
  if (queue.estimate_seconds == null) {
    return ahead <= 0 ? t("Next in line.") : tn("{n} figurine ahead of it.", "{n} figurines ahead of it.", ahead);
  }
  const values = { duration: duration(queue.estimate_seconds) };
  if (ahead <= 0) return t("Next in line, {duration}.", values);
  return tn("{n} figurine ahead of it, {duration}.", "{n} figurines ahead of it, {duration}.", ahead, values);
}

/** "Google has it. Ready by 14:02 tomorrow, often sooner." */
const within = (figurine, begun) =>
  `${begun} ${t("Ready by {when}, often sooner.", { when: moment(figurine.ready_by) })}`;

function waiting(figurine) {
  return figurine.ready_by ? within(figurine, t("It goes to Google in a few minutes.")) : place(figurine.queue);
}

function made(figurine) {
  return figurine.ready_by ? within(figurine, t("Google has it.")) : making(figurine.queue);
}

function making(queue) {
  const left = queue?.estimate_seconds;
  return left == null ? t("Being made now.") : t("Being made now, {duration} to go.", { duration: duration(left) });
}

function price(figurine) {
  if (figurine.price == null) return "";
  return tn(
    "{n} credit set aside; taken only for pictures that reach you.",
    "{n} credits set aside; taken only for pictures that reach you.",
    figurine.price,
  );
}

const arrived = (figurine) => (figurine.upload_id === null ? t("Your wish arrived.") : t("Your photo arrived."));
const free = () => t("It cost nothing.");

const SAID = {
  received: (figurine) => [arrived(figurine), t("Its price is being set.")],
  priced: (figurine) => [arrived(figurine), price(figurine)],
  queued: (figurine) => [waiting(figurine), price(figurine)],
  rendering: (figurine) => [made(figurine), price(figurine)],
  succeeded: () => [t("Done."), ""],
  partly_succeeded: (figurine) => [
    tn("Done: {n} picture came out.", "Done: {n} pictures came out.", figurine.pictures.length),
    t("The rest did not, and cost nothing."),
  ],
  failed: (figurine) => [figurine.failure?.sentence ?? t("It could not be made."), free()],
  rejected: (figurine) => [figurine.failure?.sentence ?? t("There were not enough credits for it."), free()],
  cancelled: () => [t("Cancelled."), free()],
};

/** Two sentences about a figurine: what is, and what that means for the person. */
export const said = (figurine) => SAID[figurine.state](figurine);
