/** Photos that were saved: a row to choose from in step one, and the box that has one saved. */
import { Problem, remove } from "./api.js";
import { t } from "./language.js";
import { askFirst } from "./sure.js";
import { exactTime, moment } from "./words.js";

const at = (id) => document.getElementById(id);

/** Where a saved photo's picture is; `size` is full or thumb. */
export const savedAddress = (id, size) => `/v1/photos/${id}?size=${size}`;

/** The picture of a saved photo, small. Its words stand beside it. */
export function savedThumb({ id, width, height }) {
  return Object.assign(document.createElement("img"), {
    src: savedAddress(id, "thumb"),
    alt: "",
    width,
    height,
    loading: "lazy",
  });
}

/** A saved photo as the page chooses it: by its id, for the studio has it already. */
const chosen = ({ id, saved_at }) => ({ savedId: id, name: t("Saved at {when}", { when: moment(saved_at) }) });

/** What is no longer saved, here or in another tab, is not shown on the bench any more. */
function forgetAllBut(ids) {
  for (const canvas of document.querySelectorAll("canvas[data-saved]")) if (!ids.includes(canvas.dataset.saved)) canvas.remove();
}

export class SavedPhotos {
  #step;
  #limit = Infinity;
  #unasked;
  #marked;

  /** @param {{current: object | null, put: (photo: object | null) => Promise<void>}} step  where photos are chosen */
  constructor(step) {
    this.#step = step;
    this.#unasked = askFirst(at("saved-delete"), {
      question: t("This saved photo is destroyed for good."),
      act: () => this.#delete(),
    });
  }

  /** Brings the row up to date; what stands there already is not loaded again. */
  show({ saved, saved_limit }) {
    this.#limit = saved_limit;
    forgetAllBut(saved.map(({ id }) => id));
    const standing = new Map([...at("saved-row").children].map((item) => [item.dataset.id, item]));
    const row = at("saved-row");
    const items = saved.map((photo) => standing.get(photo.id) ?? this.#item(photo));
    // Put in again, an item that has the focus would lose it, and the next press would go nowhere.
    if (items.length !== row.children.length || items.some((item, i) => item !== row.children[i])) row.replaceChildren(...items);
    at("saved").hidden = saved.length === 0;
    this.mark(this.#step.current);
  }

  /** Shows which photo is chosen: one of the row, another one, or none. */
  mark(photo) {
    for (const radio of at("saved-row").querySelectorAll("input")) radio.checked = radio.value === photo?.savedId;
    const [box, full] = [at("save_photo"), at("saved-row").childElementCount >= this.#limit];
    at("save-photo").hidden = !photo || Boolean(photo.savedId);
    box.disabled = full;
    if (full || at("save-photo").hidden) box.checked = false;
    at("save_photo-hint").textContent = full
      ? t("You have saved {n} photos, as many as can be kept. Delete one to save another.", { n: this.#limit })
      : t("It stays here, sealed, until you delete it.");
    if (photo?.savedId === this.#marked) return; // A question that was just asked about it stays.
    this.#marked = photo?.savedId;
    this.#unasked();
    at("saved-delete").hidden = !photo?.savedId;
  }

  #item(photo) {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), {
      type: "radio",
      name: "saved_photo_id",
      value: photo.id,
      ariaLabel: t("Photo saved at {when}", { when: moment(photo.saved_at) }),
    });
    item.dataset.id = photo.id;
    label.title = t("Saved on {when}", { when: exactTime(photo.saved_at) });
    radio.addEventListener("change", () => void this.#step.put(chosen(photo)));
    label.append(radio, savedThumb(photo));
    item.append(label);
    return item;
  }

  async #delete() {
    const { savedId } = this.#step.current;
    try {
      await remove(savedAddress(savedId, "full"));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status !== 404) return this.#say(problem.message); // Deleted elsewhere is deleted too.
    }
    forgetAllBut([...at("saved-row").children].map((item) => item.dataset.id).filter((id) => id !== savedId));
    at("saved-row").querySelector(`[data-id="${savedId}"]`)?.remove();
    at("saved").hidden = at("saved-row").childElementCount === 0;
    await this.#step.put(null);
    this.#say(t("The saved photo is deleted."));
    (at("saved-row").querySelector("input") ?? at("photo")).focus();
    return undefined;
  }

  #say(sentence) {
    at("saved-say").textContent = sentence;
  }
}
