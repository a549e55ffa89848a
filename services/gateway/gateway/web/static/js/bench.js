/** The bench: every order of this page and every figurine still underway, each on its own plinth. */
import { Problem, newKey, post, read } from "./api.js";
import { t } from "./language.js";
import { isDown, whenBack } from "./line.js";
import { newPiece, showFigurine, tell, writePlate } from "./piece.js";
import { sendOrder } from "./upload.js";
import { duration, isDelivered, isUnderway } from "./words.js";

const at = (id) => document.getElementById(id);

/** Refusals of the photo itself: another one is needed. */
const PHOTO_REFUSED = new Set(["photo_unreadable", "photo_unsupported", "photo_too_large", "photo_too_small", "photo_needed"]);

/** What to do about a figurine that did not come to be, by failure code; what is not named has no cure on this page. */
const AGAIN = t("Make it again");
const NEXT_STEP = new Map([
  ["engine_unavailable", AGAIN],
  ["engine_timeout", AGAIN],
  ["cancelled", AGAIN],
  ["no_picture", t("Choose another photo")],
  ["refused_by_engine", t("Choose another photo")],
  ["photo_missing", t("Choose the photo again")],
  ["model_retired", t("Choose another style")],
  ["insufficient_credits", t("Change the order")],
  ["plan_needed", t("Change the order")],
]);

const SENT_TWICE = t("Sending it again is safe: it is made, and paid for, once.");
const FREE = t("It cost nothing.");
const WAITS = t("It could not be sent yet. It waits in this tab and goes out by itself once the studio can be reached.");

/**
 * What the bench tells the rest of the page.
 * @typedef {object} Studio
 * @property {Map<string, string>} styleNames
 * @property {(figurine: object) => void} onAccepted  an order has arrived at the studio
 * @property {(figurine: object) => void} onSettled  a figurine reached its last state
 * @property {(figurine: object) => void} onKept  the person moved one to the shelf
 * @property {(order: object, problem?: Problem, photoToBlame?: boolean) => void} onReorder  it goes back into the form
 * @property {(order: object) => void} onSignedOut
 */
export class Bench {
  #studio;
  #places = new Map();

  /** @param {Studio} studio */
  constructor(studio) {
    this.#studio = studio;
  }

  /** Ids of the figurines that are not finished. */
  get underway() {
    return [...this.#places.values()].filter(({ figurine }) => isUnderway(figurine)).map(({ figurine }) => figurine.id);
  }

  /** Puts an order on the bench and sends it; resolves with true once it is accepted. */
  send(order) {
    const element = newPiece(order.preview, order.photo?.savedId);
    writePlate(element, order, this.#studio.styleNames);
    this.#stand(element);
    element.scrollIntoView({ block: "nearest" });
    return this.#sendFrom(element, order);
  }

  /** Brings a figurine's place up to date; one begun elsewhere gets a place while it is underway. */
  adopt(figurine) {
    if (!this.#places.has(figurine.id)) {
      if (!isUnderway(figurine)) return;
      const element = newPiece(null);
      this.#stand(element);
      this.#places.set(figurine.id, { element, order: null });
    }
    this.#show(this.#places.get(figurine.id), figurine);
  }

  /** Reads a figurine again; one that was deleted elsewhere leaves the bench. Throws Problem when no answer came. */
  async refresh(id) {
    try {
      this.adopt(await read(`/v1/figurines/${id}`));
    } catch (problem) {
      if (problem.status !== 404) throw problem;
      this.#forget(id);
    }
  }

  #stand(element) {
    at("bench").prepend(element);
    at("bench-band").hidden = false;
  }

  #clear(element) {
    element.remove();
    at("bench-band").hidden = at("bench").childElementCount === 0;
  }

