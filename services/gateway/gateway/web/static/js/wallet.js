/** What a person has: how many credits, until when, and which of them wait. */
import { read } from "./api.js";
import { at } from "./act.js";
import { t, tn } from "./language.js";
import { dateWords } from "./words.js";

const KINDS = {
  trial: (n) => t("{n} to try", { n }),
  plan: (n) => t("{n} from your plan", { n }),
  pack: (n) => t("{n} bought", { n }),
  gift: (n) => t("{n} from a gift", { n }),
  adjustment: (n) => t("{n} from us", { n }),
};

/** "10 of them until 3 March, the other 20 stay until they are spent." */
export function lotsSentence(lots) {
  const ending = new Map();
  let staying = 0;
  for (const { credits: n, expires_at } of lots) {
    if (!expires_at) staying += n;
    else ending.set(dateWords(expires_at), (ending.get(dateWords(expires_at)) ?? 0) + n);
  }
  if (ending.size === 0) return staying ? t("They stay until they are spent.") : "";
  if (ending.size === 1 && !staying) return t("To be spent until {day}.", { day: [...ending.keys()][0] });
  const parts = [...ending].map(([day, n], place) => (place ? t("{n} until {day}", { n, day }) : t("{n} of them until {day}", { n, day })));
  if (staying) {
    parts.push(tn("the other {n} stays until it is spent", "the other {n} stay until they are spent", staying));
  };
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
  at("available-word").textContent = tn("credit to spend", "credits to spend", told.available);
  at("lots-say").textContent = lotsSentence(told.lots);
  at("held").textContent = told.held ? tn("{n} credit set aside for figurines under way.", "{n} credits set aside for figurines under way.", told.held) : "";
  at("frozen").hidden = !told.frozen;
  at("frozen-say").textContent = tn("{n} credit cannot be spent for now.", "{n} credits cannot be spent for now.", told.frozen);
  const kinds = inOrder(told.lots);
  at("lots-part").hidden = kinds.length < 2;
  at("lots").replaceChildren(
    ...kinds.map(({ kind, n }) => Object.assign(document.createElement("li"), { textContent: KINDS[kind]?.(n) ?? String(n) })),
  );
}
