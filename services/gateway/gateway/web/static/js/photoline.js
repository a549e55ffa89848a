/** The small line that says when an uploaded photo is, or was, deleted. */
import { t, tn } from "./language.js";
import { exactTime, moment } from "./words.js";

const SHOWN = 3;
/** Photos that were sent from here or seen here, and whose proof has not been read yet. */
const awaited = new Set();

function line(text, { gone, title }) {
  const item = document.createElement("li");
  item.toggleAttribute("data-gone", gone);
  const words = Object.assign(document.createElement("span"), { textContent: text, title });
  item.append(words);
  return item;
}

function held(uploads) {
  const last = uploads.map((upload) => upload.delete_by).sort().at(-1);
  const words = tn(
    "A photo of yours is still here. It is deleted once its figurine exists, by {when} at the latest.",
    "{n} photos of yours are still here. Each is deleted once its figurine exists, by {when} at the latest.",
    uploads.length,
    { when: moment(last) },
  );
  return line(words, { gone: false, title: exactTime(last) });
}

function goneWords({ uploaded_at, deleted_at, reason }) {
  const deleted = moment(deleted_at);
  if (!uploaded_at) return t("Your photo was deleted at {deleted}.", { deleted });
  const values = { uploaded: moment(uploaded_at), deleted };
  if (reason === "owner") return t("Your saved photo from {uploaded} was deleted at {deleted}.", values);
  return t("Your photo from {uploaded} was deleted at {deleted}.", values);
}

const gone = (proof) => line(goneWords(proof), { gone: true, title: exactTime(proof.deleted_at) });

/** From now on the proof of this upload is waited for, whether or not the photo is ever seen lying here. */
export const awaitProof = (uploadId) => void awaited.add(uploadId);

/** Tells what was read; true while a photo is held or its proof is not there. */
export function tellPhotos({ uploads, proofs }) {
  const still = uploads.filter((upload) => upload.state !== "deleted");
  const lines = [...(still.length > 0 ? [held(still)] : []), ...proofs.slice(0, SHOWN).map(gone)];
  document.getElementById("photo-line").replaceChildren(...lines);
  // The proof is filed a moment after the photo has gone.
  for (const { id } of uploads) awaited.add(id);
  for (const { upload_id } of proofs) awaited.delete(upload_id);
  return awaited.size > 0;
}
