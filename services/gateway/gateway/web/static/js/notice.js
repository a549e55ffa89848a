/** A line at the top of the page for what is true right now: offline, or the studio cannot be reached. */
const said = new Map();

/** Shows `text` until the same `about` is told an empty one; the latest of several is shown. */
export function notice(about, text) {
  said.delete(about);
  if (text) said.set(about, text);
  const latest = [...said.values()].at(-1) ?? "";
  const place = document.getElementById("notice-text");
  if (place.textContent !== latest) place.textContent = latest;
  place.parentElement.hidden = !latest;
}
