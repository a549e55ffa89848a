/** The shelf: figurines made earlier, page by page. */
import { read } from "./api.js";
import { dressPicture, writePlate } from "./piece.js";
import { isDelivered, isUnderway } from "./words.js";

const PAGE = 24;
const at = (id) => document.getElementById(id);

function standing(figurine, styleNames) {
  const element = document.getElementById("kept-piece").content.firstElementChild.cloneNode(true);
  writePlate(element, figurine, styleNames);
  dressPicture(element.querySelector("button"), figurine, figurine.pictures[0], {
    size: "thumb",
    label: figurine.title || "Your figurine",
  });
  return element;
}

/** Fills the shelf; figurines still underway are handed to `onUnderway` instead. */
export function openShelf({ styleNames, onUnderway }) {
  let cursor = null;

  async function readPage() {
    const page = await read(`/v1/figurines?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    cursor = page.next_cursor ?? null;
    page.items.filter(isUnderway).forEach(onUnderway);
    at("shelf").append(...page.items.filter(isDelivered).map((figurine) => standing(figurine, styleNames)));
  }

  async function show() {
    try {
      await readPage();
      at("shelf-away").hidden = true;
    } catch {
      at("shelf-away").hidden = false; // The panel says so, and has the button to look again.
    }
    tellWhatStands();
  }

  function tellWhatStands() {
    const empty = at("shelf").childElementCount === 0;
    at("shelf").hidden = empty;
    at("shelf-more").hidden = cursor === null;
    at("shelf-empty").hidden = !empty || !at("shelf-away").hidden;
  }

  at("shelf-again").addEventListener("click", show);
  at("shelf-more").addEventListener("click", show);
  return {
    show,
    /** A figurine from the bench takes the first place. */
    put(figurine) {
      at("shelf").prepend(standing(figurine, styleNames));
      tellWhatStands();
    },
  };
}
