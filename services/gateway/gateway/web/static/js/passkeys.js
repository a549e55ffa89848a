/** Passkeys: what the API says as JSON, for the browser's own calls, and back. */
import { t } from "./language.js";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const named = (credentials = []) => credentials.map((each) => ({ ...each, id: toBytes(each.id) }));

/** False where a browser knows nothing of passkeys. */
export const knowsPasskeys = () => "PublicKeyCredential" in window && Boolean(navigator.credentials);

/** Why nothing came of it, in a sentence. */
export function passkeyWords(error) {
  if (error.name === "InvalidStateError") return t("This device has a passkey for your account already.");
  if (error.name === "NotAllowedError") return t("Nothing was done: the device was not unlocked, or it took too long. Try again.");
  return t("This device could not do that. Try again, or use another device.");
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** Has the device make a passkey; throws DOMException. */
export async function makePasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  return told(await navigator.credentials.create({ publicKey }));
}

/** Has the device answer with a passkey it holds; throws DOMException. */
export async function usePasskey(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  };
  return told(await navigator.credentials.get({ publicKey }));
}
