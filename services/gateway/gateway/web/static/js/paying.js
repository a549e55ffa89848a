/** Buying: by which way, with which coupon, and what came of it. Only the API says that something was paid. */
import { newKey, post, read } from "./api.js";
import { at } from "./act.js";
import { t, tn } from "./language.js";
import { money } from "./offers.js";

const LOOK_MS = 5000;
const PATIENCE_MS = 60_000;
const WAYS = {
  stripe: [t("Card"), t("You pay on Stripe's page. The credits come within seconds."), t("Plans are paid by card.")],
  invoice: [
    t("Bank transfer"),
    t("You get an invoice and our bank details. The credits come once the money has arrived. Packs only."),
    t("Plans are paid by bank transfer."),
  ],
};

// None before they were read.
let ways = null;

/** Reads once how one can pay here, and offers the choice where there is one. */
export async function showWays() {
  if (ways) return;
  ways = (await read("/v1/payment-methods")).items;
  at("test-mode").hidden = !ways.some((way) => way.test_mode);
  at("ways").hidden = ways.length < 2;
  at("no-ways").hidden = ways.length > 0;
  at("ways-list").replaceChildren(...ways.map((way, place) => choiceOf(way, place === 0)));
}

function choiceOf(way, checked) {
  const choice = at("way").content.cloneNode(true).firstElementChild;
  const [name, about] = WAYS[way.provider] ?? [way.provider, ""];
  Object.assign(choice.querySelector("input"), { value: way.provider, checked });
  choice.querySelector(".way-name").textContent = name;
  choice.querySelector(".way-about").textContent = about;
  return choice;
}

/** The way that pays this: the chosen one, or for a plan the first that takes plans; none where there is none. */
export function wayFor(offer) {
  const chosen = at("ways-list").querySelector("input:checked")?.value;
  const fits = (way) => way.plans || !offer.interval;
  return ways?.find((way) => way.provider === chosen && fits(way)) ?? ways?.find(fits) ?? null;
}

/** "Plans are paid by card." */
export const plansWords = (provider) => WAYS[provider]?.[2] ?? t("Plans are paid by {way}.", { way: provider });

/** Whether a plan is paid otherwise than was chosen. */
export const chosenTakesPlans = () =>
  ways?.find((way) => way.provider === at("ways-list").querySelector("input:checked")?.value)?.plans ?? true;

// The same wish keeps its key, so that a second click is no second order.
const keys = new Map();

/** Places an order and goes where it is paid; true when it cost nothing and is done. */
export async function buy(offer, coupon) {
  const body = { price_id: offer.price_id, provider: wayFor(offer)?.provider, ...(coupon && { coupon }) };
  const wish = JSON.stringify(body);
  if (!keys.has(wish)) keys.set(wish, newKey());
  let order;
  try {
    order = await post("/v1/checkout", body, keys.get(wish));
  } catch (problem) {
    if (!problem.passing) keys.delete(wish);
    throw problem;
  }
  if (order.url) location.assign(order.url);
  else keys.delete(wish);
  return !order.url;
}

let awaited = null;

function tell(words, mood, link = null) {
  at("outcome").hidden = false;
  at("outcome").dataset.mood = mood;
  at("outcome").replaceChildren(words);
  if (link) at("outcome").append(" ", Object.assign(document.createElement("a"), link));
}

const MOODS = { paid: "good", open: "waiting", new: "waiting" };

/** Looks what became of the order one came back from. */
export async function lookAtOrder() {
  if (!awaited) return;
  const { items } = await read("/v1/orders?limit=20");
  const order = items.find(({ id }) => id === awaited?.id);
  if (order?.state === "paid") {
    const amount = money(order.amount_paid, order.currency);
    tell(tn("Paid: {amount} for {n} credit.", "Paid: {amount} for {n} credits.", order.credits, { amount }), MOODS.paid);
    awaited.whenPaid();
  } else if (order && !(order.state in MOODS)) {
    tell(t("This order has ended without a payment. Nothing was charged."), "ended");
  } else if (awaited.left) {
    tell(leftWords(order), "ended", order?.url && { href: order.url, textContent: t("Go back to it") });
  } else {
    return sayWaiting();
  }
  awaited = null;
}

function leftWords(order) {
  const left = t("You left the payment page.");
  if (!order) return left;
  const values = { amount: money(order.amount, order.currency) };
  return `${left} ${tn("{n} credit for {amount} can still be paid.", "{n} credits for {amount} can still be paid.", order.credits, values)}`;
}

function sayWaiting() {
  const slow = Date.now() - awaited.since > PATIENCE_MS;
  const words = slow
    ? t("There is no word of your payment yet. The credits come when there is, also when you leave this page.")
    : t("Your payment is on its way. This page says when it has arrived.");
  tell(words, MOODS.open);
}

/** Back from the payment page: nothing is believed of that but that it is worth looking. */
export function comeBack(whenPaid) {
  const came = new URLSearchParams(location.search);
  const [outcome, id] = [came.get("checkout"), came.get("order")];
  if (!outcome || !id) return;
  history.replaceState(null, "", "/credits");
  awaited = { id, left: outcome !== "done", since: Date.now(), whenPaid };
  const look = () => lookAtOrder().catch(() => {}); // No answer is no news; the next look comes soon.
  if (!awaited.left) tell(t("Looking for word of your payment."), MOODS.open);
  void look();
  // The live feed tells first; this is for when it is away.
  const timer = setInterval(() => (awaited ? look() : clearInterval(timer)), LOOK_MS);
}
