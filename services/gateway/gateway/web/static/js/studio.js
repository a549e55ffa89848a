/** The studio page: puts the photo step, the till, the bench and the shelf together and keeps them true. */
import { Problem, read } from "./api.js";
import { Bench } from "./bench.js";
import { openDelivery, pricesOf } from "./delivery.js";
import { holdDraft, takeDraft } from "./draft.js";
import { clearErrors, showProblem } from "./form.js";
import { openGemini } from "./gemini.js";
import { t, tn } from "./language.js";
import { whenBack } from "./line.js";
import { follow } from "./live.js";
import { notice } from "./notice.js";
import { fieldsOf, orderOf, putFields } from "./order.js";
import { complaint, openPhotoStep, photoError } from "./photo.js";
import { awaitProof, tellPhotos } from "./photoline.js";
import { SavedPhotos } from "./savedphotos.js";
import { Shelf } from "./shelf.js";
import { openTill, priceOf } from "./till.js";
import { openVersionOf } from "./versionof.js";
import { openWall } from "./wall.js";

const LOOK_AGAIN_MS = 5000;
const SIGNED_OUT = t("You are signed out. Load the page again and sign in; whatever is underway goes on.");
const AWAY = t("The studio is not answering. This page looks again every few seconds; whatever is underway goes on.");

const at = (id) => document.getElementById(id);
const form = at("order");
const signedIn = document.body.hasAttribute("data-signed-in");
const styles = [...form.querySelectorAll("[name=style]")];
const styleNames = new Map(styles.map((input) => [input.value, input.dataset.name]));

const photo = openPhotoStep({
  onChange: () => clearErrors(form),
  onChosen: (chosen) => savedPhotos.mark(chosen),
  signedIn,
});
const savedPhotos = new SavedPhotos(photo);
if (styles.length > 0) openWall(form);
openDelivery(form);
const till = openTill(form, { signedIn });
const gemini = openGemini(form);
const versionOf = openVersionOf();
const bench = new Bench({
  styleNames,
  onAccepted: accepted,
  onSettled: settled,
  onKept: (figurine) => shelf.put(figurine),
  onReorder: reorder,
  onSignedOut: signedOut,
});
const shelf = new Shelf({ styleNames, onUnderway: (figurine) => bench.adopt(figurine) });
let photoAwaited = false;
let away = false;

async function readPhotos() {
  const photos = await read("/v1/photos");
  photoAwaited = tellPhotos(photos);
  savedPhotos.show(photos);
}

function accepted(figurine) {
  if (figurine.upload_id) {
    awaitProof(figurine.upload_id);
    photoAwaited = true;
  }
  void takeDraft(); // One that was held for signing in may still lie here after going back instead.
}

function settled() {
  void till.read();
  void orSayAway(readPhotos);
}

/** Does `reading`; while the studio does not answer, says so at the top instead. */
async function orSayAway(reading) {
  try {
    await reading();
    away = false;
    notice("away", "");
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    away = true;
    notice("away", problem.status === 401 ? SIGNED_OUT : problem.status ? AWAY : "");
  }
}

async function lookAgain() {
  const ids = bench.underway;
  if (document.hidden || !(away || photoAwaited || ids.length > 0)) return;
  await orSayAway(async () => {
    for (const id of ids) await bench.refresh(id);
    if (away || photoAwaited) await readPhotos();
  });
}

async function make() {
  clearErrors(form);
  if (!photo.current && !versionOf.current?.editable) return askForPhoto();
  if (!signedIn) return at("ask").showModal();
  if (gemini.missing()) return gemini.ask();
  if (!till.affordable()) return sayTooDear();
  const button = at("make");
  button.disabled = true; // One press, one order; the next one may go once this is accepted or refused.
  button.textContent = t("Sending");
  try {
    if (await bench.send(orderOf(form, photo.current, versionOf.current))) chosenOnce();
  } finally {
    button.textContent = t("Make it");
    button.disabled = false;
  }
}

/** Saving is chosen for one photo, and what it is a version of for one order. */
function chosenOnce() {
  form.elements.save_photo.checked = false;
  versionOf.end();
}

function askForPhoto() {
  photoError(t("Choose a photo first."));
  at("photo").focus();
}

function sayTooDear() {
  const box = at("order-error");
  const few = Math.floor(till.available / pricesOf(form).each);
  box.textContent = tn(
    "This takes {n} credit and you have {available}. Nothing was sent.",
    "This takes {n} credits and you have {available}. Nothing was sent.",
    priceOf(form),
    { available: till.available },
  );
  const row = Object.assign(document.createElement("div"), { className: "row" });
  row.append(...(few > 0 ? [fewerButton(few)] : []), creditsLink());
  box.append(row);
  box.hidden = false;
  box.focus();
}

