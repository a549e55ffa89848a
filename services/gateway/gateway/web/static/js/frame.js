/**
 * The frame a photo is cropped with: `{x, y, w, h}` in pixels of the photo, which is `size` `{w, h}` large. A frame never
 * leaves its photo and no side of it gets shorter than `least`. `ratio` is width by height, or null where it is free.
 */
const clamp = (value, least, most) => Math.max(Math.min(value, most), Math.min(least, most));

export const whole = (size) => ({ x: 0, y: 0, w: size.w, h: size.h });

/** The frame moved as it is, as far as there is room. */
export const moved = (frame, dx, dy, { size }) => ({
  ...frame,
  x: clamp(frame.x + dx, 0, size.w - frame.w),
  y: clamp(frame.y + dy, 0, size.h - frame.h),
});

function sides(wanted, room, { least, ratio }, leads) {
  if (!ratio) return { w: clamp(wanted.w, least, room.w), h: clamp(wanted.h, least, room.h) };
  const width = leads === "w" ? wanted.w : wanted.h * ratio;
  const w = clamp(width, Math.max(least, least * ratio), Math.min(room.w, room.h * ratio));
  return { w, h: w / ratio };
}

/** The frame with one corner (`nw`, `ne`, `sw` or `se`) pulled elsewhere; the opposite one stays. */
export function pulled(frame, corner, dx, dy, rules) {
  const [west, north] = [corner.includes("w"), corner.includes("n")];
  const stays = { x: west ? frame.x + frame.w : frame.x, y: north ? frame.y + frame.h : frame.y };
  const room = { w: west ? stays.x : rules.size.w - stays.x, h: north ? stays.y : rules.size.h - stays.y };
  const wanted = { w: frame.w + (west ? -dx : dx), h: frame.h + (north ? -dy : dy) };
  const { w, h } = sides(wanted, room, rules, Math.abs(dx) >= Math.abs(dy) ? "w" : "h");
  return { x: west ? stays.x - w : stays.x, y: north ? stays.y - h : stays.y, w, h };
}

/** The largest frame of this shape within the frame, or around its middle where that would be too small. */
export function shaped(frame, { size, least, ratio }) {
  if (!ratio) return frame;
  const inside = Math.min(frame.w, frame.h * ratio);
  const w = clamp(inside, Math.max(least, least * ratio), Math.min(size.w, size.h * ratio));
  const h = w / ratio;
  const middle = { x: frame.x + frame.w / 2 - w / 2, y: frame.y + frame.h / 2 - h / 2 };
  return moved({ ...middle, w, h }, 0, 0, { size });
}

/** In whole pixels. */
export function rounded({ x, y, w, h }, size) {
  const [left, top] = [Math.round(x), Math.round(y)];
  return { x: left, y: top, w: Math.min(Math.round(w), size.w - left), h: Math.min(Math.round(h), size.h - top) };
}
