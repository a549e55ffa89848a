/** What every page has: signing out, and a word at the top while the connection is gone. */
import { read, remove } from "./api.js";
import { notice } from "./notice.js";

async function signOut() {
  const { items } = await read("/v1/sessions");
  const here = items.find((session) => session.current);
  if (here) await remove(`/v1/sessions/${here.id}`);
  location.assign("/");
}

const OFFLINE = "You are offline. Your photo and choices stay here until the connection is back.";

const tellConnection = () => notice("offline", navigator.onLine ? "" : OFFLINE);

document.getElementById("sign-out")?.addEventListener("click", () => {
  signOut().catch((problem) => notice("sign-out", `You are still signed in. ${problem.message}`));
});
window.addEventListener("online", tellConnection);
window.addEventListener("offline", tellConnection);
tellConnection();
