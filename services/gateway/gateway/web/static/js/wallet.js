/** What a person has: how many credits, until when, and which of them wait. */
import { read } from "./api.js";
import { at } from "./act.js";
import { credits, dateWords } from "./words.js";

const KINDS = { trial: "to try", plan: "from your plan", pack: "bought", gift: "from a gift", adjustment: "from us" };

/** "10 of them until 3 March, the other 20 stay until they are spent." */
export function lotsSentence(lots) {
  const ending = new Map();
  let staying = 0;
  for (const { credits: n, expires_at } of lots) {
    if (!expires_at) staying += n;
    else ending.set(dateWords(expires_at), (ending.get(dateWords(expires_at)) ?? 0) + n);
  }
  if (ending.size === 0) return staying ? "They stay until they are spent." : "";
  if (ending.size === 1 && !staying) return `To be spent until ${[...ending.keys()][0]}.`;
  const parts = [...ending].map(([day, n], place) => `${n}${place ? "" : " of them"} until ${day}`);
  if (staying) parts.push(`the other ${staying} ${staying === 1 ? "stays until it is" : "stay until they are"} spent`);
  return `${parts.join(", ")}.`;
}

/** Where they came from, the next to be spent first; neighbours of one kind are one. */
function inOrder(lots) {
  const kinds = [];
  for (const { kind, credits: n } of lots) {
    if (kinds.at(-1)?.kind === kind) kinds.at(-1).n += n;
    else kinds.push({ kind, n });
  }
  return kinds;
}

export async function showBalance() {
  const told = await read("/v1/credits");
  at("available").textContent = told.available;
  at("available-word").textContent = told.available === 1 ? "credit to spend" : "credits to spend";
  at("lots-say").textContent = lotsSentence(told.lots);
  at("held").textContent = told.held ? `${credits(told.held)} set aside for figurines under way.` : "";
  at("frozen").hidden = !told.frozen;
  at("frozen-say").textContent = `${credits(told.frozen)} cannot be spent for now.`;
  const kinds = inOrder(told.lots);
  at("lots-part").hidden = kinds.length < 2;
  at("lots").replaceChildren(
    ...kinds.map(({ kind, n }) => Object.assign(document.createElement("li"), { textContent: `${n} ${KINDS[kind] ?? ""}` })),
  );
}
