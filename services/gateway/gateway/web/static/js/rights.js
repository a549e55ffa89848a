/** One's rights on the privacy page: asking for a copy, and every request with how it stands, live while it runs. */
import { Problem, post, read } from "./api.js";
import { act, at } from "./act.js";
import { fetchCopy, workFetching } from "./fetchcopy.js";
import { keeper, settle } from "./keeper.js";
import { t, woven } from "./language.js";
import { show } from "./part.js";
import { time } from "./record.js";
import { copying, erasing, make, namesOf, stepsIn } from "./steps.js";
import { dateWords, tenths } from "./words.js";

const PAGE = 20;
const SOON_MS = 1500;
const LATER_MS = 10_000;
const COPIES = new Set(["access", "portability"]);
// Restriction and objection have a place of their own on this page.
const SHOWN = new Set([...COPIES, "erasure"]);
const RUNNING = new Set(["received", "verifying", "fenced", "executing"]);
const OPEN = new Set([...RUNNING, "waiting", "partially_executed"]);

const isCopy = (request) => COPIES.has(request.kind);
const due = (request) => t("It has to be done by {day} at the latest.", { day: dateWords(request.due_at) });
const lacking = (request) => namesOf(request.missing);
const done = ({ services }) => Object.values(services).filter((state) => state === "done").length;

