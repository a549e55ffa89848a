/** What can be said of a photo before it is ordered with: enough to warn, never to forbid what the studio would take. */
import { Problem, postForm } from "./api.js";
import { t } from "./language.js";

const SIDE = 192;
// Grey levels of 255: the mean below which a photo is dark, the deviation below which it shows nothing.
const DARK = 40;
const FLAT = 4;
// Edge strength by deviation, so that a dark photo does not pass for a blurred one: sharp photos measure about 2.
const BLURRED = 0.5;

const NOTHING = {
  code: "no_subject",
  sentence: t("There is hardly anything to see in this photo. The figurine will be a plain badge."),
};
const TOO_DARK = { code: "dark", sentence: t("This photo is rather dark. A brighter one makes a clearer figurine.") };
const TOO_BLURRED = { code: "blurred", sentence: t("This photo looks blurred. A sharper one makes a crisper figurine.") };

/** Greyscale of a canvas, scaled down to at most SIDE pixels a side. */
function greys(canvas) {
  const scale = Math.min(1, SIDE / Math.max(canvas.width, canvas.height));
  const width = Math.max(3, Math.round(canvas.width * scale));
  const height = Math.max(3, Math.round(canvas.height * scale));
  const small = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  small.drawImage(canvas, 0, 0, width, height);
  const { data } = small.getImageData(0, 0, width, height);
  const grey = Float32Array.from({ length: width * height }, (_, i) => {
    return 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  });
  return { grey, width, height };
}

function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** The strongest edges, as the 99th percentile of the Laplacian's size: low when nothing in the photo is sharp. */
function sharpness({ grey, width, height }) {
  const edges = [];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const i = y * width + x;
      edges.push(Math.abs(4 * grey[i] - grey[i - 1] - grey[i + 1] - grey[i - width] - grey[i + width]));
    }
  }
  return edges.sort((a, b) => a - b)[Math.floor(edges.length * 0.99)];
}

/** Hints, each a code and a sentence, that the browser itself can give about the photo on `canvas`. */
export function hintsFor(canvas) {
  const picture = greys(canvas);
  const { mean, deviation } = spread(picture.grey);
  if (deviation < FLAT) return [NOTHING];
  const hints = [];
  if (mean < DARK) hints.push(TOO_DARK);
  if (sharpness(picture) / deviation < BLURRED) hints.push(TOO_BLURRED);
  return hints;
}

const PAUSE_MS = 2500;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

async function look(photo, signal) {
  const form = new FormData();
  form.append("photo", photo, "photo");
  try {
    return await postForm("/v1/photos/check", form, signal);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return { hints: [], complete: !problem.passing }; // Away, or another photo was chosen: nobody is kept from ordering.
  }
}

/** What the studio sees in a photo, which it looks at and does not keep. Busy with others, it is asked once more. */
export async function hintsOfStudio(photo, signal) {
  const first = await look(photo, signal);
  if (first.complete || signal.aborted) return first.hints;
  await pause();
  return signal.aborted ? [] : (await look(photo, signal)).hints;
}

/** Both, each thing said once; of light and sharpness the browser knows more, where it could read the photo. */
export function merged(own, studios, { browserSaw }) {
  const codes = new Set(own.map((hint) => hint.code));
  if (browserSaw) for (const code of ["dark", "blurred"]) codes.add(code);
  return [...own, ...studios.filter((hint) => !codes.has(hint.code))];
}

/** Whether a hint matters for a style that is `made for` these; several in a photo do only where one is wanted. */
export const matters = ({ code }, madeFor) => !code.startsWith("several_") || !madeFor.includes("groups");
