/** Lets what stands on a page stay when it is read again and nothing of it has changed. */
import { exactTime, since } from "./words.js";

function refresh(element) {
  for (const time of element.querySelectorAll("time[data-since]")) {
    time.textContent = since(time.dateTime);
    time.title = exactTime(time.dateTime);
  }
  return element;
}

/**
 * Makes an element of an item, or gives back the one that stands for just this item: with the question that is open
 * in it, and with whatever has the focus.
 */
export function keeper() {
  const standing = new Map();
  return (item, make) => {
    const said = JSON.stringify(item);
    const before = standing.get(item.id);
    if (before?.said === said) return refresh(before.element);
    const element = make(item);
    if (element && item.id !== undefined) standing.set(item.id, { said, element });
    return element;
  };
}

/** Puts `elements` into a list in this order; what is there already is not taken out in between, and keeps the focus. */
export function settle(list, elements) {
  const wanted = new Set(elements);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, place) => {
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
}
