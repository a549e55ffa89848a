/** Restriction and objection on the privacy page: what each does, whether it is in force, and how it is lifted. */
import { Problem, post, read } from "./api.js";
import { askAgain } from "./counting.js";
import { t, woven } from "./language.js";
import { time } from "./record.js";
import { askFirst } from "./sure.js";

const KINDS = ["restriction", "objection"];
const IN_FORCE = "executing";
const SHOWN = 100;

const inForce = (request) => request?.state === IN_FORCE;

/** "In force since 14:02." */
function standing(latest) {
  if (!latest) return [t("You have not asked for this.")];
  if (inForce(latest)) return woven(t("In force since {when}."), { when: time(latest.asked_at) });
  return woven(t("Lifted at {when}."), { when: time(latest.ended_at) });
}

function recorded(request) {
  const line = document.createElement("li");
  const inside = { asked: time(request.asked_at), lifted: request.ended_at && time(request.ended_at) };
  const words = request.ended_at ? t("Asked for at {asked}, lifted at {lifted}.") : t("Asked for at {asked}, in force.");
  line.append(...woven(words, inside));
  return line;
}

/** Shows how one of them stands. */
function fill(part, requests) {
  const [latest] = requests;
  const find = (name) => part.querySelector(name);
  part.toggleAttribute("data-in-force", inForce(latest));
  find(".stop-say").removeAttribute("data-bad");
  find(".stop-say").replaceChildren(...standing(latest));
  find(".stop-ask").hidden = inForce(latest);
  find(".stop-lift").hidden = !inForce(latest);
  find(".stop-lift-means").hidden = !inForce(latest);
  find(".stop-record").hidden = requests.length === 0;
  find(".stop-history").replaceChildren(...requests.map(recorded));
}

async function requestsByKind() {
  const { items } = await read(`/v1/privacy/requests?limit=${SHOWN}`);
  return (kind) => items.filter((request) => request.kind === kind);
}

const partOf = (kind) => document.getElementById(kind);

/** Reads how both stand. */
export async function showStops() {
  const of = await requestsByKind();
  for (const kind of KINDS) fill(partOf(kind), of(kind));
  document.getElementById("stops").hidden = false;
}

/** Asks for one or lifts it, shows how it stands then, and keeps the focus on what can be done next. */
async function change(kind, wish, next, changed) {
  const part = partOf(kind);
  const say = part.querySelector(".stop-say");
  try {
    await wish();
    askAgain();
    fill(part, (await requestsByKind())(kind));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say.toggleAttribute("data-bad", true);
    say.textContent = `${t("Nothing has changed.")} ${problem.message}`;
    return;
  }
  part.querySelector(next).focus();
  changed();
}

async function lift(kind) {
  const latest = (await requestsByKind())(kind).find(inForce);
  // Lifted in another tab is lifted, too.
  if (latest) await post(`/v1/privacy/requests/${latest.id}/cancel`);
}

/** Puts the buttons to work; `changed` is called once something stands otherwise. */
export function workStops(changed) {
  for (const kind of KINDS) {
    const part = partOf(kind);
    const ask = part.querySelector(".stop-ask");
    const takeBack = askFirst(ask, {
      question: ask.dataset.question,
      keep: t("Leave it as it is"),
      go: ask.textContent,
      act: async () => {
        takeBack();
        await change(kind, () => post("/v1/privacy/requests", { kind }), ".stop-lift", changed);
      },
    });
    part.querySelector(".stop-lift").addEventListener("click", () => {
      void change(kind, () => lift(kind), ".stop-ask", changed);
    });
  }
}