const FETCHABLE = new Set(["ready", "partially_executed"]);
const isFetchable = (request) => isCopy(request) && FETCHABLE.has(request.state);
const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${tenths(bytes / 1e6)} MB`);

/** "2.4 MB, to be fetched until 3 December; then it is deleted." Without `archive` that is not known yet. */
function kept(archive) {
  if (!archive) return t("It is deleted seven days after it was put together.");
  return t("{size}, to be fetched until {day}; then it is deleted.", { size: size(archive.bytes), day: dateWords(archive.expires_at) });
}

const COPY = {
  ready: (_request, archive) => [`${t("Ready.")} ${kept(archive)}`],
  partially_executed: (request) => [
    t("It can be fetched, but it is not whole yet. Still missing: {parts}. It is tried again, and we write to you once all of it is there.", { parts: lacking(request) }),
  ],
  completed: () => [t("It was kept for seven days and is deleted. Ask for another one whenever you like.")],
  cancelled: () => [t("It was not put together any more.")],
  refused: () => [t("It was refused.")],
};

const ERASURE = {
  waiting: ({ begins_at }) => woven(t("It begins at {when}. Until then you can take it back, and nothing is gone."), { when: time(begins_at) }),
  partially_executed: (request) => [t("It is not whole yet. Still missing: {parts}. It is tried again until nothing is left.", { parts: lacking(request) })],
  cancelled: ({ ended_at }) => woven(t("You took it back at {when}. Nothing was deleted."), { when: time(ended_at) }),
  refused: () => [t("It was refused. Nothing was deleted.")],
  completed: () => [t("Done.")],
  completed_with_retention: () => [t("Done. What the law wants kept is in your receipt.")],
};

function running(request) {
  const all = Object.keys(request.services).length;
  if (isCopy(request) && all > 0 && done(request) === all) return [t("Every part is there. They are being put into one file.")];
  const far = all > 0 ? t("{done} of {all} parts of the studio are done.", { done: done(request), all }) : t("It has begun.");
  const usual = isCopy(request) ? t("It usually takes minutes, and we write to you.") : "";
  return [[far, due(request), usual].filter(Boolean).join(" ")];
}

const sentence = (request, archive) => ((isCopy(request) ? COPY : ERASURE)[request.state] ?? running)(request, archive);

function button(textContent, className, name, wish) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent, className });
  const row = make("div", "asked-acts");
  const say = make("p", "small field-error");
  say.setAttribute("role", "alert");
  say.hidden = true;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", () => void act(made, say, wish));
  row.append(made, say);
  return row;
}

function acts(request, asked) {
  if (isFetchable(request)) {
    return button(t("Fetch my copy"), "button first", t("Fetch my copy, asked for at {when}", { when: asked }), () => fetchCopy(request.id));
  }
  if (request.kind === "erasure" && request.state === "waiting") {
    return button(t("Take it back"), "button first", t("Take the erasure back"), async () => {
      await post(`/v1/privacy/requests/${request.id}/cancel`);
      await lookAgain();
      at("asked-title").focus();
    });
  }
  return null;
}

// What a request's element is made of, so that a change of its services does not make it anew.
const parts = new Map();

function item(request) {
  const made = make("li", "asked-item");
  const asked = time(request.asked_at);
  const what = isCopy(request) ? t("A copy of everything") : t("My account and everything in it deleted");
  const steps = make("ul", "steps");
  const words = make("p", "asked-words");
  steps.setAttribute("aria-label", t("How far each part of the studio is"));
  const when = make("span", "small muted", " ", ...woven(t("asked for at {when}"), { when: asked }));
  made.append(make("p", "asked-what", make("strong", "", what), when), words, steps);
  const row = acts(request, asked.textContent);
  if (row) made.append(row);
  parts.set(request.id, { words, steps, fill: stepsIn(steps), said: "" });
  return made;
}

/** Reads how large a copy is and until when it is there, once; where that cannot be read, it is not said. */
async function measure(request) {
  const part = parts.get(request.id);
  if (!isFetchable(request) || part.archive) return;
  try {
    part.archive = (await read(`/v1/privacy/requests/${request.id}`)).archive;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return;
  }
  fill(request);
}

function fill(request) {
  const part = parts.get(request.id);
  const words = sentence(request, part.archive);
  const said = words.map((word) => word.textContent ?? word).join("");
  if (said !== part.said) part.words.replaceChildren(...words);
  part.said = said;
  part.steps.hidden = !RUNNING.has(request.state) && request.state !== "partially_executed";
  part.fill(request.services, isCopy(request) ? copying : erasing(request.missing));
}

const keep = keeper();
let cursor = null;
let timer = 0;

function put(items, { again }) {
  const mine = items.filter((request) => SHOWN.has(request.kind));
  // Only a change of state makes an element anew: what has the focus, or is being read, stays.
  const elements = mine.map((request) => keep({ id: request.id, state: request.state }, () => item(request)));
  if (again) settle(at("asked"), elements);
  else at("asked").append(...elements);
  for (const request of mine) {
    fill(request);
    void measure(request);
  }
  at("asked-none").hidden = at("asked").childElementCount > 0;
}

async function showAsked({ again = true } = {}) {
  const shown = Math.min(100, Math.max(PAGE, at("asked").childElementCount));
  const page = await read(`/v1/privacy/requests?limit=${again ? shown : PAGE}${again || !cursor ? "" : `&cursor=${cursor}`}`);
  put(page.items, { again });
  cursor = page.next_cursor;
  at("asked-more").hidden = !cursor;
  at("copy-ask").hidden = page.items.some((request) => isCopy(request) && RUNNING.has(request.state));
  at("copy-under-way").hidden = !at("copy-ask").hidden;
  plan(page.items);
}

/** Looks again, soon while something runs, later while something is open, and not at all when nothing is. */
function plan(items) {
  clearTimeout(timer);
  const open = items.filter((request) => SHOWN.has(request.kind) && OPEN.has(request.state));
  if (open.length === 0) return;
  const ms = open.some((request) => RUNNING.has(request.state)) ? SOON_MS : LATER_MS;
  timer = setTimeout(() => (document.hidden ? plan(items) : void lookAgain()), ms);
}

async function lookAgain() {
  await show("asked", showAsked);
  if (at("asked-away").hidden) return;
  clearTimeout(timer);
  timer = setTimeout(() => void lookAgain(), LATER_MS);
}

at("asked-again").addEventListener("click", () => void lookAgain());
at("asked-more").addEventListener("click", () => void show("asked", () => showAsked({ again: false })));
at("copy-ask").addEventListener("click", () =>
  void act(at("copy-ask"), at("copy-say"), async () => {
    await post("/v1/privacy/requests", { kind: "access" });
    await lookAgain();
    at("asked-title").focus();
  }),
);
workFetching();
at("copy-ask").disabled = false; // Until now a press would have been lost.
void lookAgain();
