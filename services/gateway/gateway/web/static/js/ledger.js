/** What was bought, the documents of it, and every movement, as lines. */
import { post, read } from "./api.js";
import { act, at } from "./act.js";
import { t, tn } from "./language.js";
import { money } from "./offers.js";
import { keeper, settle } from "./keeper.js";
import { askFirst } from "./sure.js";
import { credits, dateWords, exactTime, since } from "./words.js";

const PAGE = 20;
const MOST = 200;
const KINDS = {
  pack: t("Pack"),
  plan: t("Plan, first period"),
  renewal: t("Plan, next period"),
  change: t("Plan changed"),
};
const DOCUMENTS = { invoice: t("Invoice"), receipt: t("Invoice and receipt"), credit_note: t("Credit note") };
const UNPAID = new Set(["new", "open"]);
const ENDED = { expired: t("not paid in time"), failed: t("the payment did not go through"), cancelled: t("given up") };

const signed = (n) => (n > 0 ? `+${n}` : n === 0 ? "0" : `−${-n}`);
const linkTo = (href, textContent, name) => {
  const link = Object.assign(document.createElement("a"), { href, textContent });
  link.setAttribute("aria-label", name);
  return link;
};

function line(amount, words, more, iso) {
  const made = at("line").content.cloneNode(true).firstElementChild;
  made.querySelector(".line-amount").textContent = amount;
  made.querySelector(".line-words").textContent = words;
  made.querySelector(".line-more").textContent = more;
  const time = made.querySelector("time");
  time.dateTime = iso;
  time.dataset.since = "";
  time.title = exactTime(iso);
  time.textContent = since(iso);
  return made;
}

/** A list that shows its newest, and earlier ones on demand; what was shown stays when it is read again. */
export function paged(part, address, toLine) {
  let cursor = null;
  const keep = keeper();
  const load = async ({ again = false } = {}) => {
    const list = at(part);
    const limit = again ? Math.min(MOST, Math.max(PAGE, list.childElementCount)) : PAGE;
    const from = again || !cursor ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await read(`${address}?limit=${limit}${from}`);
    const lines = page.items.map((item) => keep(item, toLine)).filter(Boolean);
    if (again) settle(list, lines);
    else list.append(...lines);
    cursor = page.next_cursor;
    at(`${part}-more`).hidden = !cursor;
    at(`${part}-none`).hidden = list.childElementCount > 0;
  };
  return load;
}

/** A line of the statement. */
export const movement = (item) => line(signed(item.credits), item.reason, tn("{n} credit after it", "{n} credits after it", item.balance), item.at);

function orderMore(order) {
  const parts = [KINDS[order.kind] ?? order.kind];
  const cheaper = order.list_amount - order.amount;
  if (cheaper > 0) parts.push(t("{amount} less with a coupon", { amount: money(cheaper, order.currency) }));
  if (order.amount_refunded) parts.push(t("{amount} given back", { amount: money(order.amount_refunded, order.currency) }));
  if (order.give_back_until) parts.push(t("can be given back until {day}, while untouched", { day: dateWords(order.give_back_until) }));
  if (order.url) parts.push(order.provider === "invoice" ? t("waiting for your transfer") : t("not paid yet"));
  if (order.state in ENDED) parts.push(ENDED[order.state]);
  return parts.join(" · ");
}

/** An order: what it cost and brought, paying it while it is open, and giving it back while that goes. */
export function orderLine(order, changed) {
  const amount = money(order.amount, order.currency);
  const what = tn("{n} credit for {amount}", "{n} credits for {amount}", order.credits, { amount });
  const made = line(amount, credits(order.credits), orderMore(order), order.paid_at ?? order.created_at);
  const acts = made.querySelector(".line-acts");
  if (order.url) acts.append(linkTo(order.url, order.provider === "invoice" ? t("Bank details") : t("Pay it"), t("Pay {what}", { what })));
  if (UNPAID.has(order.state)) {
    withWish(made, {
      label: t("Give it up"),
      name: t("Give up {what}", { what }),
      question:
        order.list_amount > order.amount
          ? t("It can then be paid no more, and its coupon can be used again.")
          : t("It can then be paid no more."),
      wish: () => post(`/v1/orders/${order.id}/cancel`),
      changed,
    });
  }
  if (order.give_back_until) {
    withWish(made, {
      label: t("Give it back"),
      name: t("Give back {what}", { what }),
      question: backWords(order),
      wish: () => post(`/v1/orders/${order.id}/refund`),
      changed,
    });
  }
  return made;
}

function backWords(order) {
  const values = { amount: money(order.amount_paid, order.currency) };
  return tn("{n} credit go, and {amount} comes back the way you paid.", "{n} credits go, and {amount} comes back the way you paid.", order.credits, values);
}

/** A button on a line that asks once more before it does what it says. */
function withWish(made, { label, name, question, wish, changed }) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "text-button", textContent: label });
  button.setAttribute("aria-label", name);
  made.querySelector(".line-acts").append(button);
  askFirst(button, {
    question: () => question,
    keep: t("Keep it"),
    go: label,
    act: () =>
      act(button, made.querySelector(".field-error"), async () => {
        await wish();
        await changed();
        at("orders-title").focus();
      }),
  });
}

/** An invoice, a receipt or a credit note, with its PDF. */
export function documentLine(item) {
  const amount = money(item.kind === "credit_note" ? -item.gross : item.gross, item.currency);
  const made = line(amount, item.number, `${DOCUMENTS[item.kind] ?? item.kind} · ${item.description}`, item.issued_at);
  const page = `/invoices/${item.id}`;
  made.querySelector(".line-acts").append(
    linkTo(page, t("See it"), t("See {number}", { number: item.number })),
    linkTo(`/v1${page}/pdf`, "PDF", t("{number} as a PDF", { number: item.number })),
  );
  return made;
}
