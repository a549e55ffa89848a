/** Signing up and signing in. */
import { post } from "./api.js";
import { isFilledIn, showProblem } from "./form.js";
import { t } from "./language.js";
import { listenToStep, showStep } from "./secondstep.js";

const MISSING = {
  name: t("Write what the studio should call you."),
  email: t("Write your e-mail address."),
  password: t("Write your password."),
  adult: t("The studio is for adults only; tick this if you are 18 or older."),
  policy: t("Read the points on this page, then tick this."),
};

/** Where to go afterwards: the page that sent the person here, if it is one of ours. */
function nextPage() {
  const asked = new URL(new URLSearchParams(location.search).get("next") ?? "/studio", location.origin);
  return asked.origin === location.origin ? asked.pathname + asked.search + asked.hash : "/studio";
}

/** False when a second factor is still to come. */
async function signIn({ email, password }) {
  const answer = await post("/v1/sessions", { email, password });
  if (!answer.step) return true;
  showStep(answer);
  return false;
}

async function signUp(fields, form) {
  const { name, email, password } = fields;
  const policy_version = form.dataset.policyVersion;
  // The account's key is its own intent: a second press after a lost answer opens no second account.
  form.dataset.key ||= crypto.randomUUID();
  await post("/v1/accounts", { name, email, password, adult: true, policy_version }, form.dataset.key);
  return signIn(fields);
}

async function submit(form, send) {
  if (!isFilledIn(form, MISSING)) return;
  const fields = Object.fromEntries(new FormData(form));
  const fieldset = form.querySelector("fieldset");
  fieldset.disabled = true;
  try {
    if (await send(fields, form)) location.assign(nextPage());
    else fieldset.disabled = false;
  } catch (problem) {
    fieldset.disabled = false;
    showProblem(form, problem, document.getElementById("form-error"));
  }
}

function open(form, send) {
  form.querySelector("fieldset").disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(form, send);
  });
  form.addEventListener("input", () => delete form.dataset.key);
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

listenToStep(() => location.assign(nextPage()));
for (const [id, send] of Object.entries({ signup: signUp, signin: signIn })) {
  const form = document.getElementById(id);
  if (form) open(form, send);
}
for (const button of document.querySelectorAll("[data-reveal]")) {
  button.addEventListener("click", () => reveal(button));
}
for (const link of document.querySelectorAll("[data-keep-next]")) link.search = location.search;
