/** A question that is being written, kept for this tab: nothing that was typed is lost to an error, a reload or signing in. */
const KEY = "figurine-studio-question";

/** Does `act` with the tab's memory; a browser that lets sites keep nothing has none and refuses. */
function whereKept(act) {
  try {
    return act(sessionStorage);
  } catch {
    return null;
  }
}

/** The fields as they were left, or none. */
export function keptQuestion() {
  const kept = whereKept((memory) => memory.getItem(KEY));
  try {
    return JSON.parse(kept ?? "{}") ?? {};
  } catch {
    return {};
  }
}

export const keepQuestion = (fields) => whereKept((memory) => memory.setItem(KEY, JSON.stringify(fields)));

export const dropQuestion = () => whereKept((memory) => memory.removeItem(KEY));
