/** What is on sale, as cards; and how money and prices are written. */
import { read } from "./api.js";
import { credits } from "./words.js";

/** "€4.99", out of the currency's minor unit. */
export function money(amount, currency) {
  const format = new Intl.NumberFormat("en-GB", { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export const priceOf = (offer) => money(offer.amount, offer.currency);

/** "€8.99 a month". */
export const pricePer = (plan) => `${priceOf(plan)} a ${plan.interval}`;

/** "A picture takes 1 to 3 credits", as the styles of today are priced. */
export async function pictureWords() {
  const { items } = await read("/v1/styles");
  const prices = items.filter((style) => !style.unavailable_because).map((style) => style.price);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  if (least === most) return `A picture takes ${credits(most)}`;
  return `A picture takes ${least} ${most - least === 1 ? "or" : "to"} ${credits(most)}`;
}

/** What a plan gives beyond what everybody has, in plain words. */
function gives({ entitlements: plan }, free) {
  if (!free) return [];
  const more = (name, words) => (plan[name] > free[name] ? [words(plan[name].toLocaleString("en-GB"), free[name])] : []);
  return [
    ...more("variants", (n, without) => `Up to ${n} pictures at once, instead of ${without}`),
    ...more("resolution", (n) => `Pictures of up to ${n} pixels`),
    ...more("shares", (n, without) => `${n} public links at a time, instead of ${without}`),
    ...more("api_rate", (n, without) => `${n} requests a minute for your own programs, instead of ${without}`),
  ];
}

function facts(offer, free) {
  if (!offer.interval) {
    const kept = offer.expires_after_days ? `Kept for ${offer.expires_after_days} days` : "Kept until they are spent";
    return [`About ${money(offer.amount / offer.credits, offer.currency)} a credit`, kept];
  }
  const each = `About ${money(offer.amount / offer.credits, offer.currency)} a credit`;
  const unused = `Up to ${offer.rollover_cap} unused ones go on`;
  return [`${credits(offer.credits)} a ${offer.interval}`, each, unused, ...gives(offer, free)];
}

const listed = (words) => Object.assign(document.createElement("li"), { textContent: words });

/**
 * A card of an offer, without a way to take it. `less` is what a coupon leaves of the price, null without one; `free` is
 * what everybody may do, so that the card tells what a plan adds.
 */
export function offerCard(offer, { less = null, free = null } = {}) {
  const card = document.getElementById("offer").content.cloneNode(true).firstElementChild;
  card.querySelector(".offer-name").textContent = offer.interval ? offer.name : credits(offer.credits);
  const price = card.querySelector(".offer-price");
  price.textContent = offer.interval ? pricePer(offer) : priceOf(offer);
  if (less !== null) {
    const before = Object.assign(document.createElement("s"), { textContent: priceOf(offer) });
    before.setAttribute("aria-label", `instead of ${priceOf(offer)}`);
    const first = offer.interval ? ` for the first ${offer.interval}` : "";
    price.replaceChildren(money(less, offer.currency), `${first} `, before);
  }
  card.querySelector(".offer-facts").replaceChildren(...facts(offer, free).map(listed));
  return card;
}

/** Puts a button on the card: `act(button, say)` does what it says. */
export function withButton(card, { label, name, act }) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
  button.setAttribute("aria-label", `${label}: ${name}`);
  card.querySelector(".offer-act").prepend(button);
  if (act) button.addEventListener("click", () => act(button, card.querySelector(".field-error")));
  return button;
}

/** Says on the card why there is no button. */
export function withNote(card, words) {
  card.querySelector(".offer-note").textContent = words;
  card.querySelector(".offer-note").hidden = false;
}
