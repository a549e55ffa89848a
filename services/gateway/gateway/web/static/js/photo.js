/** Step one: a photo by picking, dropping, pasting or camera, shown at once with what can be said about it. */
import { Problem, SPOKEN, problemFrom, unreachable } from "./api.js";
import { canCrop, openCrop } from "./crop.js";
import { hintsFor, hintsOfStudio, matters, merged } from "./hints.js";
import { t } from "./language.js";
import { savedAddress } from "./savedphotos.js";
import { tenths } from "./words.js";

const LARGEST_BYTES = 20 * 1024 * 1024;
const SMALLEST_SIDE = 256;
const PREVIEW_SIDE = 960;
const UNREAD = new Map([
  ["application/pdf", "PDF"],
  ["image/svg+xml", "SVG"],
  ["image/gif", "GIF"],
]);

// Which of several is meant, and how close: a crop says both.
const CROP_CURES = new Set(["several_people", "several_subjects", "tiny_subject"]);

const at = (id) => document.getElementById(id);
const megabytes = (bytes) => `${tenths(bytes / 1_048_576)} MB`;

function refusal(file) {
  if (file.size === 0) return t("This file is empty. Choose another photo.");
  if (file.size > LARGEST_BYTES) {
    return t("This photo has {size}; the studio takes up to 20 MB. Choose a smaller one.", { size: megabytes(file.size) });
  }
  const kind = UNREAD.get(file.type);
  return kind ? t("The studio does not read {kind} files. Choose a JPEG, PNG, WebP or HEIC photo.", { kind }) : "";
}

const tooSmall = ({ width, height }) =>
  Math.min(width, height) < SMALLEST_SIDE
    ? t("This photo has {width} × {height} pixels; each side needs at least {least}. Choose a larger one.", { width, height, least: SMALLEST_SIDE })
    : "";

async function bitmapOf(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    return null; // HEIC, for one, is read by the studio and by few browsers.
  }
}

async function savedFile(id) {
  const answer = await fetch(savedAddress(id, "full"), { headers: SPOKEN, cache: "no-store" }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw problemFrom(answer.status, await answer.text(), answer.headers.get("Retry-After"));
  return answer.blob();
}

/** What a refusal says of the photo; a saved one may have been deleted in another tab. */
export const complaint = (problem) =>
  problem.status === 404 ? t("This saved photo is no longer here. Choose another one.") : problem.message;

/** What can be seen of a photo, a file or a saved one, and what is wrong with it in words. */
async function seen(photo) {
  if (!photo) return { bitmap: null, wrong: "" };
  if (!photo.savedId && refusal(photo)) return { bitmap: null, wrong: refusal(photo) };
  try {
    const bitmap = await bitmapOf(photo.savedId ? await savedFile(photo.savedId) : photo);
    return { bitmap, wrong: bitmap ? tooSmall(bitmap) : "" };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return { bitmap: null, wrong: complaint(problem) };
  }
}

function draw(bitmap) {
  const canvas = at("preview");
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** What is looked at: the small picture on the canvas, which has lost its place and camera data, or the file; or nothing. */
function lookedAt(photo, bitmap) {
  const canvas = at("preview");
  if (!bitmap || Math.min(canvas.width, canvas.height) < SMALLEST_SIDE) return photo.savedId ? null : photo;
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}

function show({ file, bitmap }) {
  at("drop").toggleAttribute("data-filled", Boolean(bitmap));
  at("drop-empty").hidden = Boolean(file);
  at("preview").hidden = !bitmap;
  at("no-preview").hidden = !file || Boolean(bitmap);
  at("photo-crop").hidden = !canCrop(file, bitmap);
  at("photo-whole").hidden = !file?.whole;
  at("photo-remove").hidden = !file;
  at("photo-remove").textContent = file?.savedId ? t("Use another photo") : t("Remove the photo");
  at("photo-about").hidden = !file;
  const size = bitmap ? t("{width} × {height} pixels", { width: bitmap.width, height: bitmap.height }) : "";
  at("photo-about").textContent = file ? [file.name, size].filter(Boolean).join(", ") : "";
  return bitmap ? hintsFor(draw(bitmap)) : [];
}

/** What is worth saying about the photo with the style that is chosen. */
function tellHints(hints) {
  const madeFor = document.querySelector("[name=style]:checked")?.closest("[data-for]")?.dataset.for ?? "";
  const said = hints.filter((each) => matters(each, madeFor));
  const shown = [...at("photo-hints").children].map((item) => item.firstChild.textContent);
  if (said.map((each) => each.sentence).join() === shown.join()) return; // Said once: whoever listens is not told again.
  at("photo-hints").replaceChildren(...said.map(hintItem));
}

/** A hint, with its cure where cropping is one and can be done here. */
function hintItem({ code, sentence }) {
  const item = Object.assign(document.createElement("li"), { textContent: sentence });
  if (!CROP_CURES.has(code) || at("photo-crop").hidden) return item;
  const label = code === "tiny_subject" ? t("Crop to the subject") : t("Crop to the one you mean");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "text-button hint-crop", textContent: label });
  button.dataset.crop = "";
  item.append(button);
  return item;
}

/** Says what is wrong with the photo, or that none is chosen; an empty sentence takes it back. */
export function photoError(sentence) {
  at("photo-error").textContent = sentence;
  at("photo-error").hidden = !sentence;
  at("photo").setAttribute("aria-invalid", String(Boolean(sentence)));
}

/**
 * The chosen photo as `current`, a file or `{savedId, name}`, and `put(photo)` to choose one from elsewhere.
 * `onChange` hears of every choice before it is looked at, `onChosen` of what is chosen then.
 */
export function openPhotoStep({ onChange, onChosen, signedIn }) {
  const step = { current: null, hints: [] };
  let looking = new AbortController();

  /** The studio is asked only for people who are signed in; the answer to an earlier photo is given up. */
  async function ask(photo, bitmap) {
    const { signal } = looking;
    const picture = await lookedAt(photo, bitmap);
    if (!picture) return;
    const found = await hintsOfStudio(picture, signal);
    if (signal.aborted) return;
    step.hints = merged(step.hints, found, { browserSaw: Boolean(bitmap) });
    tellHints(step.hints);
  }

  step.put = async (photo) => {
    onChange();
    looking.abort();
    looking = new AbortController();
    const { signal } = looking;
    const { bitmap, wrong } = await seen(photo);
    if (signal.aborted) return; // Another one was chosen while this one was loading.
    photoError(wrong);
    step.current = wrong ? null : photo;
    step.hints = show(wrong ? { file: null, bitmap: null } : { file: photo, bitmap });
    tellHints(step.hints);
    onChosen(step.current);
    if (step.current && signedIn) void ask(photo, bitmap);
  };
  listen(step);
  openCrop(step);
  return step;
}

function take(step, input) {
  if (input.files.length > 0) void step.put(input.files[0]);
  input.value = ""; // So that choosing the same file again is a change again.
}

function listen(step) {
  for (const input of [at("photo"), at("camera")]) {
    input.addEventListener("change", () => take(step, input));
    take(step, input); // Chosen before this script was there.
  }
  at("photo-remove").addEventListener("click", () => {
    void step.put(null);
    at("photo").focus();
  });
  document.addEventListener("change", () => tellHints(step.hints));
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) void step.put(file);
  });
  listenForDrops(step);
}

function listenForDrops(step) {
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    at("drop").toggleAttribute("data-over", true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) at("drop").removeAttribute("data-over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    at("drop").removeAttribute("data-over");
    const file = event.dataTransfer.files[0];
    if (file) void step.put(file);
  });
}
