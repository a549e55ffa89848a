/** What the order in the form is a version of, if it is: told above the photo, with the way back to something new. */
import { pictureAddress } from "./api.js";
import { t } from "./language.js";

const PHOTO_GONE = t("Its photo was deleted once the figurine existed, as promised. Choose it again.");
const NO_PHOTO = t("Google Gemini goes on from the picture, so no photo is needed. With one, it is painted anew.");
const at = (id) => document.getElementById(id);

/** `current` is `{id, n, editable, name}` or null; `begin` sets it, `end` forgets it. */
export function openVersionOf() {
  const place = at("version-of");
  const versionOf = { current: null };

  versionOf.begin = (parent) => {
    versionOf.current = parent;
    at("version-of-name").textContent = t("Another version of {name}", { name: parent.name });
    at("version-of-photo").textContent = parent.editable ? NO_PHOTO : PHOTO_GONE;
    at("version-of-picture").src = pictureAddress(parent.id, parent.n, "thumb");
    place.hidden = false;
  };
  versionOf.end = () => {
    versionOf.current = null;
    place.hidden = true;
  };
  at("version-of-none").addEventListener("click", () => {
    versionOf.end();
    at("photo").focus();
  });
  return versionOf;
}
