/** The plan one has: how it stands, what happens when, and ending it or letting it go on. */
import { post } from "./api.js";
import { act, at } from "./act.js";
import { t } from "./language.js";
import { pricePer } from "./offers.js";
import { askFirst } from "./sure.js";
import { credits, dateWords } from "./words.js";

const nextPeriod = (plan) => `${pricePer(plan)}, ${credits(plan.credits)}`;

const endOf = (plan) => (plan.period_end ? dateWords(plan.period_end) : t("the end of its period"));

/** How a plan stands, in sentences. `next` is the plan of the period to come. */
function stands(plan, next) {
  const values = { day: endOf(plan), plan: next.name, period: nextPeriod(next) };
  if (plan.state === "pending") return t("Its first payment is not confirmed yet. Its credits come when it is.");
  if (plan.state === "past_due") {
    return t("Its last payment failed and is tried again. Its credits stay for now; change the card to keep them.");
  }
  if (plan.state === "paused") return t("Its payment failed, so its credits wait and keep their days. Change the card to have them back.");
  if (plan.cancel_at_period_end) return t("It ends on {day}. Until then everything stays as it is; nothing more is paid.", values);
  if (plan.price_id !== plan.paid_price_id) return t("Until {day}; then it becomes {plan}: {period}.", values);
  return t("Renewed on {day}: {period}.", values);
}

/** What a change to another plan means, as the studio does it; `refused` where it cannot be done. */
export function changeWords(plan, offer, plans) {
  const present = plans.find((each) => each.price_id === plan.price_id) ?? offer;
  const day = endOf(plan);
  if (plan.state !== "active") return { refused: t("Can be chosen once your plan is paid.") };
  if (plan.cancel_at_period_end) return { refused: t("Your plan ends. Let it go on first, then change it.") };
  if (present.interval === "year" && offer.interval === "month") {
    return { refused: t("Your year runs until {day}. Choose a monthly plan then.", { day }) };
  }
  if (offer.price_id === plan.paid_price_id) return { question: t("Your plan stays as it is, also after {day}.", { day }) };
  if (present.interval !== offer.interval) {
    return { question: t("It begins now, for a year. What you paid for the rest of this month counts towards it; the difference is paid at once with your card.") };
  }
  if (offer.amount > present.amount) {
    return { question: t("It begins now. The difference for the rest of this period is paid at once with your card, and its credits come with it.") };
  }
  return { question: t("It begins on {day}. Until then your plan stays as it is, and nothing is paid now.", { day }) };
}

let plan = null;
let stopAsking = () => {};

/** Shows the plan, if there is one that lives. */
export function showPlan(mine, plans) {
  plan = mine;
  at("plan").hidden = !mine;
  if (!mine) return;
  const name = (id) => plans.find((each) => each.price_id === id) ?? { name: id, interval: "period", credits: 0, amount: 0, currency: "eur" };
  const owing = mine.state === "past_due" || mine.state === "paused";
  at("plan-name").textContent = name(mine.paid_price_id ?? mine.price_id).name;
  at("plan-say").textContent = stands(mine, name(mine.price_id));
  stopAsking();
  at("cancel-plan").hidden = mine.cancel_at_period_end;
  at("resume-plan").hidden = !mine.cancel_at_period_end;
  at("portal").textContent = owing ? t("Change the card") : t("Cards and bills");
  at("portal").classList.toggle("first", owing);
}

/** `changed` is called after the plan has become another. */
export function listenToPlan(changed) {
  const wish = (button, path) =>
    act(button, at("plan-problem"), async () => {
      await post(`/v1/subscription/${path}`);
      await changed();
      at("plan-title").focus();
    });
  const back = askFirst(at("cancel-plan"), {
    question: () => t("It ends on {day}; its credits can be spent until then.", { day: plan?.period_end ? dateWords(plan.period_end) : t("the last day of its period") }),
    keep: t("Keep the plan"),
    go: t("End it then"),
    act: () => wish(at("cancel-plan"), "cancel"),
  });
  stopAsking = back;
  at("resume-plan").addEventListener("click", () => wish(at("resume-plan"), "resume"));
  at("portal").addEventListener("click", () =>
    act(at("portal"), at("plan-problem"), async () => location.assign((await post("/v1/billing-portal")).url)),
  );
}
