/** Asks for the password once more where the API wants to know that it is surely she, and goes on then. */
import { Problem, post } from "./api.js";
import { clearErrors, isFilledIn, showProblem } from "./form.js";
import { t } from "./language.js";

const at = (id) => document.getElementById(id);
const MISSING = { "proof-password": t("Write your password.") };
let answered = null;

function close(proven) {
  at("proof-dialog").close();
  at("proof-form").reset();
  clearErrors(at("proof-form"));
  answered?.(proven);
  answered = null;
}

const askForPassword = () =>
  new Promise((resolve) => {
    answered = resolve;
    at("proof-dialog").showModal();
    at("proof-password")?.focus();
  });

async function prove() {
  const form = at("proof-form");
  if (!isFilledIn(form, MISSING)) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await post("/v1/sessions/proof", { password: at("proof-password").value });
    close(true);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.code === "wrong_password") problem.errors = [{ field: "proof-password", message: problem.message }];
    showProblem(form, problem, at("proof-form-error"));
  } finally {
    button.disabled = false;
  }
}

/** Does `act`; where that needs a fresh sign-in, asks for the password and does it again. False when she would rather not. */
export async function freshly(act) {
  try {
    await act();
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.code !== "fresh_sign_in_needed") throw problem;
    if (!(await askForPassword())) return false;
    await act();
  }
  return true;
}

at("proof-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void prove();
});
at("proof-cancel").addEventListener("click", () => close(false));
at("proof-dialog").addEventListener("cancel", (event) => {
  event.preventDefault();
  close(false);
});
