/** What is on sale, as cards; and how money and prices are written. */
import { read } from "./api.js";
import { locale, t, tn } from "./language.js";
import { credits, number } from "./words.js";

/** "€4.99", out of the currency's minor unit. */
export function money(amount, currency) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export const priceOf = (offer) => money(offer.amount, offer.currency);

const PER = {
  month: (price) => t("{price} a month", { price }),
  year: (price) => t("{price} a year", { price }),
};

/** "€8.99 a month". */
export const pricePer = (plan) => PER[plan.interval]?.(priceOf(plan)) ?? t("{price} a period", { price: priceOf(plan) });

/** "A picture takes 1 to 3 credits.", as the styles of today are priced. */
export async function pictureWords() {
  const [least, most] = await picturePrices();
  if (least === most) return tn("A picture takes {n} credit.", "A picture takes {n} credits.", most);
  if (most - least === 1) return t("A picture takes {least} or {most} credits.", { least, most });
  return t("A picture takes {least} to {most} credits.", { least, most });
}

/** The same where it is told why they differ. */
export async function pictureWordsByStyle() {
  const [least, most] = await picturePrices();
  if (least === most) return tn("A picture takes {n} credit, by its style.", "A picture takes {n} credits, by its style.", most);
  if (most - least === 1) return t("A picture takes {least} or {most} credits, by its style.", { least, most });
  return t("A picture takes {least} to {most} credits, by its style.", { least, most });
}

async function picturePrices() {
  const { items } = await read("/v1/styles");
  const prices = items.filter((style) => !style.unavailable_because).map((style) => style.price);
  return [Math.min(...prices), Math.max(...prices)];
}

/** What a plan gives beyond what everybody has, in plain words. */
function gives({ entitlements: plan }, free) {
  if (!free) return [];
  const more = (name, words) => (plan[name] > free[name] ? [words({ n: number(plan[name]), without: free[name] })] : []);
  return [
    ...more("variants", (values) => t("Up to {n} pictures at once, instead of {without}", values)),
    ...more("resolution", (values) => t("Pictures of up to {n} pixels", values)),
    ...more("shares", (values) => t("{n} public links at a time, instead of {without}", values)),
    ...more("api_rate", (values) => t("{n} requests a minute for your own programs, instead of {without}", values)),
  ];
}

function facts(offer, free) {
  const each = t("About {price} a credit", { price: money(offer.amount / offer.credits, offer.currency) });
  if (!offer.interval) {
    const days = offer.expires_after_days;
    return [each, days ? t("Kept for {days} days", { days }) : t("Kept until they are spent")];
  }
  const n = offer.credits;
  const comes = offer.interval === "year" ? tn("{n} credit a year", "{n} credits a year", n) : tn("{n} credit a month", "{n} credits a month", n);
  const unused = t("Up to {most} unused ones go on", { most: offer.rollover_cap });
  return [comes, each, unused, ...gives(offer, free)];
}

/** What a plan costs less it does once. */
function lessWords(offer, price) {
  if (!offer.interval) return price;
  return offer.interval === "year" ? t("{price} for the first year", { price }) : t("{price} for the first month", { price });
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
    before.setAttribute("aria-label", t("instead of {price}", { price: priceOf(offer) }));
    price.replaceChildren(lessWords(offer, money(less, offer.currency)), " ", before);
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
