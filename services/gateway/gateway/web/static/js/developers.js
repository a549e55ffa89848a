/** The developers' page: keys for scripts and webhooks. What is shown once is never asked for again. */
import { post, Problem, read, remove } from "./api.js";
import { isFilledIn, showProblem } from "./form.js";
import { t } from "./language.js";
import { show, showParts } from "./part.js";
import { askFirst } from "./sure.js";
import { moment, since } from "./words.js";

const at = (id) => document.getElementById(id);
const DAY_MS = 86_400_000;
const MISSING = {
  name: t("Give it a name."),
  url: t("Write the address."),
  key_password: t("Write your password."),
  hook_password: t("Write your password."),
};

function node(tag, className, ...inner) {
  const made = Object.assign(document.createElement(tag), { className });
  made.append(...inner);
  return made;
}

const words = (text) => node("p", "small muted", text);

function button(text, label) {
  const made = Object.assign(node("button", "text-button", text), { type: "button" });
  made.setAttribute("aria-label", label);
  return made;
}

async function act(part, wish, look) {
  at(`${part}-said`).textContent = "";
  try {
    await wish();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status !== 404) at(`${part}-said`).textContent = problem.message; // Gone already is gone.
  }
  await look();
  at(`${part}-title`).focus();
}

function showOnce(id, secret) {
  at(`${id}-secret`).textContent = secret;
  at(`${id}-copied`).textContent = "";
  at(`${id}-once`).hidden = false;
  at(`${id}-once`).focus();
}

function keyItem(key) {
  const item = node("li", "thing");
  const used = key.last_used_at ? t("last used {ago}", { ago: since(key.last_used_at) }) : t("never used");
  const ends = key.expires_at ? t("ends {when}", { when: moment(key.expires_at) }) : t("never ends");
  item.append(
    node("div", "", node("strong", "", key.name), words(`${key.prefix}… · ${used} · ${ends}`), words(key.scopes.join(", "))),
  );
  const revoke = button(t("Revoke"), t("Revoke: {name}", { name: key.name }));
  item.append(revoke);
  askFirst(revoke, {
    question: t("Whatever uses it stops working at once."),
    keep: t("Keep it"),
    act: () => act("keys", () => remove(`/v1/api-keys/${key.id}`), loadKeys),
  });
  return item;
}

async function showKeys() {
  const { items } = await read("/v1/api-keys");
  at("keys").replaceChildren(...items.map(keyItem));
  at("keys-none").hidden = items.length > 0;
}

const STATES = {
  delivered: (values) => t("{when}: taken ({answer})", values),
  failed: (values) => t("{when}: not taken ({answer})", values),
  due: (values) => t("{when}: is tried again ({answer})", values),
};

function call(delivery, hook) {
  const answer = delivery.status ?? delivery.trouble?.replaceAll("_", " ") ?? t("not sent yet");
  const when = moment(delivery.happened_at);
  const said = STATES[delivery.state]({ when, answer });
  const item = node("li", "", node("code", "", delivery.type), " ", node("span", "small muted", said), " ");
  const again = button(t("Send again"), t("Send again: {event}, {when}", { event: delivery.type, when }));
  again.addEventListener("click", () => void act("hooks", () => sendAgain(hook, delivery.id), loadHooks));
  item.append(again);
  return item;
}

const sendAgain = (hook, delivery_id = null) => post(`/v1/webhooks/${hook.id}/redeliver`, { delivery_id });

async function showCalls(list, hook) {
  try {
    const { items } = await read(`/v1/webhooks/${hook.id}/deliveries`);
    list.replaceChildren(...items.map((delivery) => call(delivery, hook)));
    if (items.length === 0) list.append(node("li", "small muted", t("Nothing was sent in the last 30 days.")));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    list.replaceChildren(node("li", "small muted", problem.message));
  }
}

