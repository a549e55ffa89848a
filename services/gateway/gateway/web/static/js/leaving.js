/** Following an erasure to its end, and its receipt, with the key out of the link; nobody is signed in. */
import { read } from "./api.js";
import { at } from "./act.js";
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

const UNDERWAY = ["Your data is being deleted", () => "Nothing new is stored about you any more. Each part of the studio now deletes what it has, looks again, and signs."];
const OVER_TITLE = "Your data is deleted";

/** A title and a sentence for each state. */
const SAID = {
  waiting: ["Your data will be deleted", () => "It has not begun yet. Until then you can take it back, and nothing is gone."],
  received: UNDERWAY,
  verifying: UNDERWAY,
  fenced: UNDERWAY,
  executing: UNDERWAY,
  partially_executed: [
    "Your data is being deleted",
    ({ missing }) => `It is not whole yet. Still missing: ${namesOf(missing)}. It is tried again until nothing is left; you need not do anything.`,
  ],
  completed: [OVER_TITLE, () => "Everything is gone that can go, and nothing that is left leads to you."],
  completed_with_retention: [OVER_TITLE, () => "Everything is gone that can go. What the law wants kept is in the receipt, with its ground and until when."],
  cancelled: ["You took it back", () => "Nothing was deleted. Your account is as it was."],
  refused: ["It was refused", () => "Nothing was deleted."],
};

/** Writes only what is new: what is read aloud is not read twice. */
function write(id, words) {
  if (at(id).textContent !== words) at(id).textContent = words;
}

function when({ state, asked_at, begins_at, due_at, ended_at }) {
  if (state === "waiting") return ["It begins at ", time(begins_at), "."];
  if (ENDED.has(state)) return ["Asked for at ", time(asked_at), ", over at ", time(ended_at), "."];
  const usually = state === "partially_executed" ? "" : "; it usually takes a minute";
  return ["Asked for at ", time(asked_at), `. It has to be over by ${dateWords(due_at)}${usually}.`];
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
