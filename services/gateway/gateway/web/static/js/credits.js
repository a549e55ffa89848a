/** The credits page: each part is read and shown on its own, and the live feed says when to read it again. */
import { post, read } from "./api.js";
import { act, at, show } from "./act.js";
import { couponCode, dropCoupon, lessFor, listenToCode } from "./code.js";
import { listenToDetails } from "./details.js";
import { keeper, settle } from "./keeper.js";
import { t } from "./language.js";
import { documentLine, movement, orderLine, paged } from "./ledger.js";
import { whenBack } from "./line.js";
import { follow } from "./live.js";
import { offerCard, pictureWordsByStyle, withButton, withNote } from "./offers.js";
import { buy, chosenTakesPlans, comeBack, lookAtOrder, plansWords, showWays, wayFor } from "./paying.js";
import { changeWords, listenToPlan, showPlan } from "./plan.js";
import { askFirst } from "./sure.js";
import { showBalance } from "./wallet.js";

const LOOK_AGAIN_MS = 10_000;
const OPENS_WITHIN_MS = 1500;

const keepCard = keeper();
// Prices differ by style; where those cannot be read, nothing is said of it.
const pictures = pictureWordsByStyle().catch(() => "");
let offered = { packs: [], plans: [], mine: null, free: null };

async function readOffers() {
  const asked = [read("/v1/catalogue"), read("/v1/subscription"), showWays(), pictures];
  const [{ packs, plans, free }, { plan }, , words] = await Promise.all(asked);
  at("pictures").textContent = words;
  offered = { packs, plans, free, mine: plan && plan.state !== "canceled" ? plan : null };
  showPlan(offered.mine, plans);
  showOffers();
}

/** With the coupon, the way to pay and the plan as they are now. */
function showOffers() {
  at("packs").replaceChildren(...offered.packs.map((pack) => buyable(pack, t("Buy"))));
  settle(
    at("plans"),
    offered.plans.map((plan) => (offered.mine ? keepCard({ id: plan.price_id, plan, ...offered }, () => changeable(plan)) : buyable(plan, t("Choose")))),
  );
  at("plans-way").hidden = Boolean(offered.mine) || chosenTakesPlans();
  const way = offered.plans.length > 0 && wayFor(offered.plans[0]);
  at("plans-way").textContent = way ? plansWords(way.provider) : t("Plans cannot be paid here by transfer.");
}

function buyable(offer, label) {
  const card = offerCard(offer, { less: lessFor(offer), free: offered.free });
  if (!wayFor(offer)) return card;
  const take = (button, say) =>
    act(button, say, async () => {
      if (!(await buy(offer, couponCode()))) return; // The browser is on its way to the payment page.
      dropCoupon();
      await showEverything();
    });
  withButton(card, { label, name: offer.name, act: take });
  return card;
}

function changeable(offer) {
  const card = offerCard(offer, { free: offered.free });
  if (offer.price_id === offered.mine.price_id) {
    card.dataset.mine = "";
    withNote(card, t("Your plan"));
    return card;
  }
  const words = changeWords(offered.mine, offer, offered.plans);
  if (words.refused) {
    withNote(card, words.refused);
    return card;
  }
  const button = withButton(card, { label: t("Change to this"), name: offer.name });
  askFirst(button, {
    question: () => words.question,
    keep: t("Not now"),
    go: t("Change the plan"),
    act: () =>
      act(button, card.querySelector(".field-error"), async () => {
        await post("/v1/subscription/change", { price_id: offer.price_id });
        await showEverything();
        at("plan-title").focus();
      }),
  });
  return card;
}

const loadStatement = paged("statement", "/v1/credits/statement", movement);
const loadDocuments = paged("documents", "/v1/invoices", documentLine);
const loadOrders = paged("orders", "/v1/orders", (order) => orderLine(order, showEverything));

const showMoney = () =>
  Promise.all([
    show("balance", showBalance),
    show("orders", () => loadOrders({ again: true })),
    show("documents", () => loadDocuments({ again: true })),
    show("statement", () => loadStatement({ again: true })),
  ]);
const showEverything = () => Promise.all([show("offers", readOffers), showMoney()]);

/** Several pieces of news of one moment are one reason to read. */
function soon(read) {
  let waiting = null;
  return () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      void read();
    }, 200);
  };
}

const moneySoon = soon(showMoney);
const everythingSoon = soon(showEverything);
const lookSoon = soon(() => lookAtOrder().catch(() => {}));

/** What could not be read is read again until it can. */
function lookAgain() {
  const away = [...document.querySelectorAll('[id$="-away"]:not(#details-away)')].some((box) => !box.hidden);
  if (away && !document.hidden) everythingSoon();
}

/** Resolves once the stream is open, or does not open soon: what is read then and what is told later leave no gap. */
const followLive = () =>
  new Promise((opened) => {
    let missed = false;
    follow({
      onCredits: moneySoon,
      onPayment: () => (lookSoon(), everythingSoon()),
      onPlan: everythingSoon,
      onConnection: (up) => {
        if (up && missed) everythingSoon();
        missed = !up;
        opened();
      },
    });
    setTimeout(() => {
      missed = true;
      opened();
    }, OPENS_WITHIN_MS);
  });

for (const [part, load] of Object.entries({ statement: loadStatement, documents: loadDocuments, orders: loadOrders })) {
  at(`${part}-more`).addEventListener("click", () => show(part, load));
}
at("ways-list").addEventListener("change", showOffers);
listenToDetails();
listenToPlan(showEverything);
listenToCode({ onGift: showMoney, onCoupon: showOffers });
window.addEventListener("pageshow", (event) => event.persisted && everythingSoon());

setInterval(lookAgain, LOOK_AGAIN_MS);
whenBack(everythingSoon);
await followLive();
comeBack(everythingSoon);
await showEverything();
