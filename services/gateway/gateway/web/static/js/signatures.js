/**
 * Checks a receipt as anybody may: every text in it against the Ed25519 key its service publishes (RFC 8032).
 * Keys that come with a receipt prove nothing about who wrote it, so they are not used.
 */
import { t } from "./language.js";
import { innerNameOf } from "./steps.js";

const ED25519 = { name: "Ed25519" };
const UNABLE = t("This browser cannot check Ed25519 signatures. The command at the end of this page can.");
const WHAT_NOW = t("Load the page again. If it stays so, keep both files below: they show it.");

/** What was found out: `right`, `wrong`, or `unable` where the browser has no means. */
const verdict = (state, sentence) => ({ state, sentence });

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const keyOf = (pem) =>
  crypto.subtle.importKey("spki", bytesOf(pem.replace(/-----[^-]+-----|\s/g, "")), ED25519, false, ["verify"]);

async function fits(pem, text, signature) {
  return crypto.subtle.verify(ED25519, await keyOf(pem), bytesOf(signature), new TextEncoder().encode(text));
}

/** The first thing that is wrong with a receipt, as a sentence; empty when nothing is. */
async function fault({ body, signature }, keys, requestId) {
  if (!(await fits(keys.privacy, body, signature))) return t("The receipt was changed, or it is not the studio's: its signature does not fit.");
  const said = JSON.parse(body);
  if (said.request_id !== requestId) return t("This is the receipt of another erasure.");
  for (const [service, part] of Object.entries(said.services)) {
    if (!keys[service] || !(await fits(keys[service], part.statement, part.signature))) {
      return t("What {part} says was changed, or is not its own: its signature does not fit.", { part: innerNameOf(service) });
    }
    const statement = JSON.parse(part.statement);
    if (statement.service !== service || statement.request_id !== requestId) {
      return t("What {part} says is about another erasure.", { part: innerNameOf(service) });
    }
  }
  return "";
}

/** Checks a receipt with the published keys; resolves with what was found out and how to say it. */
export async function check(receipt, keys, requestId) {
  if (!globalThis.crypto?.subtle) return verdict("unable", UNABLE);
  try {
    const wrong = await fault(receipt, keys, requestId);
    if (wrong) return verdict("wrong", `${wrong} ${WHAT_NOW}`);
  } catch (error) {
    if (error.name === "NotSupportedError") return verdict("unable", UNABLE);
    return verdict("wrong", `${t("This receipt cannot be read as one of the studio's: something in it is not whole.")} ${WHAT_NOW}`);
  }
  const count = Object.keys(JSON.parse(receipt.body).services).length + 1;
  return verdict("right", t("Every signature is right: all {n} were checked in this browser with the keys the studio publishes.", { n: count }));
}
