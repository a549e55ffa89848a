/** A picture in full, over the page, and what its owner may do with the figurine. */
import { Printable } from "./printable.js";
import { Wishes } from "./wishes.js";

/** Opens the dialog on a picture; `whenGone` is called when its owner deletes the figurine. */
export function openViewer({ address, label, figurine, n, whenGone }) {
  const dialog = document.getElementById("viewer");
  const picture = document.getElementById("viewer-picture");
  const save = document.getElementById("viewer-save");
  Object.assign(picture, { src: address, alt: label });
  save.href = address;
  save.download = `${label.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.jpg`;
  const wishes = new Wishes(dialog, figurine, () => {
    dialog.close();
    whenGone?.();
  });
  new Printable(dialog, figurine, n, (text) => wishes.say(text));
  dialog.showModal();
}
