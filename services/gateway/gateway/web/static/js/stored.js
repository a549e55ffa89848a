/** What is stored: one entry for each kind of record, grouped by what it is about, each opens for the rest. */
import { read } from "./api.js";

const at = (id) => document.getElementById(id);
const NAMES = {
  gateway: "the front door",
  generation: "the workshop",
  billing: "the till",
  privacy: "the privacy desk",
  analytics: "the statistics",
};

function make(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...more });
}

function counted(count) {
  return count === 0 ? "none" : count.toLocaleString();
}

function field({ sentence, sealed, withheld }) {
  const item = make("li", sentence);
  if (sealed) item.append(" ", make("span", "Encrypted.", { className: "stored-sealed" }));
  if (withheld) item.append(" ", make("span", `Not in your archive: ${withheld}`, { className: "muted" }));
  return item;
}

function term(name, ...said) {
  const pair = document.createElement("div");
  const definition = document.createElement("dd");
  definition.append(...said);
  pair.append(make("dt", name), definition);
  return pair;
}

function entry({ what, purposes, kept, erased, exported, fields, count, service }) {
  const details = make("details", "", { className: "stored-entry" });
  const summary = make("summary", "");
  summary.append(make("span", what));
  if (count !== null) summary.append(make("span", counted(count), { className: "stored-count figures" }));
  const list = document.createElement("ul");
  list.append(...fields.map(field));
  const terms = document.createElement("dl");
  terms.append(
    term("What for", ...purposes.flatMap(({ sentence }, i) => (i ? [" ", sentence] : [sentence]))),
    term("How long", kept),
    term("If you ask for erasure", erased),
    term("If you ask for a copy", exported),
    term("Where", `With ${NAMES[service] ?? service}.`),
    term("What exactly", list),
  );
  details.append(summary, terms);
  return details;
}

function group([sentence, entries]) {
  const part = make("section", "", { className: "stored-group" });
  part.append(make("h3", sentence), ...entries.map(entry));
  return part;
}

/** Reads the record at `path` and shows it; resolves once it stands. */
export async function showStored(path) {
  const { services } = await read(path);
  const items = services.flatMap(({ service, items }) => items.map((item) => ({ ...item, service })));
  const about = new Map(items.map(({ category }) => [category.id, category.sentence]));
  const groups = [...about.keys()].sort().map((id) => [about.get(id), items.filter((item) => item.category.id === id)]);
  at("stored").replaceChildren(...groups.map(group));
  const missing = services.filter(({ available }) => !available).map(({ service }) => NAMES[service] ?? service);
  at("stored-missing").textContent = `No answer right now from ${missing.join(" and ")}; what is kept there is not in this list.`;
  at("stored-missing").hidden = missing.length === 0;
}
