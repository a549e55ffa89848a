/** Price and balance in plain words, beside the button. */
import { Problem, read } from "./api.js";
import { pricesOf } from "./delivery.js";
import { credits } from "./words.js";

const WELCOME = "New accounts start with free credits.";
const at = (id) => document.getElementById(id);

/** What the order in the form costs, in credits; null while no style is chosen. */
export const priceOf = (form) => pricesOf(form)?.price ?? null;

function priceWords(prices) {
  if (prices === null) return "";
  const { price, now } = prices;
  return price === now ? `This takes ${credits(price)}.` : `This takes ${credits(price)} instead of ${now}.`;
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
    at("price").textContent = priceWords(pricesOf(form));
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
