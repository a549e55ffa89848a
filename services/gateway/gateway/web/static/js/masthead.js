/** What every page has: signing out, a word at the top while the connection is gone, no photo kept too long. */
import { read, remove } from "./api.js";
import { dropAllDrafts, dropOldDrafts } from "./draft.js";
import { t } from "./language.js";
import { notice } from "./notice.js";
import { dropQuestion, dropReply } from "./question.js";

async function signOut() {
  const { items } = await read("/v1/sessions");
  const here = items.find((session) => session.current);
  if (here) await remove(`/v1/sessions/${here.id}`);
  await whereKept(dropAllDrafts);
  dropQuestion();
  dropReply();
  location.assign("/");
}

/** Does `act` to the drafts; a browser that lets sites keep nothing has none and refuses. */
const whereKept = (act) => act().catch((error) => console.info("Drafts are out of reach here.", error.name));

const OFFLINE = t("You are offline. Your photo and choices stay here until the connection is back.");

const tellConnection = () => notice("offline", navigator.onLine ? "" : OFFLINE);

document.getElementById("sign-out")?.addEventListener("click", () => {
  signOut().catch((problem) => notice("sign-out", `${t("You are still signed in.")} ${problem.message}`));
});
window.addEventListener("online", tellConnection);
window.addEventListener("offline", tellConnection);
tellConnection();
void whereKept(dropOldDrafts);
