/** Deleting one's account: what goes and what stays, by the record; then the password, and where it can be followed. */
import { Problem, post, read } from "./api.js";
import { at } from "./act.js";
import { dropAllDrafts } from "./draft.js";
import { isFilledIn, showProblem } from "./form.js";
import { t, tn, woven } from "./language.js";
import { showParts } from "./part.js";
import { sayPublished } from "./published.js";
import { inOrder, make, namesOf } from "./steps.js";
import { capital, dateWords, number } from "./words.js";

const SHORT = 6;
const BOUGHT = new Set(["pack", "plan"]);
const RUNNING_PLAN = new Set(["active", "past_due", "paused"]);

function counted({ what, count, stays_until }) {
  const item = make("li", "counted-line", make("span", "counted-what", what));
  const until = stays_until ? t("until {day}", { day: dateWords(stays_until) }) : "";
  item.append(make("span", "counted-until small muted", until), make("span", "counted-count", number(count)));
  return item;
}

function kept({ what, count, erased, stays_until }) {
  const values = { what, n: number(count), day: stays_until && dateWords(stays_until) };
  const words = stays_until ? t("{what}: {n}, until {day}.", values) : t("{what}: {n}.", values);
  return make("li", "kept-line", make("strong", "", words), " ", erased);
}

// What people think of first comes first: the account, photos, figurines, credits; what is kept for their rights last.
const ABOUT = ["C2", "C3", "C6", "C1", "C5", "C4"];
const rank = ({ key, category }) => (key === "accounts" ? 0 : ABOUT.indexOf(category.id) + 1 || ABOUT.length + 1);
const latest = (one, other) => ([one, other].filter(Boolean).sort().at(-1) ?? null);

/** The kinds of records a person has any of; what several parts of the studio call the same is told once. */
function toldOnce(items) {
  const told = new Map();
  for (const item of items.filter(({ count }) => count > 0)) {
    const name = `${item.outcome} ${item.what}`;
    const before = told.get(name) ?? { ...item, count: 0 };
    told.set(name, { ...before, count: before.count + item.count, stays_until: latest(before.stays_until, item.stays_until) });
  }
  return [...told.values()].sort((one, other) => rank(one) - rank(other));
}

function showGoing(items) {
  sayPublished(at("goes"));
  at("goes").replaceChildren(...items.slice(0, SHORT).map(counted));
  const rest = items.slice(SHORT);
  at("goes-rest").replaceChildren(...rest.map(counted));
  at("goes-more-words").textContent = tn("One more kind of record", "{n} more kinds of records", rest.length);
  at("goes-more").hidden = rest.length === 0;
  at("goes-none").hidden = items.length > 0;
}

function showStaying(items, away) {
  const [as_it_is, unlinked] = ["kept", "unlinked"].map((outcome) => items.filter((item) => item.outcome === outcome));
  at("kept").replaceChildren(...as_it_is.map(kept));
  at("stays-none").hidden = as_it_is.length > 0 || away.length > 0;
  at("unlinked").replaceChildren(...unlinked.map(counted));
  at("unlinked-part").hidden = unlinked.length === 0;
  at("stays-missing").hidden = away.length === 0;
  at("stays-missing").textContent = capital(
    t("{parts} cannot be asked right now; what is held there is not in these lists.", { parts: namesOf(away) }),
  );
  at("stays").hidden = false;
}

async function showRecord() {
  const { services } = await read("/v1/privacy/record");
  const byService = Object.fromEntries(services.map(({ service, items }) => [service, items]));
  const items = toldOnce(inOrder(byService).flatMap(([, held]) => held));
  const away = services.filter(({ available }) => !available).map(({ service }) => service);
  showGoing(items.filter(({ outcome }) => outcome === "destroyed" || outcome === "emptied"));
  showStaying(items, away);
}

/** Reads what is only worth a sentence; where it cannot be read, there is none. */
async function known(path) {
  try {
    return await read(path);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return null;
  }
}

