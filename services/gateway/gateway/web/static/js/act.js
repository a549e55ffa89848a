/** What the credits page's parts share: reading one of them, and doing what a button asks for. */
import { Problem } from "./api.js";

export const at = (id) => document.getElementById(id);

/** Reads and shows one part; says in its place why when no answer comes. */
export async function show(part, load) {
  const wait = at(`${part}-wait`);
  wait?.parentElement.setAttribute("aria-busy", "true");
  try {
    await load();
    at(`${part}-away`).hidden = true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    at(`${part}-why`).textContent = problem.message;
    at(`${part}-away`).hidden = false;
  }
  if (!wait) return;
  wait.hidden = true;
  wait.parentElement.removeAttribute("aria-busy");
}

/** Does what a button asks for, once at a time, and says beside it what went wrong. */
export async function act(button, say, wish) {
  button.disabled = true;
  say.hidden = true;
  try {
    await wish();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say.textContent = problem.message;
    say.hidden = false;
  }
  button.disabled = false;
}
