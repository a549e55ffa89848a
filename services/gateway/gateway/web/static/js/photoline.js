/** The small line that says when an uploaded photo is, or was, deleted. */
import { read } from "./api.js";
import { exactTime, moment } from "./words.js";

const SHOWN = 3;

function line(text, { gone, title }) {
  const item = document.createElement("li");
  item.toggleAttribute("data-gone", gone);
  const words = Object.assign(document.createElement("span"), { textContent: text, title });
  item.append(words);
  return item;
}

const held = (upload) =>
  line(`A photo of yours is still here. It is deleted once its figurine exists, by ${moment(upload.delete_by)} at the latest.`, {
    gone: false,
    title: exactTime(upload.delete_by),
  });

const gone = (proof) =>
  line(
    proof.uploaded_at
      ? `Your photo from ${moment(proof.uploaded_at)} was deleted at ${moment(proof.deleted_at)}.`
      : `Your photo was deleted at ${moment(proof.deleted_at)}.`,
    { gone: true, title: exactTime(proof.deleted_at) },
  );

/** Reads and tells; resolves with true while a photo is still held. Old lines stay when no answer comes. */
export async function tellPhotos() {
  const { uploads, proofs } = await read("/v1/photos");
  const still = uploads.filter((upload) => upload.state !== "deleted");
  const lines = [...still.map(held), ...proofs.slice(0, SHOWN).map(gone)];
  document.getElementById("photo-line").replaceChildren(...lines);
  return still.length > 0;
}
