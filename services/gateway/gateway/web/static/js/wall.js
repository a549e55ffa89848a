/** The style wall: tells about the chosen style, shows its options, and knows what is chosen in them. */
import { t } from "./language.js";
import { capital, listed, withinSentence } from "./words.js";

const at = (id) => document.getElementById(id);
const chosenStyle = (form) => form.querySelector("[name=style]:checked")?.value;
const fieldsOf = (form, style) => form.querySelector(`.style-options[data-style="${CSS.escape(style ?? "")}"]`);
const chosenIn = (box) => [...(box?.querySelectorAll("input:checked") ?? [])];

/** What is chosen with the chosen style: option id to choice id. */
export function optionsOf(form) {
  const chosen = chosenIn(fieldsOf(form, chosenStyle(form)));
  return Object.fromEntries(chosen.map((input) => [input.dataset.option, input.value]));
}

/** Credits that the choices made with the chosen style add to the price of a picture. */
export function surchargesOf(form) {
  const chosen = chosenIn(fieldsOf(form, chosenStyle(form)));
  return chosen.reduce((sum, input) => sum + Number(input.dataset.surcharge ?? 0), 0);
}

/** Chooses a style by id; one that is gone or not to be had changes nothing. */
export function putStyle(form, style) {
  const input = form.querySelector(`[name=style][value="${CSS.escape(style)}"]:enabled`);
  if (input) input.checked = true;
}

/** Chooses options of the chosen style; what there no longer is stays as it was. */
export function putOptions(form, options) {
  const box = fieldsOf(form, chosenStyle(form));
  for (const [option, choice] of Object.entries(options)) {
    const input = box?.querySelector(`[data-option="${CSS.escape(option)}"][value="${CSS.escape(choice)}"]:enabled`);
    if (input) input.checked = true;
  }
}

/** What differs from the usual, or else what there is to choose. */
function told(form, box) {
  const unusual = chosenIn(box).filter((input) => !input.defaultChecked);
  const shape = form.elements.aspect_ratio;
  const words = unusual.map((input) => input.dataset.name);
  if (!shape.selectedOptions[0].defaultSelected) words.push(shape.value);
  if (form.elements.note.value.trim()) words.push(t("with a note"));
  if (words.length > 0) return words.join(", ");
  const names = [...(box?.querySelectorAll("legend") ?? [])].map((legend) => withinSentence(legend.textContent));
  return capital(listed([...names, t("shape"), t("a note")]));
}

/** Keeps what is shown true to what is chosen. */
export function openWall(form) {
  const show = () => {
    const style = chosenStyle(form);
    const box = fieldsOf(form, style);
    for (const other of form.querySelectorAll(".style-options")) other.hidden = other !== box;
    if (style) at("style-about").textContent = at(`about-${style}`).textContent;
    at("options-told").textContent = told(form, box);
  };
  form.addEventListener("change", show);
  show();
}
