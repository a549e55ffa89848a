/** A figurine to print: asked for, waited for, and then its files. */
import { Problem, read } from "./api.js";
import { t } from "./language.js";

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const NAMES = { stl: "STL", "3mf": "3MF", glb: "GLB", turntable: t("Turntable") };

/** Shows what there is of the model of picture `n`, and makes it when it is asked for. */
export class Printable {
  #ask;
  #files;
  #say;
  #address;
  #open = true;

  constructor(dialog, figurine, n, say) {
    this.#ask = dialog.querySelector('[data-wish="print"]');
    this.#files = dialog.querySelector('[data-wish="files"]');
    this.#say = say;
    this.#address = { figurine: `/v1/figurines/${figurine.id}`, query: `?picture=${n}` };
    this.#show({ files: [] });
    this.#ask.onclick = () => void this.#try(() => this.#make());
    dialog.addEventListener("close", () => (this.#open = false), { once: true });
    void this.#try(async () => this.#show(await this.#read()));
  }

  async #try(act) {
    try {
      await act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#say(problem.message);
      this.#ask.disabled = false;
    }
  }

  #read() {
    return read(`${this.#address.figurine}/model${this.#address.query}`);
  }

  async #make() {
    this.#ask.disabled = true;
    this.#say(t("A printable model is being made. It is free, and takes a few seconds."));
    // Asking for a file is what makes it; the answer itself is not waited for.
    await fetch(`${this.#address.figurine}/model.stl${this.#address.query}`, { method: "HEAD" }).catch(() => null);
    for (let model = await this.#read(); this.#open; model = await this.#read()) {
      if (model.state !== "making") return this.#end(model);
      await pause(model.retry_after ?? 2);
    }
  }

  #end(model) {
    this.#show(model);
    this.#say(model.failure?.sentence ?? t("The model is ready to print."));
  }

  #show(model) {
    this.#ask.disabled = false;
    this.#ask.hidden = model.files.length > 0;
    this.#files.hidden = model.files.length === 0;
    this.#files.replaceChildren(...model.files.map(link));
  }
}

function link({ format, url }) {
  return Object.assign(document.createElement("a"), { href: url, download: "", textContent: NAMES[format] ?? format });
}
