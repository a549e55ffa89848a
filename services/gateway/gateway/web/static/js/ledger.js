/** What was bought, the documents of it, and every movement, as lines. */
import { post, read } from "./api.js";
import { act, at } from "./act.js";
import { money } from "./offers.js";
import { keeper, settle } from "./keeper.js";
import { askFirst } from "./sure.js";
import { credits, dateWords, exactTime, since } from "./words.js";

const PAGE = 20;
const MOST = 200;
const KINDS = { pack: "Pack", plan: "Plan, first period", renewal: "Plan, next period", change: "Plan changed" };
const DOCUMENTS = { invoice: "Invoice", receipt: "Invoice and receipt", credit_note: "Credit note" };
const UNPAID = new Set(["new", "open"]);
const ENDED = { expired: "Not paid in time", failed: "The payment did not go through", cancelled: "Given up" };

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
export const movement = (item) => line(signed(item.credits), item.reason, `${credits(item.balance)} after it`, item.at);

function orderMore(order) {
  const parts = [KINDS[order.kind] ?? order.kind];
  const cheaper = order.list_amount - order.amount;
  if (cheaper > 0) parts.push(`${money(cheaper, order.currency)} less with a coupon`);
  if (order.amount_refunded) parts.push(`${money(order.amount_refunded, order.currency)} given back`);
  if (order.give_back_until) parts.push(`can be given back until ${dateWords(order.give_back_until)}, while untouched`);
  if (order.url) parts.push(order.provider === "invoice" ? "waiting for your transfer" : "not paid yet");
  if (order.state in ENDED) parts.push(ENDED[order.state].toLowerCase());
  return parts.join(" · ");
}

/** An order: what it cost and brought, paying it while it is open, and giving it back while that goes. */
export function orderLine(order, changed) {
  const what = `${credits(order.credits)} for ${money(order.amount, order.currency)}`;
  const made = line(money(order.amount, order.currency), credits(order.credits), orderMore(order), order.paid_at ?? order.created_at);
  const acts = made.querySelector(".line-acts");
  if (order.url) acts.append(linkTo(order.url, order.provider === "invoice" ? "Bank details" : "Pay it", `Pay ${what}`));
  if (UNPAID.has(order.state)) {
    withWish(made, {
      label: "Give it up",
      name: `Give up ${what}`,
      question: `It can then be paid no more${order.list_amount > order.amount ? ", and its coupon can be used again" : ""}.`,
      wish: () => post(`/v1/orders/${order.id}/cancel`),
      changed,
    });
  }
  if (order.give_back_until) {
    withWish(made, {
      label: "Give it back",
      name: `Give back ${what}`,
      question: `${credits(order.credits)} go, and ${money(order.amount_paid, order.currency)} comes back the way you paid.`,
      wish: () => post(`/v1/orders/${order.id}/refund`),
      changed,
    });
  }
  return made;
}

/** A button on a line that asks once more before it does what it says. */
function withWish(made, { label, name, question, wish, changed }) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "text-button", textContent: label });
  button.setAttribute("aria-label", name);
  made.querySelector(".line-acts").append(button);
  askFirst(button, {
    question: () => question,
    keep: "Keep it",
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
    linkTo(page, "See it", `See ${item.number}`),
    linkTo(`/v1${page}/pdf`, "PDF", `${item.number} as a PDF`),
  );
  return made;
}
