/** A picture in full, over the page, and what its owner may do with the figurine. */
import { pictureAddress } from "./api.js";
import { compare } from "./compare.js";
import { t } from "./language.js";
import { Printable } from "./printable.js";
import { Versions } from "./versions.js";
import { Wishes } from "./wishes.js";

/**
 * Opens the dialog on a picture; `whenGone` is called when its owner deletes the figurine. `before` is the canvas with
 * the photo it was made of, where this tab still shows that.
 */
export function openViewer({ address, label, figurine, n, whenGone, before = null }) {
  const dialog = document.getElementById("viewer");
  const picture = document.getElementById("viewer-picture");
  const save = document.getElementById("viewer-save");
  Object.assign(picture, { src: address, alt: label });
  compare(before);
  save.href = address;
  document.getElementById("viewer-page").href = `/figurines/${figurine.id}`;
  save.download = `${label.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.jpg`;
  const wishes = new Wishes(dialog, figurine, () => {
    dialog.close();
    whenGone?.();
  });
  const say = (text) => wishes.say(text);
  new Printable(dialog, figurine, n, say);
  new Versions(dialog, figurine, n, { say, open: openVersion });
  if (!dialog.open) dialog.showModal();
}

/** The same dialog on another version; deleted here, it leaves the shelf or the bench, wherever it stands. */
function openVersion(figurine) {
  openViewer({
    address: pictureAddress(figurine.id, 1, "full"),
    label: figurine.title || t("Your figurine"),
    figurine,
    n: 1,
    whenGone: () => document.querySelector(`button[data-figurine="${figurine.id}"]`)?.closest("li").remove(),
  });
}
