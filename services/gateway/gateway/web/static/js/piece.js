/** One figurine on the bench: its photo on the plinth, what is happening to it, and then its pictures. */
import { pictureAddress } from "./api.js";
import { t } from "./language.js";
import { openViewer } from "./viewer.js";
import { exactTime, isDelivered, isUnderway, said, since } from "./words.js";

/** "Mimi" and "Window box, 3 minutes ago" on the plate of `element`. */
export function writePlate(element, figurine, styleNames) {
  const style = styleNames.get(figurine.style) ?? figurine.style;
  const about = element.querySelector(".plate-about");
  element.querySelector(".plate-title").textContent = figurine.title || style;
  const made = figurine.created_at ? since(figurine.created_at) : "";
  about.textContent = [figurine.title && style, made].filter(Boolean).join(", ");
  if (made) about.title = exactTime(figurine.created_at);
}

/** Makes `button` show picture `n` of a figurine, and open it in full; `whenGone` follows when it is deleted there. */
export function dressPicture(button, figurine, picture, { size, label, whenGone, before = () => null }) {
  const image = button.querySelector("img");
  button.dataset.figurine = figurine.id;
  Object.assign(image, { width: picture.width, height: picture.height, alt: label });
  image.dataset.waiting = "";
  image.addEventListener("load", () => delete image.dataset.waiting, { once: true });
  image.src = pictureAddress(figurine.id, picture.n, size);
  const address = pictureAddress(figurine.id, picture.n, "full");
  button.addEventListener("click", () => openViewer({ address, label, figurine, n: picture.n, whenGone, before: before() }));
}

/** An empty plinth, with the photo on it when this page still has it. */
export function newPiece(photoCanvas, savedId = null) {
  const element = document.getElementById("piece").content.firstElementChild.cloneNode(true);
  if (photoCanvas) {
    const copy = element.querySelector(".piece-photo");
    Object.assign(copy, { width: photoCanvas.width, height: photoCanvas.height, hidden: false });
    copy.getContext("2d").drawImage(photoCanvas, 0, 0);
    if (savedId) copy.dataset.saved = savedId;
    element.querySelector(".piece-outline").hidden = true;
  }
  return element;
}

/** What the card says: `say` in one sentence, `more` below it, `actions` as {label, first?, quiet?, act}. */
export function tell(element, { look, say, more = "", progress = null, actions = [] }) {
  element.dataset.look = look;
  setText(element.querySelector(".piece-say"), say);
  setText(element.querySelector(".piece-more"), more);
  const bar = element.querySelector("progress");
  bar.hidden = progress === null;
  if (progress !== null) bar.value = progress;
  setActions(element.querySelector(".piece-actions"), actions);
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function setActions(row, actions) {
  const labels = actions.map(({ label }) => label).join("\n");
  if (row.dataset.labels !== labels) {
    row.dataset.labels = labels;
    row.replaceChildren(...actions.map(newButton));
  }
  // A button under somebody's finger stays the same button, even when what it does has changed.
  actions.forEach(({ act }, i) => (row.children[i].onclick = act));
}

function newButton({ label, first, quiet }) {
  const className = quiet ? "text-button" : `button${first ? " first" : ""}`;
  return Object.assign(document.createElement("button"), { type: "button", className, textContent: label });
}

const look = (figurine) => {
  if (isDelivered(figurine)) return "delivered";
  if (isUnderway(figurine)) return figurine.state === "rendering" ? "rendering" : "waiting";
  return figurine.state === "cancelled" ? "cancelled" : "failed";
};

/** Brings the card up to date with the figurine. */
export function showFigurine(element, figurine, { styleNames, actions }) {
  const [say, more] = said(figurine);
  writePlate(element, figurine, styleNames);
  tell(element, { look: look(figurine), say, more, actions });
  if (isDelivered(figurine)) showPictures(element, figurine);
}

function labelOf({ title, pictures }, n) {
  const name = title || t("Your figurine");
  return pictures.length > 1 ? t("{name}, picture {n} of {all}", { name, n, all: pictures.length }) : name;
}

function showPictures(element, figurine) {
  const frame = element.querySelector(".piece-pictures");
  if (frame.childElementCount > 0) return;
  frame.hidden = false;
  frame.toggleAttribute("data-many", figurine.pictures.length > 1);
  for (const picture of figurine.pictures) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "picture" });
    button.append(document.createElement("img"));
    dressPicture(button, figurine, picture, {
      size: "preview",
      label: labelOf(figurine, picture.n),
      whenGone: () => element.remove(),
      before: () => element.querySelector(".piece-photo:not([hidden])"),
    });
    frame.append(button);
  }
}
