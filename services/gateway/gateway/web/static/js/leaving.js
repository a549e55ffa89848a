/** Following an erasure to its end, and its receipt, with the key out of the link; nobody is signed in. */
import { read } from "./api.js";
import { at } from "./act.js";
import { t, woven } from "./language.js";
import { show } from "./part.js";
import { showReceipt } from "./receipt.js";
import { time } from "./record.js";
import { check } from "./signatures.js";
import { erasing, namesOf, stepsIn } from "./steps.js";
import { dateWords } from "./words.js";

const SOON_MS = 1000;
const LATER_MS = 5000;
const SLOW = new Set(["waiting", "partially_executed"]);
const OVER = new Set(["completed", "completed_with_retention"]);
const ENDED = new Set([...OVER, "cancelled", "refused"]);
const requestId = at("leaving").dataset.request;
const key = encodeURIComponent(new URLSearchParams(location.search).get("key") ?? "");
const address = (more) => `/v1/privacy/erasures/${requestId}${more}?key=${key}`;

const UNDERWAY = [
  t("Your data is being deleted"),
  () => t("Nothing new is stored about you any more. Each part of the studio now deletes what it has, looks again, and signs."),
];
const OVER_TITLE = t("Your data is deleted");

/** A title and a sentence for each state. */
const SAID = {
  waiting: [t("Your data will be deleted"), () => t("It has not begun yet. Until then you can take it back, and nothing is gone.")],
  received: UNDERWAY,
  verifying: UNDERWAY,
  fenced: UNDERWAY,
  executing: UNDERWAY,
  partially_executed: [
    t("Your data is being deleted"),
    ({ missing }) => t("It is not whole yet. Still missing: {parts}. It is tried again until nothing is left; you need not do anything.", { parts: namesOf(missing) }),
  ],
  completed: [OVER_TITLE, () => t("Everything is gone that can go, and nothing that is left leads to you.")],
  completed_with_retention: [OVER_TITLE, () => t("Everything is gone that can go. What the law wants kept is in the receipt, with its ground and until when.")],
  cancelled: [t("You took it back"), () => t("Nothing was deleted. Your account is as it was.")],
  refused: [t("It was refused"), () => t("Nothing was deleted.")],
};

/** Writes only what is new: what is read aloud is not read twice. */
function write(id, words) {
  if (at(id).textContent !== words) at(id).textContent = words;
}

function when({ state, asked_at, begins_at, due_at, ended_at }) {
  if (state === "waiting") return woven(t("It begins at {when}."), { when: time(begins_at) });
  const asked = time(asked_at);
  if (ENDED.has(state)) return woven(t("Asked for at {asked}, over at {ended}."), { asked, ended: time(ended_at) });
  const words =
    state === "partially_executed"
      ? t("Asked for at {asked}. It has to be over by {day}.")
      : t("Asked for at {asked}. It has to be over by {day}; it usually takes a minute.");
  return woven(words, { asked, day: dateWords(due_at) });
}

const fillSteps = stepsIn(at("steps"));
let state = "";

function showErasure(erasure) {
  const [title, say] = SAID[erasure.state] ?? UNDERWAY;
  write("leaving-title", title);
  write("leaving-say", say(erasure));
  document.title = `${title} · Figurine Studio`;
  at("leaving-back").hidden = erasure.state !== "waiting";
  at("leaving-when").replaceChildren(...when(erasure));
  at("leaving-when").hidden = false;
  at("parts").hidden = ENDED.has(erasure.state) || erasure.state === "waiting";
  fillSteps(erasure.services, erasing(erasure.missing));
  state = erasure.state;
}

async function issued() {
  const receipt = await read(address("/receipt"));
  const published = await read("/v1/privacy/keys");
  showReceipt(JSON.parse(receipt.body), published.receipts);
  at("receipt-file").href = address("/receipt");
  at("receipt").hidden = false;
  const { state: found, sentence } = await check(receipt, published.keys, requestId);
  at("seal").dataset.state = found;
  write("seal", sentence);
}

const follow = () => show("leaving", async () => showErasure(await read(address(""))));

/** Looks again for as long as it runs, also while no answer comes; then shows the receipt. */
async function look() {
  if (!document.hidden || state === "") await follow();
  if (OVER.has(state)) await show("receipt", issued);
  const slow = SLOW.has(state) || !at("leaving-away").hidden;
  if (!ENDED.has(state)) setTimeout(() => void look(), slow ? LATER_MS : SOON_MS);
}

at("leaving-again").addEventListener("click", () => void follow());
at("receipt-again").addEventListener("click", () => void show("receipt", issued));
void look();
