/** Where the account was used: what happened, when, with what and from where. */
import { read } from "./api.js";
import { t, woven } from "./language.js";
import { time } from "./record.js";

const FETCHED = 50;
const FIRST = 5;
const MORE = 15;
const FAILED = new Set(["sign_in_failed", "password_refused"]);
const at = (id) => document.getElementById(id);
const made = (tag, values) => Object.assign(document.createElement(tag), values);

/** Failures in a row that are alike are one line: whoever guesses does so more than once. */
function gathered(items) {
  const lines = [];
  for (const item of items) {
    const last = lines.at(-1);
    const alike = last && ["kind", "device", "address"].every((name) => last.item[name] === item[name]);
    if (alike && FAILED.has(item.kind)) last.times += 1;
    else lines.push({ item, times: 1 });
  }
  return lines;
}

/** "Firefox on Windows, from 203.0.113.7". */
function origin({ device, address }) {
  if (!address) return device;
  return device ? t("{device}, from {address}", { device, address }) : t("from {address}", { address });
}

/** Where from and when, as far as that is known; of several alike the last. */
function whence(item, times) {
  const inside = { origin: origin(item), when: time(item.at) };
  if (times > 1) return woven(inside.origin ? t("{origin}, the last time at {when}.") : t("the last time at {when}."), inside);
  return woven(inside.origin ? t("{origin}, at {when}.") : t("At {when}."), inside);
}

function useItem({ item, times }) {
  const line = made("li", { className: "use" });
  const what = made("p", { className: "device-name", textContent: item.sentence });
  const mark = item.current
    ? made("span", { className: "mark", textContent: t("This device") })
    : FAILED.has(item.kind) && made("span", { className: "mark", textContent: times > 1 ? t("{times} times", { times }) : t("Refused") });
  if (mark) mark.dataset.state = item.current ? "good" : "bad";
  const where = made("p", { className: "small muted" });
  where.append(...whence(item, times));
  line.append(what, ...(mark ? [mark] : []), where);
  return line;
}

let cursor = null;
let known = [];
let lines = 0;

/** Fetched in large steps and shown in small ones, so that what is counted in a line is all there is. */
async function reveal(more) {
  lines += more;
  while (known.length === 0 || (cursor && gathered(known).length <= lines)) {
    const { items, next_cursor } = await read(`/v1/account/security?limit=${FETCHED}${cursor ? `&cursor=${cursor}` : ""}`);
    cursor = next_cursor;
    known.push(...items);
    if (items.length === 0) break;
  }
  const all = gathered(known);
  at("uses").replaceChildren(...all.slice(0, lines).map(useItem));
  at("uses-more").hidden = all.length <= lines && !cursor;
}

/** Lists the latest, from the beginning. */
export async function showUses() {
  [cursor, known, lines] = [null, [], 0];
  await reveal(FIRST);
}

/** Lists those before them. */
export const showOlderUses = () => reveal(MORE);
