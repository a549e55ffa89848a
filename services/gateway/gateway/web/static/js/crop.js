/** Cropping the chosen photo before it is sent: the rest is cut off in this browser and does not go out with the order. */
import { moved, pulled, rounded, shaped, whole } from "./frame.js";
import { t } from "./language.js";

const LEAST = 256;
const SHOWN_SIDE = 960;
const QUALITY = 0.95;
// What a canvas writes; whatever else was chosen becomes a JPEG.
const WRITTEN = new Set(["image/jpeg", "image/png", "image/webp"]);
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const at = (id) => document.getElementById(id);

/** Only a file that this browser can show; a saved photo lies at the studio already. */
export const canCrop = (photo, bitmap) => Boolean(photo && bitmap && !photo.savedId);

/** The part of a photo as a photo of its own, without anything else of the file; it remembers what it was cut from. */
async function cut(file, bitmap, part) {
  const canvas = new OffscreenCanvas(part.w, part.h);
  canvas.getContext("2d").drawImage(bitmap, part.x, part.y, part.w, part.h, 0, 0, part.w, part.h);
  const type = WRITTEN.has(file.type) ? file.type : "image/jpeg";
  const blob = await canvas.convertToBlob({ type, quality: QUALITY });
  return Object.assign(new File([blob], file.name, { type: blob.type }), { whole: file, part });
}

class Cropping {
  #file;
  #bitmap;
  #small;
  #frame;

  async open(photo) {
    this.#file = photo.whole ?? photo;
    this.#bitmap = await createImageBitmap(this.#file);
    const { width, height } = this.#bitmap;
    this.#frame = photo.part ?? whole({ w: width, h: height });
    const scale = Math.min(1, SHOWN_SIDE / Math.max(width, height));
    Object.assign(at("crop-photo"), { width: Math.round(width * scale), height: Math.round(height * scale) });
    this.#small = new OffscreenCanvas(at("crop-photo").width, at("crop-photo").height);
    this.#small.getContext("2d").drawImage(this.#bitmap, 0, 0, this.#small.width, this.#small.height);
    const shape = at("aspect_ratio").value;
    at("crop-shape-words").textContent = t("As the figurine, {shape}", { shape });
    at("crop-free").checked = true;
    this.#show();
    at("crop").showModal();
  }

  close() {
    this.#bitmap?.close(); // Large; and it shows what is cut off.
    this.#bitmap = null;
    this.#small = null;
    at("crop-photo").width = 0;
  }

  get #rules() {
    const [w, h] = at("aspect_ratio").value.split(":").map(Number);
    const size = { w: this.#bitmap.width, h: this.#bitmap.height };
    return { size, least: Math.min(LEAST, size.w, size.h), ratio: at("crop-shape").checked ? w / h : null };
  }

  /** Pixels of the photo for one on the screen. */
  get scale() {
    return this.#bitmap.width / at("crop-photo").clientWidth;
  }

  /** Moves a corner, or the whole frame, by so many pixels of the photo. */
  shift(corner, dx, dy) {
    this.#frame = corner ? pulled(this.#frame, corner, dx, dy, this.#rules) : moved(this.#frame, dx, dy, this.#rules);
    this.#show();
  }

  /** One press of an arrow: a fiftieth of the photo, or a fine step. */
  step(corner, [right, down], fine) {
    const step = Math.max(this.#bitmap.width, this.#bitmap.height) / (fine ? 400 : 50);
    this.shift(corner, right * step, down * step);
  }

  reshape() {
    this.#frame = shaped(this.#frame, this.#rules);
    this.#show();
  }

  /** What is chosen, or the file as it is where nothing is cut off. */
  async result() {
    const { size } = this.#rules;
    const part = rounded(this.#frame, size);
    return part.w === size.w && part.h === size.h ? this.#file : cut(this.#file, this.#bitmap, part);
  }

  #show() {
    const { size } = this.#rules;
    const { x, y, w, h } = this.#frame;
    const place = at("crop-frame").style;
    place.setProperty("inset-inline-start", `${(x / size.w) * 100}%`);
    place.setProperty("inset-block-start", `${(y / size.h) * 100}%`);
    place.setProperty("inline-size", `${(w / size.w) * 100}%`);
    place.setProperty("block-size", `${(h / size.h) * 100}%`);
    this.#shade();
    const part = rounded(this.#frame, size);
    at("crop-size").textContent = t("{width} × {height} pixels", { width: part.w, height: part.h });
  }

  /** What would be cut off lies in the dark. */
  #shade() {
    const canvas = at("crop-photo");
    const pen = canvas.getContext("2d");
    const scale = canvas.width / this.#bitmap.width;
    const { x, y, w, h } = this.#frame;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(this.#small, 0, 0);
    pen.beginPath();
    pen.rect(0, 0, canvas.width, canvas.height);
    pen.rect(x * scale, y * scale, w * scale, h * scale);
    pen.fillStyle = "rgb(20 16 10 / 0.6)";
    pen.fill("evenodd");
  }
}

function listenToHands(cropping) {
  let held = null;
  at("crop-frame").addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("button");
    grip.setPointerCapture(event.pointerId);
    held = { corner: grip.dataset.corner, x: event.clientX, y: event.clientY };
  });
  at("crop-frame").addEventListener("pointermove", (event) => {
    if (!held) return;
    const { scale } = cropping;
    cropping.shift(held.corner, (event.clientX - held.x) * scale, (event.clientY - held.y) * scale);
    [held.x, held.y] = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) at("crop-frame").addEventListener(end, () => (held = null));
  at("crop-frame").addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way) return;
    event.preventDefault();
    cropping.step(event.target.dataset.corner, way, event.shiftKey);
  });
}

/** Puts the crop of the photo step to work: `step.current` is what is chosen, and `step.put` chooses. */
export function openCrop(step) {
  const cropping = new Cropping();
  listenToHands(cropping);
  for (const id of ["crop-free", "crop-shape"]) at(id).addEventListener("change", () => cropping.reshape());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-crop]") && step.current) void cropping.open(step.current);
  });
  at("photo-whole").addEventListener("click", () => {
    void step.put(step.current.whole);
    at("photo-crop").focus();
  });
  at("crop-use").addEventListener("click", async () => {
    const photo = await cropping.result();
    at("crop").close();
    await step.put(photo);
  });
  at("crop-not").addEventListener("click", () => at("crop").close());
  at("crop").addEventListener("close", () => cropping.close());
}
