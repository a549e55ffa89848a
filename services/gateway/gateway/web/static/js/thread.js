/** One question and its answers: one's own by being signed in, or that of the link in a letter by the key behind its #. */
import { Problem, newKey, post, read, remove } from "./api.js";
import { act } from "./act.js";
import { isFilledIn, showProblem } from "./form.js";
import { t, woven } from "./language.js";
import { dropReply, keepReply, keptReply } from "./question.js";
import { askFirst } from "./sure.js";
import { time } from "./record.js";
import { dateWords, moment } from "./words.js";

const LOOK_AGAIN_MS = 30_000;
const STATES = {
  open: t("Waits for an answer"),
  answered: t("Answered"),
  waiting: t("Waits for an answer"),
  closed: t("Closed"),
};
const NEXT = {
  open: t("It has arrived, and a person will answer it. A letter says when the answer is there."),
  answered: "",
  waiting: t("What you wrote has arrived. A letter says when there is an answer."),
  closed: t("This question is closed. Write a new one if something is left, and name the reference."),
};
const at = (id) => document.getElementById(id);
const form = at("reply");

export const stateWords = (state) => STATES[state];

let opened = null;
let replyKey = newKey();

const address = () => `/v1/support/tickets/${opened.id}`;
const headers = () => (opened.key ? { "Ticket-Key": opened.key } : {});

function element(name, values, ...inside) {
  const made = Object.assign(document.createElement(name), values);
  made.append(...inside);
  return made;
}

function letter({ author, text, written_at }) {
  const who = element("strong", { textContent: author === "studio" ? "Figurine Studio" : t("You") });
  const when = element("span", { className: "muted small" }, time(written_at));
  const item = element("li", { className: "letter" });
  item.dataset.author = author;
  // As text, whatever it looks like: no link in it lives.
  item.append(element("p", { className: "letter-head" }, who, when), element("p", { className: "letter-words", textContent: text }));
  return item;
}

const look = ({ operator, reason, at: when }) => element("li", {}, ...woven(t("{when}, by {operator}: {reason}"), { when: time(when), operator, reason }));

function showThread(thread) {
  at("thread-title").textContent = t("Question {reference}", { reference: thread.reference });
  at("thread-mark").textContent = STATES[thread.state];
  at("thread-mark").dataset.state = thread.state;
  at("thread-about").textContent = thread.acknowledged_at
    ? t("Asked at {asked}, confirmed by letter at {confirmed}", { asked: moment(thread.opened_at), confirmed: moment(thread.acknowledged_at) })
    : t("Asked at {asked}", { asked: moment(thread.opened_at) });
  at("letters").replaceChildren(...thread.messages.map(letter));
  at("looks").replaceChildren(...thread.accesses.map(look));
  at("thread-looks").hidden = thread.accesses.length === 0;
  at("thread-next").textContent = NEXT[thread.state];
  const closed = thread.state === "closed";
  form.hidden = closed;
  at("thread-close").hidden = closed;
  if (closed) at("thread-kept").textContent = t("It is kept until {day}, then forgotten.", { day: dateWords(thread.kept_until) });
  at("thread-body").hidden = false;
}

async function load() {
  try {
    showThread(await read(address(), headers()));
    at("thread-away").hidden = true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showAway(problem);
  }
  at("thread-wait").hidden = true;
}

function showAway(problem) {
  if (problem.status === 401) return location.assign(`/signin?next=${encodeURIComponent(`/support#${opened.id}`)}`);
  const gone = problem.status === 404;
  at("thread-away").querySelector("strong").textContent = gone
    ? t("This link leads to no question.")
    : t("This question cannot be shown right now. It is not lost.");
  at("thread-why").textContent = gone ? t("It was deleted, its time was over, or the link is not whole.") : problem.message;
  at("thread-again").hidden = gone;
  at("thread-body").hidden = true;
  at("thread-away").hidden = false;
  return undefined;
}

async function send() {
  if (!isFilledIn(form, { "reply-message": t("Write what more there is to say.") })) return;
  const fieldset = form.querySelector("fieldset");
  at("reply-problem").hidden = true;
  fieldset.disabled = true;
  at("reply-say").textContent = t("Sending.");
  try {
    await post(`${address()}/messages`, { message: form.elements["reply-message"].value }, replyKey, headers());
    form.reset();
    dropReply();
    replyKey = newKey();
    await load();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fieldset.disabled = false;
    problem.errors = problem.errors.map((error) => ({ ...error, field: `reply-${error.field}` }));
    showProblem(form, problem, at("reply-problem"));
  }
  fieldset.disabled = false;
  at("reply-say").textContent = "";
}

async function forget() {
  await act(at("thread-delete"), at("thread-problem"), async () => {
    await remove(address(), headers());
    location.assign("/support");
  });
}

/** Shows the thread with this id; `key` is that of the link in a letter, if it came with one. */
export function openThread(id, key) {
  opened = { id, key };
  at("desk").hidden = true;
  at("thread").hidden = false;
  at("thread-body").hidden = true;
  at("thread-wait").hidden = false;
  form.elements["reply-message"].value = keptReply(id);
  at("thread-title").focus();
  void load();
}

/** Back to everything else. */
export function leaveThread() {
  opened = null;
  at("thread").hidden = true;
  at("desk").hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void send();
});
form.addEventListener("input", () => {
  replyKey = newKey();
  keepReply(opened.id, form.elements["reply-message"].value);
});
at("thread-again").addEventListener("click", () => void load());
at("thread-close").addEventListener("click", () => {
  void act(at("thread-close"), at("thread-problem"), async () => {
    showThread(await post(`${address()}/close`, {}, newKey(), headers()));
    at("thread-title").focus();
  });
});
askFirst(at("thread-delete"), { question: t("Everything that was written goes for good."), act: forget });
// An answer may come while one looks; what is being written stays.
setInterval(() => {
  if (opened && !document.hidden && !at("thread-body").hidden) void load();
}, LOOK_AGAIN_MS);
