/** The promises, kept current: the page is read again while somebody looks at it, and what is open stays open. */
const EVERY_MS = 15_000;
const board = () => document.getElementById("board");

/** Replaces what changed, promise by promise, so that reading and the keyboard are not disturbed. */
function take(fresh) {
  for (const part of fresh.querySelectorAll(".promise")) {
    const old = document.getElementById(part.id);
    if (!old || old.contains(document.activeElement)) continue;
    part.querySelector("details").open = old.querySelector("details").open;
    old.replaceWith(document.adoptNode(part));
  }
  for (const selector of [".tally", ".promises-verify p:last-child"]) {
    const [old, next] = [board().querySelector(selector), fresh.querySelector(selector)];
    if (old && next && old.textContent !== next.textContent) old.replaceWith(document.adoptNode(next));
  }
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/promises", { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("board");
    // Nobody keeps the findings any more: that is shown as it is, not hidden behind what was seen before.
    if (fresh) take(fresh);
    else location.reload();
  } catch {
    // Offline: what stands there has its times beside it.
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
