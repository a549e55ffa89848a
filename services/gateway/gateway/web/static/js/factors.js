/** What is asked for beside the password: passkeys, the authenticator app, recovery codes. */
import { Problem, post, read, remove } from "./api.js";
import { isFilledIn, showProblem } from "./form.js";
import { freshly } from "./fresh.js";
import { t, tn, woven } from "./language.js";
import { knowsPasskeys, makePasskey, passkeyWords } from "./passkeys.js";
import { show } from "./part.js";
import { time } from "./record.js";
import { since } from "./words.js";

const at = (id) => document.getElementById(id);
const made = (tag, values) => Object.assign(document.createElement(tag), values);
const MISSING = { "passkey-name": t("Give it a name, so that you recognise it."), "totp-code": t("Write the code the app shows.") };

function say(text, bad = false) {
  at("factors-said").textContent = text;
  at("factors-said").toggleAttribute("data-bad", bad);
}

/** Does what a button asks for, and says beside it what came of it. */
async function act(button, wish) {
  button.disabled = true;
  say("");
  try {
    if (await freshly(wish)) await show("factors", showFactors);
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof DOMException)) throw error;
    say(error instanceof Problem ? error.message : passkeyWords(error), true);
    if (error.status === 404) await show("factors", showFactors); // Gone already is gone.
  }
  button.disabled = false;
}

function passkeyItem(passkey) {
  const item = made("li", { className: "device" });
  const button = made("button", { type: "button", className: "text-button", textContent: t("Remove") });
  button.setAttribute("aria-label", t("Remove the passkey {name}", { name: passkey.name }));
  button.addEventListener("click", () =>
    void act(button, async () => {
      await remove(`/v1/account/passkeys/${passkey.id}`);
      say(t("{name} is removed.", { name: passkey.name }));
      at("factors-title").focus();
    }),
  );
  const line = made("p", { className: "small muted" });
  const used = passkey.last_used_at;
  const words = used ? t("Added at {when}, last used {ago}.") : t("Added at {when}, not used yet.");
  line.append(...woven(words, { when: time(passkey.made_at), ago: used && since(used) }));
  item.append(made("p", { className: "device-name", textContent: passkey.name }), button, line);
  return item;
}

/** Reads and shows all of it. */
export async function showFactors() {
  const { totp_since, passkeys, recovery_codes_left } = await read("/v1/account/factors");
  const on = Boolean(totp_since) || passkeys.length > 0;
  at("factors-state").dataset.state = on ? "good" : "open";
  at("factors-state").textContent = on ? t("On") : t("Off");
  at("factors-on").hidden = !on;
  at("factors-off").hidden = on;
  at("passkeys").replaceChildren(...passkeys.map(passkeyItem));
  at("totp-on").hidden = !totp_since;
  if (totp_since) at("totp-since").replaceChildren(...woven(t("Set up at {when}."), { when: time(totp_since) }));
  at("totp-begin").hidden = Boolean(totp_since);
  if (totp_since) at("totp-setup").hidden = true;
  at("codes-left").textContent = tn("{n} recovery code is left.", "{n} recovery codes are left.", recovery_codes_left);
  at("codes-part").hidden = !on;
  at("passkey-fold").hidden = !knowsPasskeys();
}

function showCodes(codes) {
  if (codes.length === 0) return;
  at("new-codes").hidden = false;
  at("codes").replaceChildren(...codes.map((code) => made("li", { textContent: code })));
  at("new-codes-title").focus();
}

async function addPasskey() {
  const { challenge_id, options } = await post("/v1/account/passkeys/options");
  const credential = await makePasskey(options);
  const name = at("passkey-name").value;
  const { recovery_codes } = await post("/v1/account/passkeys", { challenge_id, name, credential });
  say(t("{name} is added. You can sign in with it from now on.", { name }));
  at("passkey-form").reset();
  at("passkey-fold").open = false;
  showCodes(recovery_codes);
}

async function beginTotp() {
  const { secret, picture } = await post("/v1/account/totp");
  const drawn = new DOMParser().parseFromString(picture, "text/html").body.firstElementChild;
  at("totp-picture").replaceChildren(document.importNode(drawn, true));
  at("totp-secret").textContent = secret.match(/.{1,4}/g).join(" ");
  at("totp-setup").hidden = false;
  at("totp-code").focus();
}

async function confirmTotp(form) {
  if (!isFilledIn(form, MISSING)) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  say("");
  try {
    await freshly(async () => {
      const { recovery_codes } = await post("/v1/account/totp/confirm", { code: at("totp-code").value });
      form.reset();
      at("totp-picture").replaceChildren();
      at("totp-secret").textContent = "";
      say(t("The app is set up. Its code is asked for after your password from now on."));
      await show("factors", showFactors);
      showCodes(recovery_codes);
    });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.code === "wrong_code") problem.errors = [{ field: "totp-code", message: problem.message }];
    showProblem(form, problem, at("totp-form-error"));
  }
  button.disabled = false;
}

at("passkey-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (isFilledIn(at("passkey-form"), MISSING)) void act(at("passkey-add"), addPasskey);
});
at("totp-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void confirmTotp(at("totp-form"));
});
at("totp-begin").addEventListener("click", () => void act(at("totp-begin"), beginTotp));
at("totp-remove").addEventListener("click", () =>
  void act(at("totp-remove"), async () => {
    await remove("/v1/account/totp");
    say(t("The authenticator app is removed."));
    at("factors-title").focus();
  }),
);
at("codes-renew").addEventListener("click", () =>
  void act(at("codes-renew"), async () => showCodes((await post("/v1/account/recovery-codes")).recovery_codes)),
);
at("codes-copy").addEventListener("click", async () => {
  const codes = [...at("codes").children].map((each) => each.textContent).join("\n");
  await navigator.clipboard.writeText(codes).then(
    () => (at("codes-copied").textContent = t("Copied.")),
    () => (at("codes-copied").textContent = t("This browser does not let pages copy. Write them down.")),
  );
});
at("codes-done").addEventListener("click", () => {
  at("codes").replaceChildren();
  at("codes-copied").textContent = "";
  at("new-codes").hidden = true;
  at("factors-title").focus();
});
