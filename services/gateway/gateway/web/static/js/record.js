/** Lines of the record: a photo that is still here, one that is gone, something that was given to a partner. */
import { t, tn, woven } from "./language.js";
import { savedThumb } from "./savedphotos.js";
import { askFirst } from "./sure.js";
import { dateWords, exactTime, moment } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const WENT = {
  generated: (held) => t("It was here for {held}, and went because its figurine exists.", { held }),
  owner: (held) => t("It was here for {held}, and went because you deleted it.", { held }),
  cancelled: (held) => t("It was here for {held}, and went because its order was cancelled.", { held }),
  expired: (held) => t("It was here for {held}, and went because its day was over.", { held }),
};
const wentWithout = (held) => t("It was here for {held}, and went because its figurine could not be made.", { held });

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
    textContent: t("{width} × {height} pixels", { width: photo.width, height: photo.height }),
  });
  const status = Object.assign(document.createElement("p"), { className: "small" });
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "text-button",
    textContent: t("Delete this photo"),
  });
  status.setAttribute("role", "status");
  sentence.append(...woven(t("Saved at {when}"), { when: time(photo.saved_at) }));
  said.append(sentence, size, button, status);
  askFirst(button, {
    question: t("It is destroyed for good."),
    act: () => onDelete(photo, { item, say: (text) => (status.textContent = text) }),
  });
  item.append(savedThumb(photo), said);
  return item;
}

function held(seconds) {
  if (seconds < 90) return tn("{n} second", "{n} seconds", seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t("{n} minutes", { n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t("{n} hours", { n: hours }) : t("{n} days", { n: Math.round(hours / 24) });
}

export const heldLine = (upload) =>
  line(
    ring(share(upload), "held"),
    woven(t("Your photo from {uploaded} is still here."), { uploaded: time(upload.uploaded_at) }),
    `${upload.sentence} ${t("It is gone by {when} at the latest.", { when: moment(upload.delete_by) })}`,
  );

export const proofLine = (proof) =>
  line(
    ring(0, "gone"),
    woven(
      proof.reason === "owner"
        ? t("Your saved photo from {uploaded} was deleted at {deleted}.")
        : t("Your photo from {uploaded} was deleted at {deleted}."),
      { uploaded: time(proof.uploaded_at), deleted: time(proof.deleted_at) },
    ),
    (WENT[proof.reason] ?? wentWithout)(held(proof.held_seconds)),
  );

/** "Under paid terms: it may not use it for itself. It has to be rid of it by 20 January." */
function terms({ terms: said, expires_at }) {
  const until = expires_at && t("It has to be rid of it by {day}.", { day: dateWords(expires_at) });
  return [said && `${said}.`, until].filter(Boolean).join(" ");
}

/** "mira of the studio looked at 14:02: What you wrote in FS-7K3M9Q." */
export function accessLine({ operator, what, reason, at }) {
  const mark = Object.assign(document.createElement("span"), { className: "sent seen" });
  mark.setAttribute("aria-hidden", "true");
  const words = woven(t("{operator} of the studio looked at {when}: {what}."), { operator, what, when: time(at) });
  return line(mark, words, t("Why: {reason}", { reason }));
}

export function disclosureLine(item, names) {
  const mark = Object.assign(document.createElement("span"), { className: "sent" });
  mark.setAttribute("aria-hidden", "true");
  const title = names?.get(item.figurine_id);
  const inside = { what: item.what, partner: item.partner_name, when: time(item.at) };
  const words = woven(t("{what} went to {partner} at {when}."), inside);
  return line(mark, words, [`${item.why}${title ? `: ${title}` : ""}.`, terms(item)].filter(Boolean).join(" "));
}
