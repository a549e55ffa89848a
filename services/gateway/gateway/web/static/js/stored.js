/** What is stored: one entry for each kind of record, grouped by what it is about, each opens for the rest. */
import { read } from "./api.js";
import { t } from "./language.js";
import { inEnglish, sayPublished } from "./published.js";
import { listed, number } from "./words.js";

const at = (id) => document.getElementById(id);
const NAMES = {
  gateway: t("the front door"),
  generation: t("the workshop"),
  billing: t("the till"),
  privacy: t("the privacy desk"),
  analytics: t("the statistics"),
};

function make(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...more });
}

function counted(count) {
  return count === 0 ? t("none") : number(count);
}

function field({ sentence, sealed, withheld }) {
  const item = document.createElement("li");
  const words = make("span", sentence);
  inEnglish(words);
  item.append(words);
  if (sealed) item.append(" ", make("span", t("Encrypted."), { className: "stored-sealed" }));
  if (withheld) item.append(" ", make("span", t("Not in your archive: {why}", { why: withheld }), { className: "muted" }));
  return item;
}

function term(name, ...said) {
  const pair = document.createElement("div");
  const definition = document.createElement("dd");
  definition.append(...said);
  pair.append(make("dt", name), definition);
  return pair;
}

/** A term whose words come out of the record of processing. */
function published(name, ...said) {
  const pair = term(name, ...said);
  inEnglish(pair.lastElementChild);
  return pair;
}

function entry({ what, purposes, kept, erased, exported, fields, count, service }) {
  const details = make("details", "", { className: "stored-entry" });
  const summary = make("summary", "");
  const title = make("span", what);
  inEnglish(title);
  summary.append(title);
  if (count !== null) summary.append(make("span", counted(count), { className: "stored-count figures" }));
  const list = document.createElement("ul");
  list.append(...fields.map(field));
  const terms = document.createElement("dl");
  terms.append(
    published(t("What for"), ...purposes.flatMap(({ sentence }, i) => (i ? [" ", sentence] : [sentence]))),
    published(t("How long"), kept),
    published(t("If you ask for erasure"), erased),
    published(t("If you ask for a copy"), exported),
    term(t("Where"), t("With {part}.", { part: NAMES[service] ?? service })),
    term(t("What exactly"), list),
  );
  details.append(summary, terms);
  return details;
}

function group([sentence, entries]) {
  const part = make("section", "", { className: "stored-group" });
  const title = make("h3", sentence);
  inEnglish(title);
  part.append(title, ...entries.map(entry));
  return part;
}

/** Reads the record at `path` and shows it; resolves once it stands. */
export async function showStored(path) {
  const { services } = await read(path);
  const items = services.flatMap(({ service, items }) => items.map((item) => ({ ...item, service })));
  const about = new Map(items.map(({ category }) => [category.id, category.sentence]));
  const groups = [...about.keys()].sort().map((id) => [about.get(id), items.filter((item) => item.category.id === id)]);
  sayPublished(at("stored"));
  at("stored").replaceChildren(...groups.map(group));
  const missing = services.filter(({ available }) => !available).map(({ service }) => NAMES[service] ?? service);
  at("stored-missing").textContent = t("No answer right now from {parts}; what is kept there is not in this list.", { parts: listed(missing) });
  at("stored-missing").hidden = missing.length === 0;
}
