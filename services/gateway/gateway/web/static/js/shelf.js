/** The shelf: figurines made earlier, page by page. */
import { Problem, read } from "./api.js";
import { t } from "./language.js";
import { dressPicture, writePlate } from "./piece.js";
import { isDelivered, isUnderway } from "./words.js";

const PAGE = 24;
const at = (id) => document.getElementById(id);

function standing(figurine, styleNames, whenGone) {
  const element = document.getElementById("kept-piece").content.firstElementChild.cloneNode(true);
  writePlate(element, figurine, styleNames);
  dressPicture(element.querySelector("button"), figurine, figurine.pictures[0], {
    size: "thumb",
    label: figurine.title || t("Your figurine"),
    whenGone: () => {
      element.remove();
      whenGone();
    },
  });
  return element;
}

/** Shows earlier figurines; those still underway are handed to `onUnderway` instead. */
export class Shelf {
  #styleNames;
  #onUnderway;
  #cursor = null;

  constructor({ styleNames, onUnderway }) {
    this.#styleNames = styleNames;
    this.#onUnderway = onUnderway;
    at("shelf-again").addEventListener("click", () => void this.show());
    at("shelf-more").addEventListener("click", () => void this.show());
  }

  /** Reads the next page and puts it up; says so when no answer comes. */
  async show() {
    try {
      await this.#readPage();
      at("shelf-away").hidden = true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      at("shelf-away").hidden = false;
    }
    this.#tellWhatStands();
  }

  /** A figurine from the bench takes the first place. */
  put(figurine) {
    at("shelf").prepend(this.#standing(figurine));
    this.#tellWhatStands();
  }

  #standing(figurine) {
    return standing(figurine, this.#styleNames, () => this.#tellWhatStands());
  }

  async #readPage() {
    const from = this.#cursor ? `&cursor=${encodeURIComponent(this.#cursor)}` : "";
    const page = await read(`/v1/figurines?limit=${PAGE}${from}`);
    this.#cursor = page.next_cursor ?? null;
    page.items.filter(isUnderway).forEach(this.#onUnderway);
    at("shelf").append(...page.items.filter(isDelivered).map((figurine) => this.#standing(figurine)));
  }

  #tellWhatStands() {
    const empty = at("shelf").childElementCount === 0;
    at("shelf").hidden = empty;
    at("shelf-more").hidden = this.#cursor === null;
    at("shelf-empty").hidden = !empty || !at("shelf-away").hidden;
  }
}
