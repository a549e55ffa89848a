/** Price and balance in plain words, beside the button. */
import { Problem, read } from "./api.js";
import { credits } from "./words.js";

const WELCOME = "New accounts start with free credits.";
const at = (id) => document.getElementById(id);

/** What the order in the form costs, in credits; null while no style is chosen. */
export function priceOf(form) {
  const style = form.querySelector("[name=style]:checked");
  return style ? Number(style.dataset.price) * Number(form.elements.variants.value) : null;
}

function balanceWords(available, price) {
  if (available === null) return "Your balance cannot be read right now. You pay only for pictures you get.";
  if (price === null) return `You have ${credits(available)}.`;
  if (available < price) return `You have ${credits(available)}, which is ${price - available} too few.`;
  return `You have ${credits(available)}; ${available - price} would be left.`;
}

/** Keeps the words true while the form or the balance changes. Signed out, there is no balance to tell. */
export function openTill(form, { signedIn }) {
  const till = { available: null };

  till.tell = () => {
    const price = priceOf(form);
    at("price").textContent = price === null ? "" : `This takes ${credits(price)}.`;
    at("balance").textContent = signedIn ? balanceWords(till.available, price) : WELCOME;
  };
  till.take = ({ available }) => {
    till.available = available;
    till.tell();
  };
  till.read = async () => {
    try {
      till.take(await read("/v1/credits"));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      till.take({ available: null }); // Told in words; an order is accepted without it.
    }
  };
  till.affordable = () => till.available === null || till.available >= priceOf(form);

  form.addEventListener("change", till.tell);
  till.tell();
  return till;
}
