/** Lines of the record: a photo that is still here, one that is gone, something that was given to a partner. */
import { savedThumb } from "./savedphotos.js";
import { askFirst } from "./sure.js";
import { dateWords, exactTime, moment } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const REASONS = {
  generated: "its figurine exists",
  owner: "you deleted it",
  cancelled: "its order was cancelled",
  expired: "its day was over",
};

/** A moment as people say it, the exact one on hover and for machines. */
export function time(iso) {
  return Object.assign(document.createElement("time"), {
    dateTime: iso,
    title: exactTime(iso),
    textContent: moment(iso),
  });
}

function line(mark, words, more) {
  const item = document.createElement("li");
  const said = document.createElement("div");
  const sentence = document.createElement("p");
  sentence.append(...words);
  said.append(sentence);
  if (more) said.append(Object.assign(document.createElement("p"), { className: "small muted", textContent: more }));
  item.append(mark, said);
  return item;
}

/** A ring of which `left`, between 0 and 1, is still full. */
function ring(left, state) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "ring");
  svg.setAttribute("aria-hidden", "true");
  svg.dataset.state = state;
  for (const [name, dashes] of [["ring-ground", "100"], ["ring-left", `${Math.round(left * 100)} 100`]]) {
    const circle = document.createElementNS(SVG, "circle");
    const values = { class: name, cx: 10, cy: 10, r: 8, pathLength: 100, "stroke-dasharray": dashes };
    for (const [key, value] of Object.entries(values)) circle.setAttribute(key, value);
    svg.append(circle);
  }
  return svg;
}

/** How much of an upload's time is left, as a share. */
function share({ uploaded_at, delete_by }, now = Date.now()) {
  const [from, to] = [new Date(uploaded_at), new Date(delete_by)];
  return Math.min(1, Math.max(0, (to - now) / (to - from)));
}

/** A photo that was saved, and the button that deletes it. */
export function savedItem(photo, onDelete) {
  const item = document.createElement("li");
  const said = document.createElement("div");
  const sentence = document.createElement("p");
  const size = Object.assign(document.createElement("p"), {
    className: "small muted",
    textContent: `${photo.width} × ${photo.height} pixels`,
  });
  const status = Object.assign(document.createElement("p"), { className: "small" });
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "text-button",
    textContent: "Delete this photo",
  });
  status.setAttribute("role", "status");
  sentence.append("Saved at ", time(photo.saved_at));
  said.append(sentence, size, button, status);
  askFirst(button, {
    question: "It is destroyed for good.",
    act: () => onDelete(photo, { item, say: (text) => (status.textContent = text) }),
  });
  item.append(savedThumb(photo), said);
  return item;
}

function held(seconds) {
  if (seconds < 90) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

export const heldLine = (upload) =>
  line(
    ring(share(upload), "held"),
    ["Your photo from ", time(upload.uploaded_at), " is still here."],
    `${upload.sentence} It is gone by ${moment(upload.delete_by)} at the latest.`,
  );

export const proofLine = (proof) =>
  line(
    ring(0, "gone"),
    [proof.reason === "owner" ? "Your saved photo from " : "Your photo from ", time(proof.uploaded_at), " was deleted at ", time(proof.deleted_at), "."],
    `It was here for ${held(proof.held_seconds)}, and went because ${REASONS[proof.reason] ?? "its figurine could not be made"}.`,
  );

/** "Under paid terms: it may not use it for itself. It has to be rid of it by 20 January." */
function terms({ terms: said, expires_at }) {
  const until = expires_at && `It has to be rid of it by ${dateWords(expires_at)}.`;
  return [said && `${said}.`, until].filter(Boolean).join(" ");
}

/** "mira of the studio looked at 14:02: What you wrote in FS-7K3M9Q." */
export function accessLine({ operator, what, reason, at }) {
  const mark = Object.assign(document.createElement("span"), { className: "sent seen" });
  mark.setAttribute("aria-hidden", "true");
  return line(mark, [`${operator} of the studio looked at `, time(at), `: ${what}.`], `Why: ${reason}`);
}

export function disclosureLine(item, names) {
  const mark = Object.assign(document.createElement("span"), { className: "sent" });
  mark.setAttribute("aria-hidden", "true");
  const title = names?.get(item.figurine_id);
  const words = [`${item.what} went to ${item.partner_name} at `, time(item.at), "."];
  return line(mark, words, [`${item.why}${title ? `: ${title}` : ""}.`, terms(item)].filter(Boolean).join(" "));
}
