/** The receipt of an erasure, as a document: what was found, what became of it, what stays and until when. */
import { at } from "./act.js";
import { inOrder, make, nameOf } from "./steps.js";
import { exactTime } from "./words.js";

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });
const number = (n) => n.toLocaleString("en-GB");
const until = (iso) => (iso ? `until ${day.format(new Date(iso))}` : "");
const total = (kinds, what) => kinds.reduce((sum, kind) => sum + kind[what], 0);
const records = (n) => (n === 1 ? "1 record" : `${number(n)} records`);

/** "3 found, 3 erased". */
function outcome(kind) {
  const parts = [`${number(kind.found)} found`];
  if (kind.erased) parts.push(`${number(kind.erased)} erased`);
  if (kind.anonymised) parts.push(`${number(kind.anonymised)} made anonymous`);
  if (kind.retained) parts.push(`${number(kind.retained)} kept`);
  if (kind.residue) parts.push(`${number(kind.residue)} left over`);
  return parts.join(", ");
}

function line(kind) {
  const item = make("li", "receipt-line", make("span", "receipt-what", kind.what), make("span", "receipt-dots"), make("span", "receipt-outcome", outcome(kind)));
  const why = [kind.ground, kind.retained || kind.anonymised ? until(kind.until) : ""].filter(Boolean).join(", ");
  if (why) item.append(make("span", "receipt-why small muted", `${why}.`.replace(/^./, (first) => first.toUpperCase())));
  return item;
}

function service([name, statement]) {
  const kinds = Object.values(statement.classes);
  const there = kinds.filter((kind) => kind.found || kind.retained || kind.residue);
  const details = make("details", "receipt-service");
  const summary = make("summary", "", make("span", "", nameOf(name)));
  summary.append(make("span", "receipt-sum figures", outcome({ found: total(kinds, "found"), erased: total(kinds, "erased"), anonymised: total(kinds, "anonymised"), retained: total(kinds, "retained"), residue: total(kinds, "residue") })));
  const list = make("ul", "receipt-lines figures");
  list.append(...there.map(line));
  const others = kinds.length - there.length;
  const looked = others > 0 ? `${there.length > 0 ? "Looked for as well, and not found: " : "Looked for, and not found: "}${others === 1 ? "1 kind" : `${others} kinds`} of records. ` : "";
  const left = total(kinds, "residue") === 0 ? "Looked again afterwards: nothing was left." : "Looked again afterwards: something was left.";
  details.append(summary, list, make("p", "small muted", `${looked}${left} Finished on ${exactTime(statement.erased_at)}.`));
  return details;
}

function fact(name, value) {
  return make("div", "", make("dt", "", name), make("dd", "", value));
}

function keptLine(kind) {
  const till = until(kind.until) || "for as long as the law wants it";
  return make("li", "kept-line", make("strong", "", `${kind.what}: ${number(kind.retained)}, ${till}.`), ` ${kind.ground}`);
}

function partnerLine({ recipient, what, count, until: end }) {
  const times = count === 1 ? "once" : `${number(count)} times`;
  return make("li", "kept-line", make("strong", "", `${recipient}, ${until(end)}.`), ` ${what}, given ${times}. It cannot be called back; it is deleted there by then.`);
}

function list(id, items) {
  at(id).replaceChildren(...items);
  at(`${id}-none`).hidden = items.length > 0;
}

function unlinked(kinds) {
  const many = total(kinds, "anonymised");
  if (!many) return [];
  return [make("li", "kept-line muted", `${records(many)}, most of them in the books, stayed without any link to you.`)];
}

/** Shows a receipt; `said` is its body, `issued` how many receipts there are by now. */
export function showReceipt(said, issued) {
  const statements = Object.fromEntries(Object.entries(said.services).map(([name, part]) => [name, JSON.parse(part.statement)]));
  const kinds = Object.values(statements).flatMap((statement) => Object.values(statement.classes));
  at("receipt-number").textContent = `No. ${said.number}${issued ? ` of ${issued} so far` : ""}`;
  at("receipt-facts").replaceChildren(
    fact("Asked for", exactTime(said.asked_at)),
    fact("Over", exactTime(said.completed_at)),
    fact("Found", number(total(kinds, "found"))),
    fact("Erased", number(total(kinds, "erased"))),
    fact("Made anonymous", number(total(kinds, "anonymised"))),
    fact("Kept", number(total(kinds, "retained"))),
    fact("Left over", number(total(kinds, "residue"))),
  );
  const kept = kinds.filter((kind) => kind.retained).map(keptLine);
  list("receipt-kept", kept);
  at("receipt-kept").append(...unlinked(kinds));
  list("receipt-partners", Object.values(statements).flatMap((statement) => statement.out_of_reach.map(partnerLine)));
  at("receipt-services").replaceChildren(...inOrder(statements).map(service));
}
