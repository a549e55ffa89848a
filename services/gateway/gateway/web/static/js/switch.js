/** A switch for one consent: it shows what is on record, not what was pressed, and says what came of it. */
import { Problem, put } from "./api.js";
import { askAgain } from "./counting.js";
import { t } from "./language.js";

export const isOn = (button) => button.getAttribute("aria-checked") === "true";

/** Shows how the consent stands. */
export const show = (button, granted) => button.setAttribute("aria-checked", String(granted));

/**
 * Puts a switch to the other side, once it is on record there; resolves with the consent, or null when it is not.
 * It keeps the focus meanwhile: a disabled button would lose it.
 */
export async function flip(button, purpose, say) {
  if (button.ariaBusy === "true") return null;
  button.ariaBusy = "true";
  say(isOn(button) ? t("Taking it back.") : t("Writing it down."));
  try {
    const consent = await put(`/v1/consents/${purpose}`, { granted: !isOn(button) });
    show(button, consent.granted);
    askAgain();
    return consent;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(`${isOn(button) ? t("It is still on.") : t("It is still off.")} ${problem.message}`, { bad: true });
    return null;
  } finally {
    button.ariaBusy = null;
  }
}

/** A function that writes into `place`; a failure is marked. */
export const sayIn =
  (place) =>
  (text, { bad = false } = {}) => {
    place.toggleAttribute("data-bad", bad);
    place.textContent = text;
  };
