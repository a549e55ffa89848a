/**
 * Before and after: the photo over the picture that was made of it, as far as a slider lets it be seen. There is only the
 * small copy that this tab shows on the bench; nothing is fetched, stored or kept longer for it.
 */
import { t } from "./language.js";

const at = (id) => document.getElementById(id);

const STILL_HERE = t("The photo is only the small copy in this tab; it goes when you clear the figurine from the bench or leave the page.");
const GONE = t("The photo is no longer here, so there is no before to show.");
const SAVED = t("The photo is the one you saved, as this tab shows it; deleted, it is gone here, too.");

function reveal() {
  const share = Number(at("compare-range").value);
  at("viewer-before").style.setProperty("clip-path", `inset(0 ${100 - share}% 0 0)`);
  at("compare-range").setAttribute("aria-valuetext", t("{share} % photo, the rest figurine", { share }));
}

/** Shows what there is of before; `photo` is a canvas on the page, or null where the photo has gone. */
export function compare(photo) {
  const here = Boolean(photo?.isConnected && photo.width);
  at("compare").hidden = !here;
  at("viewer-before").hidden = !here;
  at("compare-say").textContent = !here ? GONE : photo.dataset.saved ? SAVED : STILL_HERE;
  if (!here) return forget();
  const canvas = Object.assign(at("viewer-before"), { width: photo.width, height: photo.height });
  canvas.getContext("2d").drawImage(photo, 0, 0);
  at("compare-range").value = "0";
  return reveal();
}

/** Nothing of the photo stays in a dialog that is closed. */
function forget() {
  at("viewer-before").width = 0;
}

at("compare-range").addEventListener("input", reveal);
at("viewer").addEventListener("close", forget);
