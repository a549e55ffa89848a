/** Step one: a photo by picking, dropping, pasting or camera, shown at once with what can be said about it. */
import { hintsFor, hintsOfStudio, matters, merged } from "./hints.js";

const LARGEST_BYTES = 20 * 1024 * 1024;
const SMALLEST_SIDE = 256;
const PREVIEW_SIDE = 960;
const UNREAD = new Map([
  ["application/pdf", "PDF"],
  ["image/svg+xml", "SVG"],
  ["image/gif", "GIF"],
]);

const at = (id) => document.getElementById(id);
const megabytes = (bytes) => `${(bytes / 1_048_576).toFixed(1)} MB`;

function refusal(file) {
  if (file.size === 0) return "This file is empty. Choose another photo.";
  if (file.size > LARGEST_BYTES) {
    return `This photo has ${megabytes(file.size)}; the studio takes up to 20 MB. Choose a smaller one.`;
  }
  const kind = UNREAD.get(file.type);
  return kind ? `The studio does not read ${kind} files. Choose a JPEG, PNG, WebP or HEIC photo.` : "";
}

const tooSmall = ({ width, height }) =>
  Math.min(width, height) < SMALLEST_SIDE
    ? `This photo has ${width} × ${height} pixels; each side needs at least ${SMALLEST_SIDE}. Choose a larger one.`
    : "";

async function bitmapOf(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    return null; // HEIC, for one, is read by the studio and by few browsers.
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

/** The picture that is looked at: the small one on the canvas, which has lost its place and camera data, or the file. */
function lookedAt(file, bitmap) {
  const canvas = at("preview");
  if (!bitmap || Math.min(canvas.width, canvas.height) < SMALLEST_SIDE) return file;
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}

function show({ file, bitmap }) {
  at("drop").toggleAttribute("data-filled", Boolean(bitmap));
  at("drop-empty").hidden = Boolean(file);
  at("preview").hidden = !bitmap;
  at("no-preview").hidden = !file || Boolean(bitmap);
  at("photo-remove").hidden = !file;
  at("photo-about").hidden = !file;
  const size = bitmap ? `${bitmap.width} × ${bitmap.height} pixels` : "";
  at("photo-about").textContent = file ? [file.name, size].filter(Boolean).join(", ") : "";
  return bitmap ? hintsFor(draw(bitmap)) : [];
}

/** What is worth saying about the photo with the style that is chosen. */
function tellHints(hints) {
  const madeFor = document.querySelector("[name=style]:checked")?.closest("[data-for]")?.dataset.for ?? "";
  const said = hints.filter((each) => matters(each, madeFor)).map((each) => each.sentence);
  const shown = [...at("photo-hints").children].map((item) => item.textContent);
  if (said.join() === shown.join()) return; // Said once: whoever listens to the page is not told again.
  at("photo-hints").replaceChildren(
    ...said.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })),
  );
}

/** Says what is wrong with the photo, or that none is chosen; an empty sentence takes it back. */
export function photoError(sentence) {
  at("photo-error").textContent = sentence;
  at("photo-error").hidden = !sentence;
  at("photo").setAttribute("aria-invalid", String(Boolean(sentence)));
}

/** The chosen photo as `current`, and `put(file)` to choose one from elsewhere; `onChange` hears of every choice. */
export function openPhotoStep({ onChange, signedIn }) {
  const step = { current: null, hints: [] };
  let looking = new AbortController();

  /** The studio is asked only for people who are signed in; the answer to an earlier photo is given up. */
  async function ask(file, bitmap) {
    const { signal } = looking;
    const seen = await hintsOfStudio(await lookedAt(file, bitmap), signal);
    if (signal.aborted) return;
    step.hints = merged(step.hints, seen, { browserSaw: Boolean(bitmap) });
    tellHints(step.hints);
  }

  step.put = async (file) => {
    onChange();
    looking.abort();
    looking = new AbortController();
    const { signal } = looking;
    const bitmap = file && !refusal(file) ? await bitmapOf(file) : null;
    const wrong = file ? refusal(file) || (bitmap && tooSmall(bitmap)) || "" : "";
    photoError(wrong);
    step.current = wrong ? null : file;
    step.hints = show(wrong ? { file: null, bitmap: null } : { file, bitmap });
    tellHints(step.hints);
    if (step.current && signedIn && !signal.aborted) void ask(file, bitmap);
  };
  listen(step);
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
