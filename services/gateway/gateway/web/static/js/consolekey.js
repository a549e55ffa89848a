/** Showing a passkey at the console's door, on a device that is signed in already. */
import { Problem, post } from "./api.js";
import { knowsPasskeys, passkeyWords, usePasskey } from "./passkeys.js";

const button = document.getElementById("show-passkey");
const said = document.getElementById("passkey-said");

async function open() {
  said.hidden = true;
  button.disabled = true;
  try {
    const { challenge_id, options } = await post("/v1/sessions/passkey/options");
    await post("/v1/sessions/factor/passkey", { challenge_id, credential: await usePasskey(options) });
    location.replace(button.dataset.next);
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof DOMException)) throw error;
    said.textContent = error instanceof Problem ? error.message : passkeyWords(error);
    said.hidden = false;
    button.disabled = false;
    said.focus();
  }
}

if (button && knowsPasskeys()) {
  button.addEventListener("click", () => void open());
  document.getElementById("passkey-part").hidden = false;
}
