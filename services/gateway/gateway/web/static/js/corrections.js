/** Lines of what a person corrected: what, when, whether the old value is gone, and what keeps it if anything does. */
import { t, woven } from "./language.js";
import { time } from "./record.js";
import { capital, listed } from "./words.js";

const FIELDS = { name: t("name"), contact: t("contact"), email: t("e-mail address") };
const PROOFS = { gone: "good", kept: "good", looking: "open" };

const fieldWords = (fields) => {
  const known = Object.keys(FIELDS).filter((field) => fields.includes(field));
  return listed(known.map((field) => FIELDS[field]));
};

const element = (name, className, textContent = "") =>
  Object.assign(document.createElement(name), { className, textContent });

function verdict({ proof, proven_at }) {
  if (proof === "looking") return [t("The copies are following; then the old is looked for everywhere.")];
  const when = time(proven_at);
  if (proof === "gone") return woven(t("Looked for everywhere at {when}: nothing of the old is left."), { when });
  return woven(
    t("Looked for everywhere at {when}: the old is left only where it has to be, or where you wrote it yourself."),
    { when },
  );
}

function places(services) {
  const lines = services.flatMap(({ corrected, kept }) => [
    ...corrected.map(({ place }) => [place, t("corrected.")]),
    ...kept.map(({ place, why }) => [place, t("kept. {why}", { why })]),
  ]);
  const unique = [...new Map(lines.map((line) => [line.join(), line])).values()];
  return unique.map(([place, what]) => {
    const line = document.createElement("li");
    line.append(element("strong", "", place), `: ${what}`);
    return line;
  });
}

const NAMES = {
  gateway: t("the front door"),
  billing: t("payments"),
  generation: t("the workshop"),
  privacy: t("the privacy records"),
  analytics: t("statistics"),
};
const named = (service) => NAMES[service] ?? service;

function without(services) {
  const names = services.filter(({ state }) => state === "holds_no_copy").map(({ service }) => named(service));
  return element("p", "muted", capital(t("{names} never had a copy.", { names: listed(names) })));
}

function following(services) {
  const names = services.filter(({ state }) => state === "following").map(({ service }) => named(service));
  return names.length > 0 ? [element("p", "muted", t("Still following: {names}.", { names: listed(names) }))] : [];
}

/** One correction, folded but for its sentence and its proof. */
export function correctionItem(correction, open) {
  const item = element("li", "correction");
  const mark = element("span", "mark");
  mark.dataset.state = PROOFS[correction.proof];
  const body = document.createElement("div");
  const sentence = document.createElement("p");
  const inside = { fields: fieldWords(correction.fields), when: time(correction.corrected_at) };
  sentence.append(...woven(t("Your {fields}, corrected at {when}."), inside));
  const proof = element("p", "small muted");
  proof.append(...verdict(correction));
  const more = Object.assign(element("details", "small"), { open });
  more.dataset.id = correction.id;
  const list = document.createElement("ul");
  list.append(...places(correction.services));
  more.append(element("summary", "", t("Where it was")), list, ...following(correction.services), without(correction.services));
  body.append(sentence, proof, more);
  item.append(mark, body);
  return item;
}
