/** One field for every code: a gift gives its credits at once, a coupon makes what is bought next cheaper. */
import { Problem, newKey, post } from "./api.js";
import { at } from "./act.js";
import { t, tn } from "./language.js";
import { money } from "./offers.js";
import { dateWords } from "./words.js";

let coupon = null;
// Kept while no answer came, so that trying again is the same wish; a code used once more is another.
let key = { code: null, value: null };

function couponWords({ percent, amount, currency }) {
  if (percent) return t("Your coupon: {percent} % less. The prices below are with it.", { percent });
  return t("Your coupon: {amount} less. The prices below are with it.", { amount: money(amount, currency) });
}

function giftWords({ credits, expires_at }) {
  if (!expires_at) return tn("{n} credit added.", "{n} credits added.", credits);
  const values = { day: dateWords(expires_at) };
  return tn("{n} credit added, to be spent until {day}.", "{n} credits added, to be spent until {day}.", credits, values);
}

/** The coupon that is to be used with what is bought next; null without one. */
export const couponCode = () => coupon?.code ?? null;

/** What the coupon leaves of an offer's price; null where it does not change it. */
export function lessFor(offer) {
  if (!coupon || (coupon.currency && coupon.currency !== offer.currency)) return null;
  const off = coupon.percent ? Math.floor((offer.amount * coupon.percent) / 100) : coupon.amount;
  return Math.max(0, offer.amount - off);
}

function say(words, { bad = false } = {}) {
  at("code-say").textContent = words;
  at("code-say").className = bad ? "field-error" : "small code-said";
  at("code-input").setAttribute("aria-invalid", String(bad));
}

async function redeem(code) {
  if (key.code !== code) key = { code, value: newKey() };
  const gift = await post("/v1/credits/codes", { code }, key.value);
  key = { code: null, value: null };
  say(giftWords(gift));
}

/** Forgets the coupon, once it was used or is not wanted. */
export function dropCoupon() {
  coupon = null;
  at("coupon").hidden = true;
}

function takeCoupon(told, code) {
  coupon = { ...told, code };
  at("coupon-say").textContent = couponWords(coupon);
  at("coupon").hidden = false;
  say("");
}

/** `onGift` is called once its credits are there, `onCoupon` when prices become others. */
export function listenToCode({ onGift, onCoupon }) {
  const form = at("code");
  const submit = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = at("code-input").value.trim();
    submit.disabled = true;
    try {
      const told = await post("/v1/credits/codes/check", { code });
      if (told.kind === "gift") await redeem(code);
      else takeCoupon(told, code);
      if (at("code-input").value.trim() === code) form.reset(); // Another one may be in it already.
      await (told.kind === "gift" ? onGift() : onCoupon());
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      say(problem.message, { bad: true });
    } finally {
      submit.disabled = false;
    }
  });
  at("coupon-drop").addEventListener("click", () => {
    dropCoupon();
    at("code-input").focus();
    void onCoupon();
  });
}