function creditsLink() {
  const link = Object.assign(document.createElement("a"), { href: "/credits", className: "button", textContent: t("Get credits") });
  link.dataset.holdDraft = "";
  return link;
}

function fewerButton(few) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: tn("Make {n} picture instead", "Make {n} pictures instead", few) });
  button.addEventListener("click", () => {
    putFields(form, { variants: String(few) });
    void make();
  });
  return button;
}

/** An order comes back into the form, with what was wrong with it, so that one change is enough. */
async function reorder(order, problem = null, photoToBlame = false) {
  if (order.photo && order.photo !== photo.current) await photo.put(order.photo);
  putFields(form, order);
  if (order.parent) versionOf.begin(order.parent);
  if (problem?.code === "consent_required") return gemini.refused();
  if (problem?.code === "too_many_saved_photos") problem.errors = [{ field: "save_photo", message: problem.message }];
  if (photoToBlame) await blamePhoto(problem);
  else if (problem) return showProblem(form, problem, at("order-error"));
  at("photo").focus();
  return undefined;
}

async function blamePhoto(problem) {
  if (photo.current?.savedId) {
    await photo.put(null); // Deleted in another tab, perhaps: the row is read again.
    void orSayAway(readPhotos);
  }
  photoError(complaint(problem));
}

/** Another version is wanted that the form has to say more about: its photo, its style or its options. */
function wantVersion({ figurine, n, editable, note }) {
  const name = figurine.title || styleNames.get(figurine.style) || t("your figurine");
  versionOf.begin({ id: figurine.id, n, editable, name });
  clearErrors(form);
  putFields(form, { ...figurine, note, variants: "1" });
  form.scrollIntoView();
  at(editable ? "version-of" : "photo").focus({ preventScroll: true });
}

function takeVersion(figurine) {
  bench.adopt(figurine);
  at("bench-band").scrollIntoView({ block: "nearest" });
}

async function signedOut(order) {
  await reorder(order);
  at("ask").showModal();
}

async function leaveWithDraft(address) {
  try {
    if (photo.current) await holdDraft({ photo: photo.current, fields: fieldsOf(form) });
  } finally {
    location.assign(address); // A private window may refuse to keep anything; the photo is then chosen again.
  }
}

function listen() {
  at("make").disabled = !styles.some((input) => input.checked);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void make();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-hold-draft]");
    if (!link) return;
    event.preventDefault();
    void leaveWithDraft(link.href);
  });
  document.addEventListener("version-wanted", (event) => wantVersion(event.detail));
  document.addEventListener("version-ordered", (event) => takeVersion(event.detail));
  at("look-again")?.addEventListener("click", () => void leaveWithDraft(location.href));
}

async function bringDraftBack() {
  const draft = await takeDraft();
  if (!draft) return;
  await photo.put(draft.photo);
  putFields(form, draft.fields);
}

/** What a link from elsewhere asks for: a style, or another version of a figurine. */
async function bringWish() {
  const wish = new URLSearchParams(location.search);
  if (wish.has("style")) {
    putFields(form, { style: wish.get("style") });
    form.dispatchEvent(new Event("change"));
  }
  if (wish.has("version") && signedIn) {
    const n = Number(wish.get("picture") ?? 1);
    const figurine = await read(`/v1/figurines/${encodeURIComponent(wish.get("version"))}`);
    const editable = figurine.pictures.some((picture) => picture.n === n && picture.editable);
    wantVersion({ figurine, n, editable, note: wish.get("note") ?? "" });
  }
}

// The stream tells what happens from its opening on; what happened before has to be read.
function catchUp() {
  void till.read();
  void lookAgain();
}

function followLive() {
  follow({
    onFigurine: (id) => void orSayAway(() => bench.refresh(id)),
    onCredits: (balance) => till.take(balance),
    onConnection: (up) => up && catchUp(),
  });
  setInterval(() => void lookAgain(), LOOK_AGAIN_MS);
  document.addEventListener("visibilitychange", () => void lookAgain());
  whenBack(() => void (at("shelf-away").hidden || shelf.show()));
}

listen();
if (signedIn) {
  followLive();
  await Promise.all([till.read(), shelf.show(), orSayAway(readPhotos)]);
  await lookAgain();
}
await bringDraftBack();
await orSayAway(bringWish);
