/** A figurine on a page of its own: what its owner may do with it, and news of one that is being made. */
import { Problem, read } from "./api.js";
import { follow } from "./live.js";
import { Printable } from "./printable.js";
import { Versions } from "./versions.js";
import { Wishes } from "./wishes.js";
import { isUnderway } from "./words.js";

const root = document.getElementById("figurine");
const id = root.dataset.id;
const say = document.getElementById("figurine-say");

/** What the studio page does with a wish for another version, it does when it is opened with it. */
function toStudio({ figurine, n, note }) {
  location.assign(`/studio?${new URLSearchParams({ version: figurine.id, picture: n, note })}`);
}

async function bringToLife(figurine) {
  const n = figurine.pictures[0].n;
  const wishes = new Wishes(root, figurine, () => location.assign("/gallery"));
  const told = (text) => wishes.say(text);
  new Printable(root, figurine, n, told);
  new Versions(root, figurine, n, { say: told, open: (other) => location.assign(`/figurines/${other.id}`) });
  await wishes.ready; // So that nothing moves away from under a finger.
  document.getElementById("wishes-wait").hidden = true;
  // Until now a press would have been lost.
  document.getElementById("figurine-wishes").inert = false;
}

document.addEventListener("version-wanted", (event) => toStudio(event.detail));
document.addEventListener("version-ordered", (event) => location.assign(`/figurines/${event.detail.id}`));

try {
  const figurine = await read(`/v1/figurines/${id}`);
  if (root.querySelector(".wishes")) await bringToLife(figurine);
  else if (isUnderway(figurine)) {
    const look = async () => isUnderway(await read(`/v1/figurines/${id}`)) || location.reload();
    follow({ onFigurine: (news) => news === id && void look(), onConnection: (up) => up && void look() });
  } else if (root.dataset.state !== figurine.state) location.reload();
} catch (problem) {
  if (!(problem instanceof Problem)) throw problem;
  say.textContent = problem.message;
  document.getElementById("wishes-wait")?.remove();
}
