/** What an owner thinks of a figurine: stars, what could be better, and whether that may be counted. */
import { Problem, put, read } from "./api.js";
import { t } from "./language.js";
import { flip, isOn, sayIn, show } from "./switch.js";

const PURPOSE = "quality_feedback";
const COUNTED = t("It is counted, without your name.");
const NOT_COUNTED = t("It is not counted.");

export class Rating {
  #dialog;
  #address;
  #say;
  #comment = "";
  #touched = false;
  #consentRead = null;

  /** `attempt` runs what may fail and says so; `say` puts one sentence below. */
  constructor(dialog, figurineAddress, attempt, say) {
    this.#dialog = dialog;
    this.#address = `${figurineAddress}/rating`;
    this.#say = say;
    dialog.rating = this; // The dialog is one for all figurines: an answer that comes late is another one's.
    this.#fill({ stars: 0, reasons: [] });
    for (const input of [...this.#stars(), ...this.#reasons()]) {
      input.onchange = () => {
        this.#touched = true;
        this.#showRest(true);
        void attempt(() => this.#keep());
      };
    }
    this.#within("count").onclick = () => void this.#flip();
  }

  #within(name) {
    return this.#dialog.querySelector(`[data-wish="${name}"]`);
  }

  #stars() {
    return [...this.#dialog.querySelectorAll('input[name="stars"]')];
  }

  #reasons() {
    return [...this.#dialog.querySelectorAll('input[name="reasons"]')];
  }

  #fill({ stars, reasons }) {
    for (const star of this.#stars()) star.checked = Number(star.value) === stars;
    for (const box of this.#reasons()) box.checked = reasons.includes(box.value);
    this.#showRest(stars > 0);
  }

  /** What could be better is asked for, and the switch offered, once there is a rating. */
  #showRest(rated) {
    const rest = this.#within("rating");
    if (rated && rest.hidden) this.#consentRead = this.#readConsent();
    rest.hidden = !rated;
  }

  /** Shows the rating there is, if there is one; what was said meanwhile stands. Resolves once it stands where it stays. */
  async show(rating) {
    if (!rating || this.#touched || this.#dialog.rating !== this) return;
    this.#comment = rating.comment;
    this.#fill(rating);
    await this.#consentRead;
  }

  async #keep() {
    const stars = Number(this.#stars().find((star) => star.checked)?.value);
    const reasons = this.#reasons()
      .filter((box) => box.checked)
      .map((box) => box.value);
    await put(this.#address, { stars, reasons, comment: this.#comment });
    this.#say(t("Thank you. The last rating counts."));
  }

  /** The switch stays away while nobody can say how it stands. */
  async #readConsent() {
    this.#within("counting").hidden = true;
    try {
      const { items } = await read("/v1/consents");
      const consent = items.find((item) => item.purpose === PURPOSE);
      this.#within("counting").hidden = !consent;
      if (consent) this.#tell(consent);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  #tell({ granted }) {
    show(this.#within("count"), granted);
    sayIn(this.#within("counted"))(granted ? COUNTED : NOT_COUNTED);
  }

  async #flip() {
    const button = this.#within("count");
    if (await flip(button, PURPOSE, sayIn(this.#within("counted")))) this.#tell({ granted: isOn(button) });
  }
}
