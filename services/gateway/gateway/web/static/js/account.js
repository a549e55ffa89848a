/** The account page: correcting one's own data, choosing a password, signing devices out, and what followed. */
import { patch, Problem, put, read } from "./api.js";
import { correctionItem } from "./corrections.js";
import { showDevices } from "./devices.js";
import { showFactors } from "./factors.js";
import { isFilledIn, showProblem } from "./form.js";
import { t } from "./language.js";
import { show, showParts } from "./part.js";
import { showOlderUses, showUses } from "./uses.js";
import { moment } from "./words.js";

const LOOK_AGAIN_MS = 3000;
const at = (id) => document.getElementById(id);
const MISSING = {
  name: t("Write what the studio should call you."),
  email: t("Write the new address."),
  proof: t("Write your password."),
  old: t("Write the password you have."),
  new_password: t("Write the new password."),
};

function say(id, text, bad = false) {
  at(id).textContent = text;
  at(id).toggleAttribute("data-bad", bad);
}

/** A refused password belongs to its field, whatever the code says. */
function placed(problem, form) {
  const secret = form.querySelector("[autocomplete='current-password']");
  if (secret && ["wrong_password", "fresh_sign_in_needed"].includes(problem.code)) {
    problem.errors = [{ field: secret.id, message: problem.message }];
  }
  return problem;
}

async function send(form, wish) {
  if (!isFilledIn(form, MISSING)) return;
  const fieldset = form.querySelector("fieldset");
  const fields = Object.fromEntries(new FormData(form));
  at(`${form.id}-error`).hidden = true;
  say(`${form.id}-said`, "");
  fieldset.disabled = true;
  try {
    const said = await wish(fields);
    fieldset.disabled = false;
    say(`${form.id}-said`, said);
  } catch (problem) {
    fieldset.disabled = false;
    if (!(problem instanceof Problem)) throw problem;
    showProblem(form, placed(problem, form), at(`${form.id}-error`));
  }
}

const now = () => moment(new Date().toISOString());

async function saveDetails({ name, contact, language }) {
  const before = at("corrections").dataset.latest;
  const spoken = at("language").dataset.said;
  fill(await patch("/v1/account", { name, contact, language }));
  await show("corrections", showCorrections);
  const same = at("corrections").dataset.latest === before && spoken === language;
  return same ? t("That is how it stands already.") : t("Saved at {when}.", { when: now() });
}

async function askForAddress({ email, proof }) {
  const { new_address } = await patch("/v1/account", { email, password: proof });
  at("address-form").reset();
  showWaiting(new_address);
  if (!new_address) return t("That is the address you have already.");
  at("address-fold").open = false;
  at("address-title").focus();
  return "";
}

async function changePassword({ old, new_password }) {
  await put("/v1/account/password", { password: old, new_password });
  at("password-form").reset();
  await Promise.all([show("devices", loadDevices), show("uses", showUses)]);
  return t("Changed at {when}. Your other devices are signed out.", { when: now() });
}

function showWaiting(waiting) {
  at("waiting").hidden = !waiting;
  at("address-fold-words").textContent = waiting ? t("Use yet another address instead") : t("Use another address");
  if (!waiting) return;
  at("waiting-address").textContent = waiting.email;
  at("waiting-until").textContent = moment(waiting.expires_at);
}

function fill(account) {
  at("name").value = account.name;
  at("contact").value = account.contact;
  if (account.language) at("language").value = at("language").dataset.said = account.language;
  at("address").textContent = account.email;
  const person = document.querySelector(".person");
  person.textContent = account.name;
  showWaiting(account.new_address);
}

async function keepAddress() {
  const button = at("call-off");
  button.disabled = true;
  try {
    showWaiting((await patch("/v1/account", { email: at("address").textContent })).new_address);
    at("address-title").focus();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say("waiting-said", problem.message, true);
  }
  button.disabled = false;
}

const loadDevices = () => showDevices(() => show("devices", loadDevices));

async function showCorrections() {
  const { items } = await read("/v1/account/corrections");
  // What is open stays open: the list is read again while a proof is outstanding.
  const open = new Set([...at("corrections").querySelectorAll("details[open]")].map((each) => each.dataset.id));
  at("corrections").replaceChildren(...items.map((item) => correctionItem(item, open.has(item.id))));
  at("corrections").dataset.latest = items[0]?.id ?? "";
  at("corrections-none").hidden = items.length > 0;
  if (items.some((item) => item.proof === "looking")) {
    setTimeout(() => void show("corrections", showCorrections), LOOK_AGAIN_MS);
  }
}

const WISHES = { details: saveDetails, "address-form": askForAddress, "password-form": changePassword };

for (const [id, wish] of Object.entries(WISHES)) {
  const form = at(id);
  form.querySelector("fieldset").disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, wish);
  });
}
for (const button of document.querySelectorAll("[data-reveal]")) {
  button.addEventListener("click", () => {
    const input = at(button.dataset.reveal);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
}
at("call-off").addEventListener("click", () => void keepAddress());
at("uses-more").addEventListener("click", () => void show("uses", showOlderUses));
function openPassword() {
  if (location.hash === "#password") at("password-fold").open = true;
}
window.addEventListener("hashchange", openPassword);
openPassword();
void read("/v1/account").then((account) => showWaiting(account.new_address), () => {});
showParts({ factors: showFactors, devices: loadDevices, uses: showUses, corrections: showCorrections });
