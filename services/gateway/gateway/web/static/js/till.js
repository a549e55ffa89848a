/** Price and balance in plain words, beside the button. */
import { Problem, read } from "./api.js";
import { pricesOf } from "./delivery.js";
import { t, tn } from "./language.js";

const WELCOME = t("New accounts start with free credits.");
const at = (id) => document.getElementById(id);

/** What the order in the form costs, in credits; null while no style is chosen. */
export const priceOf = (form) => pricesOf(form)?.price ?? null;

function priceWords(prices) {
  if (prices === null) return "";
  const { price, now } = prices;
  if (price === now) return tn("This takes {n} credit.", "This takes {n} credits.", price);
  return tn("This takes {n} credit instead of {now}.", "This takes {n} credits instead of {now}.", price, { now });
}

function balanceWords(available, price) {
  if (available === null) return t("Your balance cannot be read right now. You pay only for pictures you get.");
  if (price === null) return tn("You have {n} credit.", "You have {n} credits.", available);
  if (available < price) {
    const values = { missing: price - available };
    return tn("You have {n} credit, which is {missing} too few.", "You have {n} credits, which is {missing} too few.", available, values);
  }
  const values = { left: available - price };
  return tn("You have {n} credit; {left} would be left.", "You have {n} credits; {left} would be left.", available, values);
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