  #forget(id) {
    const place = this.#places.get(id);
    if (!place) return;
    this.#places.delete(id);
    this.#clear(place.element);
  }

  async #sendFrom(element, order) {
    const stop = new AbortController();
    const cancel = { label: t("Cancel"), act: () => stop.abort() };
    const onProgress = (share) => {
      // Of a saved photo only its id goes out: there is nothing to wait for, and nothing to clean again.
      if (order.photo?.savedId) tell(element, { look: "waiting", say: t("Ordering it with your saved photo."), actions: [cancel] });
      else tell(element, { ...sending(share), progress: share, actions: [cancel] });
    };
    onProgress(0);
    try {
      const figurine = await sendOrder(order, { onProgress, signal: stop.signal });
      this.#studio.onAccepted(figurine);
      this.#forget(figurine.id); // Live news may have been faster than the answer and given it a place of its own.
      const place = { element, order };
      this.#places.set(figurine.id, place);
      this.#show(place, { title: order.title, style: order.style, ...figurine });
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#refuse(element, order, problem);
      return false;
    }
  }

  #refuse(element, order, problem) {
    if (problem.code === "cancelled") return this.#clear(element);
    if (problem.passing) return this.#offerAgain(element, order, problem);
    this.#clear(element);
    if (problem.status === 401) return this.#studio.onSignedOut(order);
    const savedIsGone = problem.status === 404 && Boolean(order.photo?.savedId);
    return this.#studio.onReorder(order, problem, savedIsGone || PHOTO_REFUSED.has(problem.code));
  }

  #offerAgain(element, order, problem) {
    if (isDown()) return this.#waitForLine(element, order);
    const wait = problem.retryAfter ? `${t("Wait {duration} first.", { duration: duration(problem.retryAfter) })} ` : "";
    const again = { label: t("Send it again"), first: true, act: () => void this.#sendFrom(element, order) };
    const more = `${wait}${problem.status === 0 || problem.status >= 500 ? SENT_TWICE : FREE}`;
    tell(element, { look: "failed", say: problem.message, more, actions: [again, this.#clearing(element)] });
    announce(problem.message);
    return undefined;
  }

  /** Nothing got through: the order waits in this tab, and goes out by itself under the same key. */
  #waitForLine(element, order) {
    const forget = whenBack(() => {
      forget();
      void this.#sendFrom(element, order);
    });
    const giveUp = () => {
      forget();
      this.#clear(element);
    };
    tell(element, { look: "waiting", say: WAITS, more: SENT_TWICE, actions: [{ label: t("Do not send it"), act: giveUp }] });
    announce(WAITS);
  }

  #show(place, figurine) {
    const before = place.figurine;
    place.figurine = figurine;
    showFigurine(place.element, figurine, { styleNames: this.#studio.styleNames, actions: this.#actions(place) });
    if (before?.state === figurine.state) return;
    announce(`${figurine.title || t("Your figurine")}: ${place.element.querySelector(".piece-say").textContent}`);
    if (!isUnderway(figurine)) this.#studio.onSettled(figurine);
  }

  #actions(place) {
    const { figurine, element } = place;
    if (isUnderway(figurine)) return [{ label: t("Cancel"), act: () => void this.#cancel(place) }];
    if (!isDelivered(figurine)) return [...this.#nextSteps(place), this.#clearing(element)];
    const keep = () => {
      this.#clear(element);
      this.#studio.onKept(figurine);
    };
    return [{ label: t("Put it on the shelf"), act: keep }];
  }

  #nextSteps({ figurine, order, element }) {
    const label = NEXT_STEP.get(figurine.failure?.code ?? figurine.state);
    if (!label) return [];
    const again = () => {
      this.#clear(element);
      void this.send({ ...order, key: newKey() });
    };
    if (!order && figurine.parent_id && !figurine.upload_id) {
      return [{ label: AGAIN, first: true, act: () => void this.#orderVersionAgain(figurine, element) }];
    }
    const reorder = () => this.#studio.onReorder(order ?? figurine);
    if (label !== AGAIN) return [{ label, first: true, act: reorder }];
    if (!order) return [{ label: t("Choose the photo again"), first: true, act: reorder }];
    return [{ label, first: true, act: again }];
  }

  /** A version that needs no photo is ordered again as it was. */
  async #orderVersionAgain(figurine, element) {
    const { note, picture } = figurine.versions.find(({ id }) => id === figurine.id);
    const { style, variants, aspect_ratio, title, options } = figurine;
    const body = { note, picture, style, variants, aspect_ratio, title, options };
    try {
      this.adopt(await post(`/v1/figurines/${figurine.parent_id}/edits`, body));
      this.#clear(element);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      tell(element, { look: "failed", say: problem.message, more: FREE, actions: [this.#clearing(element)] });
      announce(problem.message);
    }
  }

  #clearing(element) {
    return { label: t("Clear from the bench"), quiet: true, act: () => this.#clear(element) };
  }

  async #cancel({ figurine }) {
    try {
      await post(`/v1/figurines/${figurine.id}/cancel`);
      await this.refresh(figurine.id);
    } catch (problem) {
      announce(problem.message); // Too late, or no answer; the next reading shows which.
    }
  }
}

function announce(sentence) {
  at("news").textContent = sentence;
}

const sending = (share) =>
  share < 1
    ? { look: "waiting", say: t("Sending your photo, {percent} %", { percent: Math.floor(share * 100) }) }
    : { look: "waiting", say: t("Your photo is being checked and cleaned.") };
