/** The form that reaches a person. */
import { Problem, newKey, post } from "./api.js";
import { isFilledIn, showProblem } from "./form.js";
import { t, tn } from "./language.js";
import { dropQuestion, keepQuestion, keptQuestion } from "./question.js";

const at = (id) => document.getElementById(id);
const form = at("ask");
const fieldset = form.querySelector("fieldset");
const KEPT = ["topic", "message", "email", "name"].filter((name) => form.elements[name]);
const HINT = at("message-hint").textContent;
const MISSING = { message: t("Write what you want to know or tell us."), email: t("Write your e-mail address: the answer goes there.") };
const NEARLY_FULL = 500;

// One intent until something in it changes: a second press after a lost answer asks nothing twice.
let key = newKey();

const fields = () => Object.fromEntries(KEPT.map((name) => [name, form.elements[name].value]));

const lengthWords = (left) =>
  left >= 0 ? t("Room for {n} more characters.", { n: left }) : t("{n} characters too long.", { n: -left });

function tellLength() {
  const left = Number(form.elements.message.dataset.most) - form.elements.message.value.trim().length;
  const hint = at("message-hint");
  hint.textContent = left > NEARLY_FULL ? HINT : lengthWords(left);
  hint.toggleAttribute("data-bad", left < 0);
}

function wish() {
  const { topic, message, email, name } = fields();
  const website = form.elements.website.value;
  return { topic, message, ...(email && { email }), ...(name?.trim() && { name }), ...(website && { website }) };
}

function showArrived({ reference, link }) {
  at("arrived-reference").textContent = reference;
  at("arrived-say").textContent = link
    ? t("The answer will stand here, and a letter says when it is there.")
    : t("A letter to {address} confirms it, with the link to the answer. If none comes within a few minutes, look where unwanted mail goes.", { address: form.elements.email.value.trim() });
  at("arrived-link").hidden = !link;
  if (link) at("arrived-link").href = link;
  form.hidden = true;
  at("arrived").hidden = false;
  at("arrived").focus();
}

function tellProblem(problem) {
  if (problem.code === "rate_limited" && problem.retryAfter) {
    const minutes = Math.ceil(problem.retryAfter / 60);
    problem.message = tn(
      "You have written several times within a short while. It can be sent in a minute; what you wrote stays here.",
      "You have written several times within a short while. It can be sent in {n} minutes; what you wrote stays here.",
      minutes,
    );
  }
  showProblem(form, problem, at("ask-problem"));
}

async function send(onArrived) {
  at("ask-problem").hidden = true;
  if (!isFilledIn(form, MISSING)) return;
  fieldset.disabled = true;
  at("ask-say").textContent = t("Sending.");
  try {
    const asked = await post("/v1/support/tickets", wish(), key);
    dropQuestion();
    showArrived(asked);
    onArrived();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fieldset.disabled = false; // Before the focus goes to a field.
    tellProblem(problem);
  }
  fieldset.disabled = false;
  at("ask-say").textContent = "";
}

function again() {
  const { email, name } = fields();
  form.reset();
  for (const [each, value] of Object.entries({ email, name })) if (form.elements[each]) form.elements[each].value = value;
  key = newKey();
  at("arrived").hidden = true;
  form.hidden = false;
  tellLength();
  form.elements.topic.focus();
}

/** Opens the form, with what was being written in this tab; `onArrived` is told of each question that has arrived. */
export function openForm(onArrived) {
  for (const [name, value] of Object.entries(keptQuestion())) if (form.elements[name]) form.elements[name].value = value;
  fieldset.disabled = false;
  tellLength();
  form.addEventListener("input", () => {
    key = newKey();
    keepQuestion(fields());
    tellLength();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(onArrived);
  });
  at("ask-more").addEventListener("click", again);
}
