/** Help and contact: the form, one's questions, and the thread that the address names behind its #. */
import { read } from "./api.js";
import { openForm } from "./askform.js";
import { show } from "./part.js";
import { since } from "./words.js";
import { leaveThread, openThread, stateWords } from "./thread.js";

const PAGE = 10;
const THREAD = /^#([0-9a-f-]{36})(?:\.([\w-]{43}))?$/;
const at = (id) => document.getElementById(id);
const own = at("own");

function ownLine({ id, reference, state, changed_at, beginning }) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `#${id}` });
  const words = Object.assign(document.createElement("span"), { className: "own-words", textContent: beginning });
  const about = Object.assign(document.createElement("span"), { className: "own-about small muted" });
  const mark = Object.assign(document.createElement("span"), { className: "mark", textContent: stateWords(state) });
  mark.dataset.state = state;
  about.append(mark, `${reference}, ${since(changed_at)}`);
  link.append(words, about);
  item.append(link);
  return item;
}

let cursor = "";

async function showOwn() {
  const page = await read(`/v1/support/tickets?limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
  own.append(...page.items.map(ownLine));
  cursor = page.next_cursor ?? "";
  at("own-more").hidden = !cursor;
  at("own-none").hidden = own.childElementCount > 0;
}

function listAgain() {
  if (!own) return;
  cursor = "";
  own.replaceChildren();
  void show("own", showOwn);
}

function follow() {
  const [, id, key] = THREAD.exec(location.hash) ?? [];
  if (id) return openThread(id, key);
  if (at("desk").hidden) {
    leaveThread();
    listAgain();
  }
  return undefined;
}

// Before anything is shown: what can be seen can be pressed.
at("own-more")?.addEventListener("click", () => void show("own", showOwn));
at("own-again")?.addEventListener("click", listAgain);
at("thread-back").addEventListener("click", (event) => {
  event.preventDefault();
  location.hash = "";
});
window.addEventListener("hashchange", follow);
openForm(listAgain);
listAgain();
follow();