function creditWords({ available, held, frozen, lots }) {
  const all = available + held + frozen;
  if (all === 0) return [];
  const bought = lots.filter(({ kind }) => BOUGHT.has(kind)).reduce((sum, lot) => sum + lot.credits, 0);
  const lost =
    bought > 0
      ? tn("Your {n} credit, {bought} of them paid for, is lost. Nothing is paid back for them.", "Your {n} credits, {bought} of them paid for, are lost. Nothing is paid back for them.", all, { bought })
      : tn("Your {n} credit is lost. Nothing is paid back for them.", "Your {n} credits are lost. Nothing is paid back for them.", all);
  const words = [lost];
  if (held > 0) words.push(t("What is being made for you right now is stopped."));
  return words;
}

function packWords({ items }) {
  const until = items.map((order) => order.give_back_until).filter(Boolean).sort()[0];
  if (!until) return [];
  const link = Object.assign(document.createElement("a"), { href: "/credits", textContent: t("Give it back first") });
  return [woven(t("You have a pack you have not touched. Until {day} its money comes back: {link}."), { day: dateWords(until), link })];
}

function planWords({ plan }) {
  if (!plan || !RUNNING_PLAN.has(plan.state)) return [];
  return [t("Your plan ends at once, also where its period is paid already. Nothing is charged any more.")];
}

async function showLosses() {
  const [balance, orders, subscription, disclosures] = await Promise.all([
    known("/v1/credits"),
    known("/v1/orders?limit=50"),
    known("/v1/subscription"),
    known("/v1/privacy/disclosures?limit=1"),
  ]);
  const points = [
    ...(balance ? creditWords(balance) : [t("Credits you have are lost. Nothing is paid back for them.")]),
    ...(orders ? packWords(orders) : []),
    ...(subscription ? planWords(subscription) : [t("A plan you have ends at once.")]),
  ];
  at("loses").replaceChildren(...points.map((words) => make("li", "", ...[words].flat())));
  at("partners").hidden = disclosures?.items.length === 0;
}

const COPY_WORDS = {
  received: [t("See how far your copy is"), t("Your copy is being put together. Come back here when you have it: it goes with the account.")],
  ready: [t("Fetch your copy"), t("It is ready. Come back here when you have it: it goes with the account.")],
};
COPY_WORDS.executing = COPY_WORDS.received;
COPY_WORDS.partially_executed = COPY_WORDS.ready;

async function showCopy() {
  const requests = await known("/v1/privacy/requests?limit=20");
  const copies = requests?.items.filter(({ kind }) => kind === "access" || kind === "portability") ?? [];
  const words = copies.map(({ state }) => COPY_WORDS[state]).find(Boolean);
  if (words) [at("copy").textContent, at("copy-say").textContent] = words;
}

/** True where the refusal is about the session and not about the password. */
async function isSignedOut() {
  try {
    await read("/v1/account");
    return false;
  } catch (problem) {
    return problem.status === 401;
  }
}

async function refused(form, problem) {
  if (problem.status !== 401) return showProblem(form, problem, at("leave-error"));
  if (await isSignedOut()) return location.assign("/signin?next=/account/delete");
  problem.errors = [{ field: "password", message: problem.message }];
  return showProblem(form, problem, at("leave-error"));
}

async function leave(form) {
  if (!isFilledIn(form, { password: t("Write your password.") })) return;
  at("leave-error").hidden = true;
  const fieldset = form.querySelector("fieldset");
  const password = at("password")?.value; // Whoever has none has signed in a moment ago.
  fieldset.disabled = true;
  at("leave-button").textContent = t("Asking every part of the studio");
  try {
    const { follow } = await post("/v1/privacy/requests", { kind: "erasure", password });
    // Photos that were chosen but not sent lie in this browser only.
    await dropAllDrafts().catch((error) => console.info("Drafts are out of reach here.", error.name));
    location.replace(follow);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fieldset.disabled = false;
    at("leave-button").textContent = t("Delete my account and everything in it");
    await refused(form, problem);
  }
}

function reveal(button) {
  const input = at(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

showParts({ record: () => Promise.all([showRecord(), showLosses()]) });
void showCopy();
at("leave").querySelector("fieldset").disabled = false;
at("leave").addEventListener("submit", (event) => {
  event.preventDefault();
  void leave(at("leave"));
});
for (const button of document.querySelectorAll("[data-reveal]")) {
  button.addEventListener("click", () => reveal(button));
}
