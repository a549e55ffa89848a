/** Asks once more before something is done that costs, or is gone for good. */
import { t } from "./language.js";

function newButton(textContent, className) {
  return Object.assign(document.createElement("button"), { type: "button", className, textContent });
}

/**
 * Puts the question behind `button`; `act` is done once it is answered with yes. Returns what takes the question back.
 * @param {HTMLButtonElement} button
 * @param {{question: string | (() => string), act: () => Promise<void>, keep?: string, go?: string}} wish
 */
export function askFirst(button, { question, act, keep: no = t("Keep it"), go: yes }) {
  const row = Object.assign(document.createElement("div"), { className: "row sure", hidden: true });
  const keep = newButton(no, "button");
  const gone = newButton(yes ?? t("Delete for good"), yes ? "button first" : "button danger");
  const words = document.createElement("span");
  const ask = (sure) => {
    words.textContent = typeof question === "function" ? question() : question;
    row.hidden = !sure;
    button.hidden = sure;
  };
  row.append(words, keep, gone);
  button.after(row);
  button.addEventListener("click", () => {
    ask(true);
    keep.focus();
  });
  keep.addEventListener("click", () => {
    ask(false);
    button.focus();
  });
  gone.addEventListener("click", async () => {
    gone.disabled = true; // One press is enough; the second would be told that there is nothing.
    try {
      await act();
    } finally {
      gone.disabled = false;
    }
  });
  return () => ask(false);
}
