/** What an owner does with a figurine: keeps it in mind, shares it, says what she thinks of it, deletes it. */
import { Problem, post, put, read, remove } from "./api.js";
import { t } from "./language.js";
import { Rating } from "./rating.js";

const within = (dialog, name) => dialog.querySelector(`[data-wish="${name}"]`);

export class Wishes {
  #dialog;
  #figurine;
  #address;
  #whenGone;
  /** Resolves once all of it stands where it stays. */
  ready;

  constructor(dialog, figurine, whenGone) {
    this.#dialog = dialog;
    this.#figurine = figurine;
    this.#address = `/v1/figurines/${figurine.id}`;
    this.#whenGone = whenGone;
    this.say("");
    this.#showFavourite();
    this.#showLink(null);
    this.#ask(false);
    const acts = {
      favourite: () => this.#toggleFavourite(),
      share: () => this.#share(),
      copy: () => this.#copy(),
      unshare: () => this.#unshare(),
      delete: () => this.#ask(true),
      keep: () => this.#ask(false),
      gone: () => this.#delete(),
    };
    for (const [name, act] of Object.entries(acts)) within(dialog, name).onclick = () => void this.#try(act);
    const rating = new Rating(dialog, this.#address, (act) => this.#try(act), (text) => this.say(text));
    this.ready = Promise.all([this.#readWishes(rating), this.#readOrigin()]);
  }

  async #try(act) {
    try {
      await act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.say(problem.message);
    }
  }

  /** One sentence about what was just done. */
  say(text) {
    within(this.#dialog, "said").textContent = text;
  }

  #showFavourite() {
    const button = within(this.#dialog, "favourite");
    button.setAttribute("aria-pressed", String(Boolean(this.#figurine.favourite)));
    button.textContent = this.#figurine.favourite ? t("A favourite") : t("Make it a favourite");
  }

  #showLink(url) {
    within(this.#dialog, "share").hidden = url !== null;
    within(this.#dialog, "link").hidden = url === null;
    within(this.#dialog, "url").value = url ?? "";
  }

  #ask(sure) {
    within(this.#dialog, "sure").hidden = !sure;
    within(this.#dialog, "delete").hidden = sure;
    if (sure) within(this.#dialog, "keep").focus();
  }

  async #readWishes(rating) {
    try {
      const said = await read(`${this.#address}/wishes`);
      if (said.share && this.#dialog.rating === rating) this.#showLink(said.share.url);
      await rating.show(said.rating);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // Not to be told now: the button and the stars stay.
    }
  }

  async #readOrigin() {
    const origin = within(this.#dialog, "origin");
    origin.textContent = "";
    try {
      const [first] = (await read(`${this.#address}/provenance`)).items;
      if (!first) return;
      const holds = first.validation.state === "Trusted";
      origin.textContent = `${first.sentence} ${holds ? t("Its signature holds.") : t("Its signature does not hold.")}`;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // Told when it is asked for again.
    }
  }

  async #toggleFavourite() {
    const path = `${this.#address}/favourite`;
    const told = this.#figurine.favourite ? await remove(path) : await put(path);
    this.#figurine.favourite = told.favourite;
    this.#showFavourite();
  }

  async #share() {
    this.#showLink((await post(`${this.#address}/share`)).url);
    this.say(t("Whoever has this link sees the pictures, with the name that stands on them, and nothing else about you."));
    within(this.#dialog, "url").select();
  }

  async #copy() {
    await navigator.clipboard.writeText(within(this.#dialog, "url").value);
    this.say(t("The link is copied."));
  }

  async #unshare() {
    await remove(`${this.#address}/share`);
    this.#showLink(null);
    this.say(t("The link leads nowhere any more."));
  }

  async #delete() {
    await remove(this.#address);
    this.#whenGone();
  }
}
