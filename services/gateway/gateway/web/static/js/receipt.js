/** The receipt of an erasure, as a document: what was found, what became of it, what stays and until when. */
import { at } from "./act.js";
import { locale, t, tn } from "./language.js";
import { sayPublished } from "./published.js";
import { inOrder, make, nameOf } from "./steps.js";
import { capital, exactTime, number } from "./words.js";

const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const until = (iso) => (iso ? t("until {day}", { day: day.format(new Date(iso)) }) : "");
const total = (kinds, what) => kinds.reduce((sum, kind) => sum + kind[what], 0);

/** "3 found, 3 erased". */
function outcome(kind) {
  const parts = [t("{n} found", { n: number(kind.found) })];
  if (kind.erased) parts.push(t("{n} erased", { n: number(kind.erased) }));
  if (kind.anonymised) parts.push(t("{n} made anonymous", { n: number(kind.anonymised) }));
  if (kind.retained) parts.push(t("{n} kept", { n: number(kind.retained) }));
  if (kind.residue) parts.push(t("{n} left over", { n: number(kind.residue) }));
  return parts.join(", ");
}

function line(kind) {
  const item = make("li", "receipt-line", make("span", "receipt-what", kind.what), make("span", "receipt-dots"), make("span", "receipt-outcome", outcome(kind)));
  const why = [kind.ground, kind.retained || kind.anonymised ? until(kind.until) : ""].filter(Boolean).join(", ");
  if (why) item.append(make("span", "receipt-why small muted", capital(`${why}.`)));
  return item;
}

/** What was looked for and not there, beside the `found` kinds that were. */
function lookedFor(others, found) {
  if (others === 0) return "";
  return found > 0
    ? tn("Looked for as well, and not found: {n} kind of records.", "Looked for as well, and not found: {n} kinds of records.", others)
    : tn("Looked for, and not found: {n} kind of records.", "Looked for, and not found: {n} kinds of records.", others);
}

function service([name, statement]) {
  const kinds = Object.values(statement.classes);
  const there = kinds.filter((kind) => kind.found || kind.retained || kind.residue);
  const details = make("details", "receipt-service");
  const summary = make("summary", "", make("span", "", nameOf(name)));
  summary.append(make("span", "receipt-sum figures", outcome({ found: total(kinds, "found"), erased: total(kinds, "erased"), anonymised: total(kinds, "anonymised"), retained: total(kinds, "retained"), residue: total(kinds, "residue") })));
  const list = make("ul", "receipt-lines figures");
  list.append(...there.map(line));
  const left = total(kinds, "residue") === 0 ? t("Looked again afterwards: nothing was left.") : t("Looked again afterwards: something was left.");
  const finished = t("Finished on {when}.", { when: exactTime(statement.erased_at) });
  const said = [lookedFor(kinds.length - there.length, there.length), left, finished].filter(Boolean).join(" ");
  details.append(summary, list, make("p", "small muted", said));
  return details;
}

function fact(name, value) {
  return make("div", "", make("dt", "", name), make("dd", "", value));
}

function keptLine(kind) {
  const values = { what: kind.what, n: number(kind.retained), day: kind.until && day.format(new Date(kind.until)) };
  const words = kind.until ? t("{what}: {n}, until {day}.", values) : t("{what}: {n}, for as long as the law wants it.", values);
  return make("li", "kept-line", make("strong", "", words), ` ${kind.ground}`);
}

function partnerLine({ recipient, what, count, until: end }) {
  const given = tn(
    "{what}, given once. It cannot be called back; it is deleted there by then.",
    "{what}, given {n} times. It cannot be called back; it is deleted there by then.",
    count,
    { what, n: number(count) },
  );
  return make("li", "kept-line", make("strong", "", `${recipient}, ${until(end)}.`), ` ${given}`);
}

function list(id, items) {
  at(id).replaceChildren(...items);
  at(`${id}-none`).hidden = items.length > 0;
}

function unlinked(kinds) {
  const many = total(kinds, "anonymised");
  if (!many) return [];
  const words = tn(
    "{n} record, most of them in the books, stayed without any link to you.",
    "{n} records, most of them in the books, stayed without any link to you.",
    many,
    { n: number(many) },
  );
  return [make("li", "kept-line muted", words)];
}

/** Shows a receipt; `said` is its body, `issued` how many receipts there are by now. */
export function showReceipt(said, issued) {
  const statements = Object.fromEntries(Object.entries(said.services).map(([name, part]) => [name, JSON.parse(part.statement)]));
  const kinds = Object.values(statements).flatMap((statement) => Object.values(statement.classes));
  at("receipt-number").textContent = issued ? t("No. {number} of {issued} so far", { number: said.number, issued }) : t("No. {number}", { number: said.number });
  at("receipt-facts").replaceChildren(
    fact(t("Asked for"), exactTime(said.asked_at)),
    fact(t("Over"), exactTime(said.completed_at)),
    fact(t("Found"), number(total(kinds, "found"))),
    fact(t("Erased"), number(total(kinds, "erased"))),
    fact(t("Made anonymous"), number(total(kinds, "anonymised"))),
    fact(t("Kept"), number(total(kinds, "retained"))),
    fact(t("Left over"), number(total(kinds, "residue"))),
  );
  const kept = kinds.filter((kind) => kind.retained).map(keptLine);
  list("receipt-kept", kept);
  at("receipt-kept").append(...unlinked(kinds));
  list("receipt-partners", Object.values(statements).flatMap((statement) => statement.out_of_reach.map(partnerLine)));
  sayPublished(at("receipt-services"));
  at("receipt-services").replaceChildren(...inOrder(statements).map(service));
}
