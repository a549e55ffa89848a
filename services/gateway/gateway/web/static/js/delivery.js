/** When it is made: now, or within a day for half the credits, where that is possible. */
import { surchargesOf } from "./wall.js";

const at = (id) => document.getElementById(id);
const chosenStyle = (form) => form.querySelector("[name=style]:checked");

/** Whether the order in the form is one that can wait, and is meant to. */
export const waits = (form) => form.elements.delivery.value === "batch" && mayWait(form);

/** Credits for one picture of what is chosen, for now. */
function wholePrice(form) {
  return Number(chosenStyle(form)?.dataset.price ?? 0) + surchargesOf(form);
}

// As the studio rounds: nobody pays more than half, and nothing becomes free.
const half = (price) => Math.floor(price / 2);

function mayWait(form) {
  return chosenStyle(form)?.hasAttribute("data-batch") === true && half(wholePrice(form)) >= 1;
}

/** What the order costs, in credits, and what it would cost now; null while no style is chosen. */
export function pricesOf(form) {
  if (!chosenStyle(form)) return null;
  const each = wholePrice(form);
  const count = Number(form.elements.variants.value);
  return { price: (waits(form) ? half(each) : each) * count, now: each * count, each: waits(form) ? half(each) : each };
}

/** Shows the choice where there is one. Hidden, it counts as now, and is remembered. */
export function openDelivery(form) {
  const show = () => {
    at("delivery").hidden = !mayWait(form);
    at("delivery-say").hidden = !waits(form);
  };
  form.addEventListener("change", show);
  show();
}
