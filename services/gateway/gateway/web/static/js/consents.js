/** The consents on the privacy page: a sentence, a switch, a date, and what was said before. */
import { locale, t, woven } from "./language.js";
import { inEnglish } from "./published.js";
import { flip, sayIn, show } from "./switch.js";
import { time } from "./record.js";

const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const WAYS = {
  "studio page": t("on a page of the studio"),
  api: t("through the API"),
  objection: t("by your objection"),
  "objection lifted": t("when you took your objection back"),
};

function standing({ granted, changed_at, until_withdrawn }) {
  if (!changed_at) return [until_withdrawn ? t("On until you switch it off.") : t("Off. You have not allowed this.")];
  return woven(granted ? t("On since {when}.") : t("Off since {when}."), { when: time(changed_at) });
}

/** "1 November 2026"; a policy that is not named by its date keeps its name. */
function dated(version) {
  const date = new Date(`${version}T12:00`);
  return Number.isNaN(date.getTime()) ? version : day.format(date);
}

function recorded({ granted, changed_at, how, policy_version }) {
  const line = document.createElement("li");
  const words = granted
    ? t("Switched on at {when}, {how}, under the policy of {day}.")
    : t("Switched off at {when}, {how}, under the policy of {day}.");
  line.append(...woven(words, { when: time(changed_at), how: WAYS[how] ?? how, day: dated(policy_version) }));
  return line;
}

function nothingRecorded() {
  return Object.assign(document.createElement("li"), { textContent: t("You have not touched this switch.") });
}

function fill(item, consent) {
  const part = (name) => item.querySelector(name);
  show(part(".switch"), consent.granted);
  part(".consent-say").removeAttribute("data-bad");
  part(".consent-say").replaceChildren(...standing(consent));
  const history = consent.history.map(recorded);
  part(".consent-history").replaceChildren(...(history.length > 0 ? history : [nothingRecorded()]));
}

/** One consent with its switch; what comes back from a change is shown in the same place. */
export function consentItem(consent) {
  const item = document.getElementById("consent").content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(name);
  const button = part(".switch");
  button.textContent = consent.title;
  part(".consent-sentence").textContent = consent.sentence;
  part(".consent-sentence").id = `consent-${consent.purpose}`;
  button.setAttribute("aria-describedby", `consent-${consent.purpose}`);
  part("summary span").textContent = `: ${consent.title}`;
  part(".consent-allows").textContent = consent.allows;
  part(".consent-withdrawn").textContent = consent.withdrawn;
  inEnglish(button, ...[".consent-sentence", ".consent-allows", ".consent-withdrawn"].map(part));
  const say = sayIn(part(".consent-say"));
  button.addEventListener("click", () => {
    void flip(button, consent.purpose, say).then((changed) => {
      if (!changed) return;
      fill(item, changed);
      item.dispatchEvent(new CustomEvent("consent-changed", { bubbles: true }));
    });
  });
  fill(item, consent);
  return item;
}