function hookItem(hook) {
  const item = node("li", "thing");
  const paused = hook.state === "paused";
  const troubled = hook.failing_since ? t("Has failed since {when}", { when: moment(hook.failing_since) }) : t("Is called");
  const mark = node("span", "mark", paused ? t("Paused") : troubled);
  mark.dataset.state = paused || hook.failing_since ? "bad" : "good";
  item.append(node("div", "", node("strong", "", hook.url), words(hook.events.join(", ")), mark));
  const gone = button(t("Remove"), t("Remove: {address}", { address: hook.url }));
  item.append(gone);
  askFirst(gone, {
    question: t("It is called no more, and what was sent is forgotten."),
    act: () => act("hooks", () => remove(`/v1/webhooks/${hook.id}`), loadHooks),
  });
  if (paused) {
    const resume = Object.assign(node("button", "button", t("Call it again, with all that failed")), { type: "button" });
    resume.addEventListener("click", () => void act("hooks", () => sendAgain(hook), loadHooks));
    item.append(resume);
  }
  const list = node("ul", "calls");
  const fold = node("details", "fold", node("summary", "", t("What was sent")), list);
  fold.addEventListener("toggle", () => fold.open && void showCalls(list, hook));
  item.append(fold);
  return item;
}

async function showHooks() {
  const { items } = await read("/v1/webhooks");
  at("hooks").replaceChildren(...items.map(hookItem));
  at("hooks-none").hidden = items.length > 0;
}

const loadKeys = () => show("keys", showKeys);
const loadHooks = () => show("hooks", showHooks);

async function makeKey(fields) {
  const days = Number(fields.get("ends"));
  const expires_at = days ? new Date(Date.now() + days * DAY_MS - 60_000).toISOString() : null;
  const body = { name: fields.get("name"), scopes: fields.getAll("scopes"), expires_at, password: fields.get("key_password") };
  showOnce("key", (await post("/v1/api-keys", body)).token);
  await loadKeys();
}

async function makeHook(fields) {
  const body = { url: fields.get("url"), events: fields.getAll("events"), password: fields.get("hook_password") };
  showOnce("hook", (await post("/v1/webhooks", body)).secret);
  await loadHooks();
}

/** Nothing ticked, and a refused password, belong to their fields. */
function placed(problem, form) {
  const secret = form.querySelector("[type='password'], [autocomplete='current-password']");
  if (problem.status === 401 || problem.code === "fresh_sign_in_needed") {
    problem.errors = [{ field: secret.id, message: problem.message }];
  }
  return problem;
}

function isTicked(form, name, message) {
  const ticked = form.querySelector(`[name='${name}']:checked`) !== null;
  at(`${name}-error`).textContent = ticked ? "" : message;
  at(`${name}-error`).hidden = ticked;
  if (!ticked) form.querySelector(`[name='${name}']`).focus();
  return ticked;
}

async function send(form, ticks, wish) {
  if (!isFilledIn(form, MISSING) || !isTicked(form, ticks, t("Tick at least one."))) return;
  const fields = new FormData(form);
  const fieldset = form.querySelector("fieldset");
  at(`${form.id}-error`).hidden = true;
  fieldset.disabled = true;
  try {
    await wish(fields);
    form.reset();
    form.closest("details").open = false;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fieldset.disabled = false;
    showProblem(form, placed(problem, form), at(`${form.id}-error`));
  }
  fieldset.disabled = false;
}

const FORMS = { "key-form": ["scopes", makeKey], "hook-form": ["events", makeHook] };

for (const [id, [ticks, wish]] of Object.entries(FORMS)) {
  const form = at(id);
  form.querySelector("fieldset").disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, ticks, wish);
  });
}
for (const id of ["key", "hook"]) {
  at(`${id}-copy`).addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(at(`${id}-secret`).textContent);
      at(`${id}-copied`).textContent = t("Copied.");
    } catch {
      at(`${id}-copied`).textContent = t("Your browser does not let us. Select it and copy it.");
    }
  });
}
for (const reveal of document.querySelectorAll("[data-reveal]")) {
  reveal.addEventListener("click", () => {
    const input = at(reveal.dataset.reveal);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    reveal.setAttribute("aria-pressed", String(!shown));
  });
}
showParts({ keys: showKeys, hooks: showHooks });
