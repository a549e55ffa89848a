/** What is on sale, what was bought and what moved, as cards and lines. */
import { credits, exactTime, since } from "./words.js";

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });
const date = (iso) => day.format(new Date(iso));
const REFUND_MS = 14 * 86_400_000;
const KINDS = { trial: "to try", plan: "from your plan", pack: "bought", gift: "a gift", adjustment: "added by us" };

/** "€4.99", out of the currency's minor unit. */
export function money(amount, currency) {
  const format = new Intl.NumberFormat("en-GB", { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** "20 bought", "10 to try, until 3 May". */
export function lotWords(lot) {
  const until = lot.expires_at ? `, until ${date(lot.expires_at)}` : "";
  return `${lot.credits} ${KINDS[lot.kind] ?? ""}${until}`;
}

/** How a plan stands, in sentences. */
export function planWords(plan, plans) {
  const name = (id) => plans.find((each) => each.price_id === id)?.name ?? id;
  const now = name(plan.paid_price_id ?? plan.price_id);
  const ends = plan.period_end ? date(plan.period_end) : "";
  if (plan.state === "pending") return `${now}. Its first payment is not confirmed yet.`;
  if (plan.state === "past_due") return `${now}. Its last payment failed; its credits stay for now. Change the card below.`;
  if (plan.state === "paused") return `${now}. Its payment failed, and its credits wait until it is settled.`;
  if (plan.cancel_at_period_end) return `${now}. It ends on ${ends}; its credits stay until then.`;
  if (plan.price_id !== plan.paid_price_id) return `${now} until ${ends}, then ${name(plan.price_id)}.`;
  return `${now}. Renewed on ${ends}.`;
}

function more(offer) {
  if (!offer.interval) return offer.expires_after_days ? `Kept for ${offer.expires_after_days} days.` : "Kept until spent.";
  const { resolution, private_shares } = offer.entitlements;
  const links = private_shares ? ", private links" : "";
  return `Pictures up to ${resolution} pixels${links}. Up to ${offer.rollover_cap} unused credits go on.`;
}

/** A card with its button. */
export function buyable(offer, { verb, wish, act, current = false }) {
  const card = document.getElementById("offer").content.cloneNode(true).firstElementChild;
  const per = offer.interval ? ` a ${offer.interval}` : "";
  card.querySelector(".offer-name").textContent = offer.interval ? offer.name : credits(offer.credits);
  card.querySelector(".offer-price").textContent = money(offer.amount, offer.currency) + per;
  card.querySelector(".offer-more").textContent = (offer.interval ? `${credits(offer.credits)}${per}. ` : "") + more(offer);
  const button = card.querySelector("button");
  const say = card.querySelector(".field-error");
  button.textContent = current ? "Your plan" : verb;
  button.disabled = current;
  button.setAttribute("aria-label", current ? `${offer.name}: your plan` : `${verb}: ${offer.name}`);
  if (current) card.dataset.mine = "";
  button.addEventListener("click", () => act(button, say, () => wish(offer)));
  return card;
}

function line(amount, words, iso) {
  const made = document.getElementById("line").content.cloneNode(true).firstElementChild;
  made.querySelector(".line-amount").textContent = amount;
  made.querySelector(".line-say").textContent = words;
  const time = made.querySelector("time");
  time.dateTime = iso;
  time.title = exactTime(iso);
  time.textContent = since(iso);
  return made;
}

const signed = (n) => (n > 0 ? `+${n}` : n === 0 ? "0" : `−${-n}`);

/** A line of the statement. */
export const movement = (item) => line(signed(item.credits), `${item.reason}. ${credits(item.balance)} after it.`, item.at);

/** An order: what it cost, what it brought, and giving it back while that goes with a button. */
export function orderLine(order, { act, giveBack }) {
  const back = order.amount_refunded ? `, ${money(order.amount_refunded, order.currency)} of it given back` : "";
  const words = order.state === "paid" ? `${credits(order.credits)}${back}` : "Not paid yet";
  const made = line(money(order.amount, order.currency), words, order.paid_at ?? order.created_at);
  const button = made.querySelector(".line-act");
  const young = order.paid_at && Date.now() - new Date(order.paid_at) < REFUND_MS;
  if (order.url) {
    button.textContent = "Pay it";
    button.addEventListener("click", () => location.assign(order.url));
  } else if (order.kind === "pack" && young && order.amount_paid > order.amount_refunded) {
    button.textContent = "Give it back";
    const say = made.querySelector(".line-say");
    button.addEventListener("click", () => act(button, say, () => giveBack(order)));
  } else return made;
  button.hidden = false;
  return made;
}
