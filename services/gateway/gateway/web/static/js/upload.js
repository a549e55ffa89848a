/** Sends an order with its photo. XMLHttpRequest, because fetch cannot tell how much of a body has gone out. */
import { Problem, changeHeaders, problemFrom, unreachable } from "./api.js";

const FIELDS = ["style", "variants", "aspect_ratio", "title", "note", "delivery"];

/**
 * POST /v1/figurines, or a version of one. Resolves with the accepted figurine; rejects with Problem, code `cancelled` after an abort.
 * @param {{photo: Blob | {savedId: string}, name: string, key: string}} order  the key makes a second sending of it harmless
 * @param {{onProgress: (share: number) => void, signal: AbortSignal}} hooks  share is 0 to 1
 */
export function sendOrder(order, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", order.parent ? `/v1/figurines/${order.parent.id}/edits` : "/v1/figurines");
    for (const [name, value] of Object.entries(changeHeaders(order.key))) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => settle(request, resolve, reject));
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(new Problem({ code: "cancelled" })));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(bodyOf(order));
  });
}

function settle(request, resolve, reject) {
  if (request.status >= 200 && request.status < 300) {
    resolve(JSON.parse(request.responseText));
  } else {
    reject(problemFrom(request.status, request.responseText, request.getResponseHeader("Retry-After")));
  }
}

function bodyOf(order) {
  const form = new FormData();
  for (const field of FIELDS) form.append(field, order[field]);
  if (Object.keys(order.options).length > 0) form.append("options", JSON.stringify(order.options));
  if (order.parent) form.append("picture", order.parent.n);
  if (order.photo?.savedId) form.append("saved_photo_id", order.photo.savedId);
  else if (order.photo) form.append("photo", order.photo, order.name);
  if (order.save_photo) form.append("save_photo", "true");
  return form;
}
