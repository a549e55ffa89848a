/** Lines of what a person corrected: what, when, whether the old value is gone, and what keeps it if anything does. */
import { time } from "./record.js";

const FIELDS = { name: "name", contact: "contact", email: "e-mail address" };
const PROOFS = { gone: "good", kept: "good", looking: "open" };

const listed = new Intl.ListFormat("en-GB", { type: "conjunction" });
const fieldWords = (fields) => {
  const known = Object.keys(FIELDS).filter((field) => fields.includes(field));
  return listed.format(known.map((field) => FIELDS[field]));
};

const element = (name, className, textContent = "") =>
  Object.assign(document.createElement(name), { className, textContent });

function verdict({ proof, proven_at }) {
  if (proof === "looking") return ["The copies are following; then the old is looked for everywhere."];
  if (proof === "gone") return ["Looked for everywhere at ", time(proven_at), ": nothing of the old is left."];
  return ["Looked for everywhere at ", time(proven_at), ": the old is left only where it has to be, or where you wrote it yourself."];
}

function places(services) {
  const lines = services.flatMap(({ corrected, kept }) => [
    ...corrected.map(({ place }) => [place, "corrected"]),
    ...kept.map(({ place, why }) => [place, `kept. ${why}`]),
  ]);
  const unique = [...new Map(lines.map((line) => [line.join(), line])).values()];
  return unique.map(([place, what]) => {
    const line = document.createElement("li");
    line.append(element("strong", "", place), `: ${what}`, what === "corrected" ? "." : "");
    return line;
  });
}

const NAMES = {
  gateway: "the front door",
  billing: "payments",
  generation: "the workshop",
  privacy: "the privacy records",
  analytics: "statistics",
};
const named = (service) => NAMES[service] ?? service;

function without(services) {
  const names = services.filter(({ state }) => state === "holds_no_copy").map(({ service }) => named(service));
  return element("p", "muted", `${listed.format(names)} never had a copy.`.replace(/^./, (letter) => letter.toUpperCase()));
}

function following(services) {
  const names = services.filter(({ state }) => state === "following").map(({ service }) => named(service));
  return names.length > 0 ? [element("p", "muted", `Still following: ${listed.format(names)}.`)] : [];
}

/** One correction, folded but for its sentence and its proof. */
export function correctionItem(correction, open) {
  const item = element("li", "correction");
  const mark = element("span", "mark");
  mark.dataset.state = PROOFS[correction.proof];
  const body = document.createElement("div");
  const sentence = document.createElement("p");
  sentence.append(`Your ${fieldWords(correction.fields)}, corrected at `, time(correction.corrected_at), ".");
  const proof = element("p", "small muted");
  proof.append(...verdict(correction));
  const more = Object.assign(element("details", "small"), { open });
  more.dataset.id = correction.id;
  const list = document.createElement("ul");
  list.append(...places(correction.services));
  more.append(element("summary", "", "Where it was"), list, ...following(correction.services), without(correction.services));
  body.append(sentence, proof, more);
  item.append(mark, body);
  return item;
}
