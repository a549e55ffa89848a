/** The versions of a figurine beside its picture: a row of all of them, and the wish for another one. */
import { Problem, newKey, pictureAddress, post, read } from "./api.js";
import { t, tn } from "./language.js";
import { isDelivered, isUnderway } from "./words.js";

const within = (dialog, name) => dialog.querySelector(`[data-wish="${name}"]`);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** Versions that came to be or still may, each after the one it was made of, numbered in the order they were made. */
export function arranged(versions) {
  const shown = versions.filter((version) => isDelivered(version) || isUnderway(version));
  const numbers = new Map(shown.map(({ id }, i) => [id, i + 1]));
  const below = (parent) => shown.filter((version) => (numbers.has(version.parent_id) ? version.parent_id : null) === parent);
  const branch = (version) => [version, ...below(version.id).flatMap(branch)];
  return below(null)
    .flatMap(branch)
    .map((version, i, all) => ({
      ...version,
      number: numbers.get(version.id),
      // Told where the eye would not find it: the one it was made of does not stand right before it.
      from: version.parent_id !== (all[i - 1]?.id ?? null) ? numbers.get(version.parent_id) : undefined,
      parent: numbers.get(version.parent_id),
    }));
}

function nameOf({ number: n, parent, note }) {
  const name = parent ? t("Version {n}, made from {parent}", { n, parent }) : t("Version {n}", { n });
  return note ? `${name}: ${note}` : name;
}

/** Shows the tree of a figurine and takes the wish for another version of its picture `n`. */
export class Versions {
  #dialog;
  #figurine;
  #n;
  #say;
  #open;
  #key = newKey();

  /** `open(figurine)` shows another version instead; `say(text)` tells what came of a wish. */
  constructor(dialog, figurine, n, { say, open }) {
    this.#dialog = dialog;
    this.#figurine = figurine;
    this.#n = n;
    this.#say = say;
    this.#open = open;
    this.#ask(false);
    this.#showTree(figurine.versions ?? []);
    within(dialog, "again").onclick = () => (this.#editable ? this.#ask(true) : this.#toForm());
    within(dialog, "again-form").onclick = () => this.#toForm();
    within(dialog, "again-not").onclick = () => this.#ask(false);
    within(dialog, "again-ask").onsubmit = (event) => {
      event.preventDefault();
      void this.#order();
    };
    void this.#readTree();
  }

  get #editable() {
    return this.#figurine.pictures.some(({ n, editable }) => n === this.#n && editable);
  }

  get #price() {
    const style = document.querySelector(`[name=style][value="${CSS.escape(this.#figurine.style)}"]`);
    return Number(style?.dataset.price ?? this.#figurine.price / this.#figurine.variants);
  }

  #ask(open) {
    const ask = within(this.#dialog, "again-ask");
    ask.hidden = !open;
    within(this.#dialog, "again").hidden = open;
    if (!open) return;
    ask.elements.note.value = "";
    within(this.#dialog, "again-price").textContent = tn(
      "Leave it empty for the same once more. It takes {n} credit. Google Gemini gets this picture and your words; the photo is not needed.",
      "Leave it empty for the same once more. It takes {n} credits. Google Gemini gets this picture and your words; the photo is not needed.",
      this.#price,
    );
    ask.elements.note.focus();
  }

  #toForm() {
    const note = within(this.#dialog, "again-ask").elements.note.value;
    this.#dialog.close?.(); // On a page of its own it stands in no dialog.
    tell("version-wanted", { figurine: this.#figurine, n: this.#n, editable: this.#editable, note });
  }

  async #order() {
    const ask = within(this.#dialog, "again-ask");
    const button = ask.querySelector("[type=submit]");
    button.disabled = true; // One press, one version; sent again after no answer, the key keeps it one.
    try {
      const body = { note: ask.elements.note.value, picture: this.#n };
      const figurine = await post(`/v1/figurines/${this.#figurine.id}/edits`, body, this.#key);
      this.#dialog.close?.();
      tell("version-ordered", figurine);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!problem.passing) this.#key = newKey();
      this.#say(problem.message);
    } finally {
      button.disabled = false;
    }
  }

  async #readTree() {
    try {
      this.#showTree((await read(`/v1/figurines/${this.#figurine.id}`)).versions);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // What is shown stays.
    }
  }

  #showTree(versions) {
    const shown = arranged(versions);
    const row = within(this.#dialog, "versions");
    row.hidden = shown.length < 2;
    row.replaceChildren(...shown.map((version) => this.#standing(version)));
    const current = shown.find(({ id }) => id === this.#figurine.id);
    within(this.#dialog, "version").textContent = row.hidden || !current ? "" : nameOf(current);
    row.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #standing(version) {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "version" });
    button.setAttribute("aria-label", isUnderway(version) ? t("{version}, being made", { version: nameOf(version) }) : nameOf(version));
    if (version.note) button.title = version.note;
    button.disabled = !isDelivered(version);
    if (version.id === this.#figurine.id) button.setAttribute("aria-current", "true");
    else button.onclick = () => void this.#show(version.id);
    item.toggleAttribute("data-branch", version.from !== undefined);
    const said = version.from === undefined ? `${version.number}` : t("{n}, from {parent}", { n: version.number, parent: version.from });
    button.append(thumb(version), Object.assign(document.createElement("span"), { textContent: said }));
    item.append(button);
    return item;
  }

  async #show(id) {
    try {
      this.#open(await read(`/v1/figurines/${id}`));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#say(problem.message);
    }
  }
}

function thumb(version) {
  if (!isDelivered(version)) return Object.assign(document.createElement("span"), { className: "piece-outline" });
  const image = document.createElement("img");
  return Object.assign(image, { src: pictureAddress(version.id, 1, "thumb"), alt: "", loading: "lazy" });
}
