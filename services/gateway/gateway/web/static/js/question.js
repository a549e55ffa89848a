/** What is being written to the studio, kept for this tab: nothing that was typed is lost to an error, a reload or signing in. */
const QUESTION = "figurine-studio-question";
const REPLY = "figurine-studio-reply";

/** Does `act` with the tab's memory; a browser that lets sites keep nothing has none and refuses. */
function whereKept(act) {
  try {
    return act(sessionStorage);
  } catch {
    return null;
  }
}

const keep = (key, value) => whereKept((memory) => memory.setItem(key, JSON.stringify(value)));

function kept(key) {
  try {
    return JSON.parse(whereKept((memory) => memory.getItem(key)) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** The fields of the form as they were left, or none. */
export const keptQuestion = () => kept(QUESTION);
export const keepQuestion = (fields) => keep(QUESTION, fields);
export const dropQuestion = () => whereKept((memory) => memory.removeItem(QUESTION));

/** What was being written in the thread with this id. */
export const keptReply = (id) => (kept(REPLY).id === id ? kept(REPLY).text : "");
export const keepReply = (id, text) => keep(REPLY, { id, text });
export const dropReply = () => whereKept((memory) => memory.removeItem(REPLY));
