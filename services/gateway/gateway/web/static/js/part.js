/** A part of a page that is read on its own. */
import { Problem } from "./api.js";
import { whenBack } from "./line.js";

const at = (id) => document.getElementById(id);

/** Shows one part of the page; says so, and offers to look again, when no answer comes. */
export async function show(part, load) {
  at(`${part}-wait`).parentElement.setAttribute("aria-busy", "true");
  try {
    await load();
    at(`${part}-away`).hidden = true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    at(`${part}-why`).textContent = problem.message;
    at(`${part}-away`).hidden = false;
  }
  at(`${part}-wait`).hidden = true;
  at(`${part}-wait`).parentElement.removeAttribute("aria-busy");
}

/** Shows parts by name, each at once and again when its button is pressed. */
export function showParts(parts) {
  for (const [part, load] of Object.entries(parts)) {
    at(`${part}-again`).addEventListener("click", () => void show(part, load));
    whenBack(() => at(`${part}-away`).hidden || void show(part, load));
    void show(part, load);
  }
}
