/** The credits page: each part is read and shown on its own; the payment provider's page does the paying. */
import { Problem, newKey, post, read } from "./api.js";
import { buyable, lotWords, money, movement, orderLine, planWords } from "./offers.js";
import { credits } from "./words.js";

const PAGE = 20;
const WAIT_MS = [1000, 2000, 3000, 5000, 8000];
const at = (id) => document.getElementById(id);

/** Shows one part; says why when no answer comes. */
async function show(part, load) {
  try {
    await load();
    at(`${part}-away`).hidden = true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    at(`${part}-why`).textContent = problem.message;
    at(`${part}-away`).hidden = false;
  }
}

async function showBalance() {
  const told = await read("/v1/credits");
  at("available").textContent = told.available;
  at("available-word").textContent = told.available === 1 ? "credit to spend" : "credits to spend";
  const aside = told.held ? `${credits(told.held)} set aside for figurines under way.` : "";
  const waits = told.frozen ? `${credits(told.frozen)} wait for a payment to be settled.` : "";
  at("held").textContent = [aside, waits].filter(Boolean).join(" ");
  at("lots").replaceChildren(
    ...told.lots.map((lot) => Object.assign(document.createElement("li"), { textContent: lotWords(lot) })),
  );
  return told.available;
}

/** Runs what a button asks for, once at a time, and says beside it what went wrong. */
async function act(button, say, wish) {
  button.disabled = true;
  say.hidden = true;
  try {
    await wish();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say.textContent = problem.message;
    say.hidden = false;
  }
  button.disabled = false;
}

async function showOffers() {
  const [{ packs, plans }, { plan }] = await Promise.all([read("/v1/catalogue"), read("/v1/subscription")]);
  const mine = plan && plan.state !== "canceled" ? plan : null;
  showPlan(mine, plans);
  at("packs").replaceChildren(...packs.map((pack) => buyable(pack, { verb: "Buy", wish: buy, act })));
  at("plans").replaceChildren(
    ...plans.map((each) => {
      const options = mine ? { verb: "Change to this", wish: change, act } : { verb: "Choose", wish: buy, act };
      return buyable(each, { ...options, current: mine?.price_id === each.price_id });
    }),
  );
}

async function showOrders() {
  const { items } = await read("/v1/orders?limit=20");
  const bought = items.filter((order) => order.state === "paid" || order.url);
  at("orders").replaceChildren(...bought.map((order) => orderLine(order, { act, giveBack })));
  at("orders-part").hidden = bought.length === 0;
}

function showPlan(plan, plans) {
  at("plan").hidden = !plan;
  if (!plan) return;
  at("plan-say").textContent = planWords(plan, plans);
  at("cancel-plan").hidden = plan.cancel_at_period_end;
  at("resume-plan").hidden = !plan.cancel_at_period_end;
}

// The same wish keeps its key, so that a second click is no second order.
const keys = new Map();

async function buy(offer) {
  if (!keys.has(offer.price_id)) keys.set(offer.price_id, newKey());
  let order;
  try {
    order = await post("/v1/checkout", { price_id: offer.price_id }, keys.get(offer.price_id));
  } catch (problem) {
    if (!problem.passing) keys.delete(offer.price_id);
    throw problem;
  }
  if (order.url) location.assign(order.url);
  else await showEverything();
}

async function change(offer) {
  await post("/v1/subscription/change", { price_id: offer.price_id });
  await showEverything();
}

async function giveBack(order) {
  await post(`/v1/orders/${order.id}/refund`);
  await showEverything();
}

let cursor = "";

async function showStatement() {
  const page = await read(`/v1/credits/statement?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
  at("statement").append(...page.items.map(movement));
  cursor = page.next_cursor ?? "";
  at("statement-more").hidden = !cursor;
  at("statement-none").hidden = at("statement").childElementCount > 0;
}

async function showEverything() {
  cursor = "";
  at("statement").replaceChildren();
  await Promise.all([
    show("balance", showBalance),
    show("offers", showOffers),
    show("statement", showStatement),
    showOrders().catch(() => {}),
  ]);
}

/** Back from the payment page: nothing is believed of that but that it is worth looking again. */
async function welcomeBack() {
  const came = new URLSearchParams(location.search);
  const outcome = came.get("checkout");
  if (!outcome) return;
  history.replaceState(null, "", "/credits");
  at("outcome").hidden = false;
  at("outcome").textContent =
    outcome === "done" ? "Waiting for word of your payment." : "Nothing was paid. What you chose is still below.";
  for (const wait of outcome === "done" ? WAIT_MS : []) {
    const { items } = await read("/v1/orders?limit=20");
    const order = items.find(({ id }) => id === came.get("order"));
    if (order?.state === "paid") {
      at("outcome").textContent = `Paid: ${money(order.amount_paid, order.currency)} for ${credits(order.credits)}.`;
      return void (await showEverything());
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  if (outcome === "done") at("outcome").textContent = "Your payment is not confirmed yet. The credits come when it is.";
}

async function redeem(event) {
  event.preventDefault();
  const say = at("code-say");
  try {
    const gift = await post("/v1/credits/codes", { code: at("code-input").value });
    say.textContent = `${credits(gift.credits)} added.`;
    at("code").reset();
    await showEverything();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say.textContent = problem.message;
  }
}

async function showTestMode() {
  const { items } = await read("/v1/payment-methods");
  at("test-mode").hidden = !items.some((way) => way.test_mode);
}

for (const [id, path] of Object.entries({ "cancel-plan": "cancel", "resume-plan": "resume" })) {
  at(id).addEventListener("click", () =>
    act(at(id), at("plan-problem"), async () => {
      await post(`/v1/subscription/${path}`);
      await showEverything();
    }),
  );
}
at("portal").addEventListener("click", () =>
  act(at("portal"), at("plan-problem"), async () => location.assign((await post("/v1/billing-portal")).url)),
);
at("code").addEventListener("submit", redeem);
at("statement-more").addEventListener("click", () => show("statement", showStatement));
showTestMode().catch(() => {});
await showEverything();
await welcomeBack().catch(() => {});
