/** Signing in with a passkey, or with a code after the password. */
import { Problem, post } from "./api.js";
import { isFilledIn, showProblem } from "./form.js";
import { t } from "./language.js";
import { knowsPasskeys, passkeyWords, usePasskey } from "./passkeys.js";

const at = (id) => document.getElementById(id);
const MISSING = { code: t("Write the code.") };
let step = "";

/** Asks for the second factor; `answer` is what came back for the password. */
export function showStep(answer) {
  step = answer.step;
  at("first-step").hidden = true;
  at("second-step").hidden = false;
  at("step-passkey").hidden = !answer.ways.includes("passkey") || !knowsPasskeys();
  // One thing is the one to do next.
  at("step").querySelector("[type=submit]").classList.toggle("first", at("step-passkey").hidden);
  at("step").hidden = answer.ways.every((way) => way === "passkey");
  at("code-hint").textContent = answer.ways.includes("code")
    ? t("The six digits your authenticator app shows now, or one of your recovery codes.")
    : t("One of your recovery codes.");
  at(at("step").hidden ? "step-passkey" : "code").focus();
}

function back() {
  step = "";
  at("step").reset();
  at("second-step").hidden = true;
  at("first-step").hidden = false;
  at("password").value = "";
  at("password").focus();
}

async function finish(form, done) {
  if (!isFilledIn(form, MISSING)) return;
  const fieldset = form.querySelector("fieldset");
  const code = at("code").value;
  at("step-error").hidden = true;
  fieldset.disabled = true;
  try {
    await post("/v1/sessions/step", { step, code });
    done();
  } catch (problem) {
    fieldset.disabled = false;
    if (!(problem instanceof Problem)) throw problem;
    if (problem.code === "wrong_code") problem.errors = [{ field: "code", message: problem.message }];
    showProblem(form, problem, at("step-error"));
  }
}

async function withPasskey(button, done) {
  const said = at(button.dataset.said);
  said.hidden = true;
  button.disabled = true;
  try {
    const { challenge_id, options } = await post("/v1/sessions/passkey/options");
    await post("/v1/sessions/passkey", { challenge_id, credential: await usePasskey(options) });
    done();
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof DOMException)) throw error;
    said.textContent = error instanceof Problem ? error.message : passkeyWords(error);
    said.hidden = false;
    said.focus();
  }
  button.disabled = false;
}

/** Brings the page's second step to life, where it has one; `done` is called once somebody is signed in. */
export function listenToStep(done) {
  const form = at("step");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void finish(form, done);
  });
  at("step-back").addEventListener("click", back);
  const { step: begun, ways } = at("second-step").dataset;
  if (begun) showStep({ step: begun, ways: ways.split(" ") }); // A provider has sent her.
  at("with-passkey").hidden = !knowsPasskeys();
  for (const button of [at("with-passkey"), at("step-passkey")]) {
    button.addEventListener("click", () => void withPasskey(button, done));
  }
}
