/** The privacy page: each part is read, shown and, while it cannot be read, offered again on its own. */
import { Problem, read, remove } from "./api.js";
import { consentItem } from "./consents.js";
import { show, showParts } from "./part.js";
import { sayPublished } from "./published.js";
import { accessLine, disclosureLine, heldLine, proofLine, savedItem } from "./record.js";
import { showStops, workStops } from "./stops.js";
import { showStored } from "./stored.js";

const PAGE = 20;
const LOOK_AGAIN_MS = 10_000;
const PROOF_MS = 2000;
const at = (id) => document.getElementById(id);

async function showConsents() {
  const { items } = await read("/v1/consents");
  sayPublished(at("consents"));
  at("consents").replaceChildren(...items.map(consentItem));
}

let photosHeld = false;

async function showPhotos() {
  const { uploads, saved, proofs } = await read("/v1/photos");
  const held = uploads.filter((upload) => upload.state !== "deleted");
  photosHeld = held.length > 0;
  at("photos").replaceChildren(...held.map(heldLine), ...proofs.map(proofLine));
  at("photos-none").hidden = held.length + proofs.length > 0;
  showSaved(saved);
}

/** What stands there stays as it is, a question that was just asked too. */
function showSaved(saved) {
  const standing = new Map([...at("saved").children].map((item) => [item.dataset.id, item]));
  at("saved").replaceChildren(...saved.map((photo) => standing.get(photo.id) ?? newSaved(photo)));
  at("saved-none").hidden = saved.length > 0;
  at("saved-part").hidden = false;
}

function newSaved(photo) {
  const item = savedItem(photo, deleteSaved);
  item.dataset.id = photo.id;
  return item;
}

async function deleteSaved(photo, { item, say }) {
  try {
    await remove(`/v1/photos/${photo.id}`);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status !== 404) return say(problem.message); // Deleted elsewhere is deleted too.
  }
  const next = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  at("saved-none").hidden = at("saved").childElementCount > 0;
  (next?.querySelector("button") ?? at("saved-title")).focus();
  setTimeout(() => void show("photos", showPhotos), PROOF_MS); // Its proof is filed a moment later.
  return undefined;
}

let cursor = "";
let names = null;

/** What the figurines are called, as far as that is known. */
async function figurineNames() {
  try {
    const { items } = await read("/v1/figurines?limit=100");
    return new Map(items.map((figurine) => [figurine.id, figurine.title]));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return new Map();
  }
}

async function showDisclosures() {
  const page = await read(`/v1/privacy/disclosures?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
  names ??= page.items.length > 0 ? await figurineNames() : null;
  at("disclosures").append(...page.items.map((item) => disclosureLine(item, names)));
  cursor = page.next_cursor ?? "";
  at("disclosures-more").hidden = !cursor;
  at("disclosures-none").hidden = at("disclosures").childElementCount > 0;
}

let before = "";

async function showAccesses() {
  const page = await read(`/v1/privacy/accesses?limit=${PAGE}${before && `&cursor=${before}`}`);
  at("accesses").append(...page.items.map(accessLine));
  before = page.next_cursor ?? "";
  at("accesses-more").hidden = !before;
  at("accesses-none").hidden = at("accesses").childElementCount > 0;
}

// Before anything is shown: what can be seen can be pressed. An objection moves switches, and a switch may let saved
// photos go.
workStops(() => void show("consents", showConsents));
document.addEventListener("consent-changed", () => setTimeout(() => void show("photos", showPhotos), PROOF_MS));
showParts({
  consents: showConsents,
  stops: showStops,
  photos: showPhotos,
  disclosures: showDisclosures,
  accesses: showAccesses,
  stored: () => showStored("/v1/privacy/record"),
});
at("disclosures-more").addEventListener("click", () => void show("disclosures", showDisclosures));
at("accesses-more").addEventListener("click", () => void show("accesses", showAccesses));

// A photo that is still here goes while one looks; the rings move with it.
setInterval(() => {
  if (photosHeld && !document.hidden) void show("photos", showPhotos);
}, LOOK_AGAIN_MS);
