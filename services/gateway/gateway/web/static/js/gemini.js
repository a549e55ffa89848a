/** The switch in the studio: whether Google Gemini may paint, and which styles cannot be ordered without it. */
import { waits } from "./delivery.js";
import { t } from "./language.js";
import { flip, isOn, sayIn, show } from "./switch.js";

const PURPOSE = "google_gemini";
const LABEL = t("Let Google Gemini paint");
const at = (id) => document.getElementById(id);
const ids = (text) => new Set(text.split(" ").filter(Boolean));

/** What the switch means for the chosen style. */
function means({ only, also }, style, on, waiting) {
  if (!style) return "";
  const values = { style: style.dataset.name };
  if (waiting && on) return t("Gemini paints {style} within a day.", values);
  if (waiting) return t("Only Gemini paints within a day. Switch it on, or have it made now.");
  if (only.has(style.value)) {
    if (on) return t("Gemini paints {style}.", values);
    return t("Only Gemini paints {style}. Switch it on, or choose another style.", values);
  }
  if (!also.has(style.value)) return t("The studio paints {style} itself. This photo goes nowhere.", values);
  if (on) return t("Gemini paints {style}.", values);
  return t("The studio paints {style} itself, until you switch this on.", values);
}

/** Where there is no switch, nothing is missing and the studio's refusals stand for themselves. */
const NO_SWITCH = { missing: () => false, ask: () => {}, refused: () => {} };

export function openGemini(form) {
  const box = at("gemini");
  if (!box) return NO_SWITCH;
  const button = at("gemini-switch");
  const say = sayIn(at("gemini-say"));
  const styles = { only: ids(box.dataset.only), also: ids(box.dataset.also) };
  const chosen = () => form.querySelector("[name=style]:checked");
  const tell = () => say(means(styles, chosen(), isOn(button), waits(form)));
  const missing = () => (styles.only.has(chosen()?.value) || waits(form)) && !isOn(button);

  async function change() {
    if (!(await flip(button, PURPOSE, say))) return;
    if (isOn(button)) at("order-error").hidden = true;
    tell();
  }

  function ask() {
    const error = at("order-error");
    const allow = Object.assign(document.createElement("button"), {
      type: "button",
      className: "button",
      textContent: LABEL,
    });
    // To allow it and to order are two decisions: the order waits for its own button.
    allow.addEventListener("click", () => void change().then(() => (isOn(button) ? at("make") : button).focus()));
    error.textContent = waits(form)
      ? t("Only Google Gemini paints within a day, and you have not allowed that. Nothing was sent.")
      : t("Only Google Gemini paints {style}, and you have not allowed that. Nothing was sent.", { style: chosen().dataset.name });
    error.append(document.createElement("br"), allow);
    error.hidden = false;
    error.focus();
  }

  button.addEventListener("click", () => void change());
  form.addEventListener("change", tell);
  tell();
  return {
    /** True while the chosen style may not be ordered. */
    missing,
    /** Says so beside the order button, and offers the switch. */
    ask,
    /** The studio refused: it was switched off elsewhere meanwhile. */
    refused() {
      show(button, false);
      tell();
      ask();
    },
  };
}
