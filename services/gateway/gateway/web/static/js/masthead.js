/** What every page has: signing out, a word at the top while the connection is gone, no photo kept too long. */
import { read, remove } from "./api.js";
import { dropAllDrafts, dropOldDrafts } from "./draft.js";
import { t } from "./language.js";
import { isDown, whenItChanges } from "./line.js";
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

const OFFLINE = t("You are offline. What you wrote and chose stays here, and this page goes on by itself once the connection is back.");
const AWAY = t("The studio cannot be reached right now. What you wrote and chose stays here, and this page goes on by itself once it can.");

const tellConnection = (down) => notice("line", down ? (navigator.onLine ? AWAY : OFFLINE) : "");

const leave = document.getElementById("sign-out");
if (leave) {
  leave.addEventListener("click", () => {
    signOut().catch((problem) => notice("sign-out", `${t("You are still signed in.")} ${problem.message}`));
  });
  leave.disabled = false; // Until now a press would have been lost.
}
whenItChanges(tellConnection);
window.addEventListener("online", () => tellConnection(isDown()));
window.addEventListener("offline", () => tellConnection(isDown()));
void whereKept(dropOldDrafts);
