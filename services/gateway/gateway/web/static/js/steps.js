/** How far each part of the studio is with a request, as a list that stays in place while it changes. */
import { keeper, settle } from "./keeper.js";
import { t } from "./language.js";
import { listed } from "./words.js";

/** The parts in the order in which an erasure ends them. */
export const PARTS = {
  generation: { name: t("The workshop"), inside: t("the workshop"), holds: t("photos, figurines, printable models") },
  billing: { name: t("The till"), inside: t("the till"), holds: t("credits, orders, invoices") },
  analytics: { name: t("The statistics"), inside: t("the statistics"), holds: t("what was counted under a pseudonym") },
  privacy: { name: t("The privacy desk"), inside: t("the privacy desk"), holds: t("what you allowed and asked for, who was given what") },
  gateway: { name: t("The front door"), inside: t("the front door"), holds: t("account, sign-ins, letters") },
};

const ORDER = Object.keys(PARTS);
const place = (service) => (ORDER.indexOf(service) + 1 || ORDER.length + 1);

export const nameOf = (service) => PARTS[service]?.name ?? service;

/** The same within a sentence. */
export const innerNameOf = (service) => PARTS[service]?.inside ?? service;

/** Entries by service, in the order of the parts. */
export const inOrder = (services) => Object.entries(services).sort(([one], [other]) => place(one) - place(other));

/** "the workshop and the till", in the order of the parts. */
export function namesOf(services) {
  const sorted = [...services].sort((one, other) => place(one) - place(other));
  return listed(sorted.map(innerNameOf));
}

export function make(tag, className, ...said) {
  const element = Object.assign(document.createElement(tag), { className });
  element.append(...said);
  return element;
}

function step({ id, mark, words }) {
  const item = make("li", "step-line");
  const sign = make("span", "step-mark");
  sign.setAttribute("aria-hidden", "true");
  item.dataset.state = mark;
  const who = make("span", "step-who", make("strong", "", nameOf(id)));
  if (PARTS[id]) who.append(" ", make("span", "small muted", PARTS[id].holds));
  item.append(sign, who, make("span", "step-words", words));
  return item;
}

/** A function that shows services in `list`; `say(service, state)` gives the words, and the mark they stand beside. */
export function stepsIn(list) {
  const keep = keeper();
  return (services, say) =>
    settle(list, inOrder(services).map(([id, state]) => keep({ id, ...say(id, state) }, step)));
}

const LAST = "gateway";
const LAST_BUT_ONE = "privacy";

/** What a service does in an erasure, as long as those in `missing` have not done their part. */
export function erasing(missing) {
  const before = missing.filter((service) => service !== LAST && service !== LAST_BUT_ONE);
  return (service, state) => {
    if (state === "done") return { mark: "done", words: t("Deleted and signed") };
    if (state === "failed") return { mark: "failed", words: t("Something was left. It is deleted again") };
    if (service === LAST && missing.length > 1) return { mark: "waits", words: t("Goes last") };
    if (service === LAST) return { mark: "works", words: t("Writes to you, then goes") };
    if (service === LAST_BUT_ONE && before.length > 0) return { mark: "waits", words: t("Waits for the others") };
    return { mark: "works", words: t("Deleting") };
  };
}

/** What a service does for a copy. */
export function copying(_service, state) {
  if (state === "done") return { mark: "done", words: t("Handed over") };
  if (state === "failed") return { mark: "failed", words: t("Could not yet. It is asked again") };
  return { mark: "works", words: t("Collecting") };
}
