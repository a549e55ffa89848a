/** The studio's HTTP API: the CSRF header, idempotency keys and problem+json live here and nowhere else. */
import { pageLanguage, t } from "./language.js";
import { answered, noAnswer } from "./line.js";

/** An answer that was not the one asked for. `code` is the API's stable code, or `unreachable` when none came. */
export class Problem extends Error {
  constructor({ status = 0, code = "unreachable", detail = "", errors = [], retryAfter = null }) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  /** True when asking again later, unchanged, may succeed. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** What to say when no answer came at all; the page is told that the line is down. */
export function unreachable() {
  noAnswer();
  return new Problem({
    detail: navigator.onLine
      ? t("The studio is not answering. Try again in a moment.")
      : t("You are offline. Try again when the connection is back."),
  });
}

/** Reads a failed answer; a proxy's HTML page becomes the same kind of problem as ours. */
export function problemFrom(status, text, retryAfter) {
  const seconds = Number.parseInt(retryAfter ?? "", 10);
  const said = parsed(text);
  return new Problem({
    status,
    code: said.code ?? (status >= 500 ? "temporarily_unavailable" : "invalid_request"),
    detail: said.detail ?? said.title ?? t("The studio could not do that right now. Try again in a moment."),
    errors: Array.isArray(said.errors) ? said.errors : [],
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  });
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // Not JSON: the status alone has to tell.
  }
}

/** Of every request: sentences come in the language of the page, whatever the browser prefers. */
export const SPOKEN = { Accept: "application/json", "Accept-Language": pageLanguage };

const csrfToken = () => document.querySelector('meta[name="csrf-token"]').content;

/** Headers of a request that changes something; `key` stays the same when the same intent is sent again. */
export function changeHeaders(key) {
  return { ...SPOKEN, "X-CSRF-Token": csrfToken(), ...(key && { "Idempotency-Key": key }) };
}

/** A picture's address; `size` is thumb, preview or full. */
export const pictureAddress = (id, n, size) => `/v1/figurines/${id}/pictures/${n}?size=${size}`;

export const newKey = () => crypto.randomUUID();

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    if (options.signal?.aborted) throw new Problem({ code: "cancelled" });
    throw unreachable();
  }
  answered();
  const text = await answer.text();
  if (!answer.ok) {
    throw problemFrom(answer.status, text, answer.headers.get("Retry-After"));
  }
  return text ? JSON.parse(text) : null;
}

/** GET as JSON; throws Problem. `headers` are those of a link that shows more than the session does. */
export const read = (path, headers = {}) =>
  call(path, { headers: { ...SPOKEN, ...headers }, cache: "no-store" });

/** POST as JSON; throws Problem. */
export const post = (path, body = {}, key = newKey(), headers = {}) =>
  call(path, {
    method: "POST",
    headers: { ...changeHeaders(key), ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** POST of a form whose sending may be given up; throws Problem. */
export const postForm = (path, body, signal) =>
  call(path, { method: "POST", headers: changeHeaders(), body, signal });

/** PUT as JSON; throws Problem. */
export const put = (path, body = {}) =>
  call(path, {
    method: "PUT",
    headers: { ...changeHeaders(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** PATCH as JSON; throws Problem. */
export const patch = (path, body) =>
  call(path, {
    method: "PATCH",
    headers: { ...changeHeaders(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** DELETE; throws Problem. */
export const remove = (path, headers = {}) =>
  call(path, { method: "DELETE", headers: { ...changeHeaders(), ...headers } });
