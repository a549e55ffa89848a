/** Fetching one's copy: the studio gives it only to who has just signed in, so the password is asked for where needed. */
import { post, problemFrom, Problem, SPOKEN, read, remove, unreachable } from "./api.js";
import { t } from "./language.js";

const at = (id) => document.getElementById(id);
const address = (id) => `/v1/privacy/requests/${id}/archive`;

/** Throws the Problem for which the copy is not given; its first bytes are enough to know. */
async function tryIt(id) {
  const enough = new AbortController();
  const answer = await fetch(address(id), { headers: SPOKEN, signal: enough.signal, cache: "no-store" }).catch(() => null);
  if (!answer) throw unreachable();
  if (!answer.ok) throw problemFrom(answer.status, await answer.text(), answer.headers.get("Retry-After"));
  enough.abort();
}

/** The page's token belongs to the session; a new session has another one. */
async function renewToken() {
  const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  const meta = 'meta[name="csrf-token"]';
  document.querySelector(meta).content = page.querySelector(meta).content;
}

/** Signs this device in anew, in the place of its session so far. */
async function signInAgain(password) {
  const [{ email }, { items }] = await Promise.all([read("/v1/account"), read("/v1/sessions")]);
  await post("/v1/sessions", { email, password });
  await renewToken();
  const before = items.find((session) => session.current);
  if (before) await remove(`/v1/sessions/${before.id}`);
}

let wanted = null;

function complain(message) {
  at("fetch-password-error").textContent = message;
  at("fetch-password-error").hidden = !message;
  at("fetch-password").setAttribute("aria-invalid", String(Boolean(message)));
}

function askForPassword(id) {
  wanted = id;
  at("fetch-form").reset();
  complain("");
  at("fetch").showModal();
  at("fetch-password").focus();
}

/** Begins the download of a copy; throws Problem when it is not to be had. */
export async function fetchCopy(id) {
  try {
    await tryIt(id);
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.code !== "fresh_sign_in_needed") throw problem;
    askForPassword(id);
    return;
  }
  location.assign(address(id)); // An attachment: the page stays.
}

async function submit(button) {
  const password = at("fetch-password").value;
  if (!password) {
    complain(t("Write your password."));
    at("fetch-password").focus();
    return;
  }
  button.disabled = true;
  try {
    await signInAgain(password);
    at("fetch").close();
    await fetchCopy(wanted);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (!at("fetch").open) at("fetch").showModal();
    complain(problem.status === 401 ? t("This is not the password of your account. Check it and try again.") : problem.message);
    at("fetch-password").focus();
  } finally {
    button.disabled = false;
  }
}

/** Puts the dialog to work. */
export function workFetching() {
  at("fetch-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(event.submitter ?? at("fetch-form").querySelector("[type=submit]"));
  });
  at("fetch-not").addEventListener("click", () => at("fetch").close());
}
