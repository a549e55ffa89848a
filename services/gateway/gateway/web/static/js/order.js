/** The order in the form: reading it, putting one back, and the key that keeps one intent one order. */
import { newKey } from "./api.js";
import { waits } from "./delivery.js";
import { optionsOf, putOptions, putStyle } from "./wall.js";

const FIELDS = ["variants", "aspect_ratio", "title", "note", "delivery"];

/** The fields of the form as plain values, and what is chosen with the style. */
export function fieldsOf(form) {
  const fields = ["style", ...FIELDS].map((name) => [name, form.elements[name]?.value ?? ""]);
  return { ...Object.fromEntries(fields), save_photo: form.elements.save_photo.checked, options: optionsOf(form) };
}

/** Fills the form from an order, a draft or a figurine; what it does not say stays as it is. */
export function putFields(form, fields) {
  for (const name of FIELDS) {
    if (fields[name] !== undefined && form.elements[name]) form.elements[name].value = fields[name];
  }
  if (fields.save_photo !== undefined) form.elements.save_photo.checked = fields.save_photo;
  if (fields.style) putStyle(form, fields.style);
  if (fields.options) putOptions(form, fields.options);
  form.dispatchEvent(new Event("change"));
}

/** A complete order from the form and its photo; `parent` is what it is a version of, which may need no photo. */
export function orderOf(form, photo, parent = null) {
  const preview = document.getElementById("preview");
  return {
    ...fieldsOf(form),
    delivery: waits(form) ? "batch" : "now",
    title: form.elements.title.value.trim(),
    photo,
    parent,
    name: photo?.name || "photo",
    preview: preview.hidden ? null : copyOf(preview),
    key: newKey(),
  };
}

// The card keeps its own copy: the form's canvas is drawn over by the next photo.
function copyOf(canvas) {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}
