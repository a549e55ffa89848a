/** What can be seen of a photo before it is sent: enough to warn, never to forbid what the studio would take. */
const SIDE = 192;
// Grey levels of 255: the mean below which a photo is dark, the deviation below which it shows nothing.
const DARK = 40;
const FLAT = 4;
// Edge strength by deviation, so that a dark photo does not pass for a blurred one: sharp photos measure about 2.
const BLURRED = 0.5;

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

/** Sentences worth saying about the photo on `canvas`. */
export function hintsFor(canvas) {
  const picture = greys(canvas);
  const { mean, deviation } = spread(picture.grey);
  if (deviation < FLAT) return ["There is hardly anything to see in this photo. The figurine will be a plain badge."];
  const hints = [];
  if (mean < DARK) hints.push("This photo is rather dark. A brighter one makes a clearer figurine.");
  if (sharpness(picture) / deviation < BLURRED) {
    hints.push("This photo looks blurred. A sharper one makes a crisper figurine.");
  }
  return hints;
}
