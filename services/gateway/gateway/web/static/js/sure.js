/** Asks once more before something is destroyed for good. */

function newButton(textContent, className) {
  return Object.assign(document.createElement("button"), { type: "button", className, textContent });
}

/**
 * Puts the question behind `button`; `act` is done once it is answered with yes. Returns what takes the question back.
 * @param {HTMLButtonElement} button
 * @param {{question: string, act: () => Promise<void>}} wish
 */
export function askFirst(button, { question, act }) {
  const row = Object.assign(document.createElement("div"), { className: "row sure", hidden: true });
  const keep = newButton("Keep it", "button");
  const gone = newButton("Delete for good", "button danger");
  const ask = (sure) => {
    row.hidden = !sure;
    button.hidden = sure;
  };
  row.append(Object.assign(document.createElement("span"), { textContent: question }), keep, gone);
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
