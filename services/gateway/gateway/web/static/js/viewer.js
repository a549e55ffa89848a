/** A picture in full, over the page. */

/** Opens the dialog on the picture at `address`. */
export function openViewer({ address, label }) {
  const dialog = document.getElementById("viewer");
  const picture = document.getElementById("viewer-picture");
  const save = document.getElementById("viewer-save");
  Object.assign(picture, { src: address, alt: label });
  save.href = address;
  save.download = `${label.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.jpg`;
  dialog.showModal();
}
