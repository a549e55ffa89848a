/** Errors of a form, each next to the field it is about. */
import { t } from "./language.js";

/** Shows `message` under the field called `name`; an empty message takes it away. False if there is no such field. */
function showError(form, name, message) {
  const place = form.querySelector(`#${CSS.escape(name)}-error`);
  if (!place) return false;
  place.textContent = message;
  place.hidden = !message;
  form.querySelector(`#${CSS.escape(name)}`)?.setAttribute("aria-invalid", String(Boolean(message)));
  return true;
}

export function clearErrors(form) {
  for (const place of form.querySelectorAll("[id$='-error']")) {
    place.textContent = "";
    place.hidden = true;
  }
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** Puts a refused answer where it belongs: field errors at their fields, the rest in the box called `box`. */
export function showProblem(form, problem, box) {
  const homeless = problem.errors.filter(({ field, message }) => !showError(form, field, message));
  if (homeless.length > 0 || problem.errors.length === 0) {
    box.textContent = [problem.message, ...homeless.map(({ message }) => message)].join(" ");
    box.hidden = false;
  }
  (form.querySelector("[aria-invalid='true']") ?? box).focus();
}

function complaint(input, labels) {
  if (input.validity.valueMissing) return labels[input.name] ?? t("Fill this in.");
  if (input.validity.typeMismatch) return t("Write the address in full, like name@example.org.");
  if (input.validity.tooShort) return t("Use at least {n} characters.", { n: input.minLength });
  return "";
}

/** Checks what the browser can check. True when all is well; else the first wrong field has the focus. */
export function isFilledIn(form, labels) {
  clearErrors(form);
  const wrong = [...form.elements].filter((input) => input.name && !input.validity.valid);
  for (const input of wrong) showError(form, input.name, complaint(input, labels));
  wrong[0]?.focus();
  return wrong.length === 0;
}
