/** The account page's part about one's own use: numbers, a chart of thirty days, and the switch that ends it. */
import { Problem, read } from "./api.js";
import { t, tn } from "./language.js";
import { show, showParts } from "./part.js";
import { inEnglish } from "./published.js";
import { flip, sayIn, show as showSwitch } from "./switch.js";
import { dateWords } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const PURPOSE = "analytics";
const DAYS = 30;
const DAY_MS = 86_400_000;
// The chart's own measures; it is drawn as wide as there is room.
const [WIDTH, HEIGHT, BAR, DOT_LINE] = [300, 88, 7, 82];
const NONE_YET = t("Nothing has been counted yet. It begins with your first figurine, or a minute spent here.");
const NOT_COUNTED = t("Nothing is counted, and nothing that was is kept.");

const at = (id) => document.getElementById(id);
const say = sayIn(at("use-say"));
let counted = true;

/** "48 s", "14 min", "2 h 5 min". */
function spent(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

const figurines = (n) => tn("{n} figurine", "{n} figurines", n);

/** The last days, the earliest first, each with what there was on it; days are counted in UTC. */
function lastDays({ by_day, seconds_by_day }) {
  return Array.from({ length: DAYS }, (_, n) => {
    const day = new Date(Date.now() - (DAYS - 1 - n) * DAY_MS).toISOString().slice(0, 10);
    return { day, words: dateWords(`${day}T12:00`), seconds: seconds_by_day[day] ?? 0, made: by_day[day]?.figurines ?? 0 };
  });
}

function drawn(name, values, title) {
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) shape.setAttribute(key, value);
  if (title) shape.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: title }));
  return shape;
}

function bar({ words, seconds, made }, n, most) {
  const room = DOT_LINE - 8;
  const height = seconds ? Math.max(2, Math.round((seconds / most) * room)) : 1;
  const x = n * (WIDTH / DAYS) + (WIDTH / DAYS - BAR) / 2;
  const title = `${words}: ${spent(seconds)}${made ? `, ${figurines(made)}` : ""}`;
  const kind = seconds ? "use-bar" : "use-bar none";
  const bars = [drawn("rect", { class: kind, x, y: room - height, width: BAR, height, rx: Math.min(2, height / 2) }, title)];
  if (made) bars.push(drawn("circle", { class: "use-dot", cx: x + BAR / 2, cy: DOT_LINE, r: 2.5 }, title));
  return bars;
}

function chart(days) {
  const most = Math.max(...days.map((each) => each.seconds), 1);
  const total = days.reduce((sum, each) => sum + each.seconds, 0);
  const made = days.reduce((sum, each) => sum + each.made, 0);
  const values = { days: DAYS, time: spent(total) };
  const label = tn("In the last {days} days: {time} here, and {n} figurine.", "In the last {days} days: {time} here, and {n} figurines.", made, values);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  svg.append(...days.flatMap((each, n) => bar(each, n, most)));
  return svg;
}

function row({ words, seconds, made }) {
  const line = document.createElement("tr");
  const cells = [words, seconds ? spent(seconds) : "–", made || "–"];
  line.append(...cells.map((text, n) => Object.assign(document.createElement(n ? "td" : "th"), { textContent: text })));
  line.firstElementChild.scope = "row";
  return line;
}

function styleItem([id, { figurines: made }], names, most) {
  const line = document.createElement("li");
  const share = drawn("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" });
  share.append(drawn("rect", { class: "use-bar", width: (made / most) * 100, height: 4, rx: 1 }));
  const [name, count] = [names.get(id) ?? id, String(made)].map((textContent) =>
    Object.assign(document.createElement("span"), { textContent }),
  );
  line.append(name, count, share);
  return line;
}

/** Names of styles; while they cannot be read, ids have to do. */
async function styleNames() {
  try {
    return new Map((await read("/v1/styles")).items.map(({ id, name }) => [id, name]));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return new Map();
  }
}

function fill(usage, names) {
  const days = lastDays(usage);
  at("use-figurines").textContent = usage.figurines;
  at("use-pictures").textContent = usage.pictures;
  at("use-time").textContent = spent(usage.seconds);
  const most = Math.max(...days.map((each) => each.seconds));
  at("use-most").textContent = most ? t("up to {time} a day", { time: spent(most) }) : "";
  at("use-days").replaceChildren(chart(days));
  at("use-first").textContent = days[0].words;
  at("use-rows").replaceChildren(...days.filter((each) => each.seconds || each.made).reverse().map(row));
  at("use-table").hidden = at("use-rows").children.length === 0;
  const styles = Object.entries(usage.by_style).sort(([, a], [, b]) => b.figurines - a.figurines);
  at("use-styles").replaceChildren(...styles.map((each) => styleItem(each, names, styles[0][1].figurines)));
}

async function showUse() {
  const [usage, names] = await Promise.all([read("/v1/usage"), styleNames()]);
  const empty = usage.figurines === 0 && usage.seconds === 0;
  if (!empty) fill(usage, names);
  at("use").hidden = empty || !counted;
  at("use-none").hidden = !at("use").hidden;
  at("use-none").textContent = counted ? NONE_YET : NOT_COUNTED;
}

function standing(consent) {
  counted = consent.granted;
  inEnglish(at("use-switch"), at("use-means"));
  at("use-switch").textContent = consent.title;
  at("use-means").textContent = consent.granted ? consent.allows : consent.withdrawn;
  showSwitch(at("use-switch"), consent.granted);
  at("use-consent").hidden = false;
}

/** The same consent as on the privacy page; while it cannot be read, there is no switch to press. */
async function showSwitchOf() {
  try {
    standing((await read("/v1/consents")).items.find(({ purpose }) => purpose === PURPOSE));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
  }
}

at("use-switch").addEventListener("click", () => {
  void flip(at("use-switch"), PURPOSE, say).then((changed) => {
    if (!changed) return;
    standing(changed);
    say(changed.granted ? t("You are counted from now on.") : t("You are no longer counted."));
    void show("use", showUse);
  });
});
await showSwitchOf();
showParts({ use: showUse });
