/** Words that count as they were published, in English: on a page in another language they are marked, and it is said. */
import { language, t } from "./language.js";

const elsewhere = language !== "en";

/** Says once, before `list`, that what stands in it is in English. */
export function sayPublished(list) {
  if (!elsewhere || list.previousElementSibling?.matches(".published")) return;
  const words = t("What follows stands in English, as it was published: these words are the ones that count.");
  list.before(Object.assign(document.createElement("p"), { className: "published small muted", textContent: words }));
}

/** Marks elements whose words are English, so that they are read aloud as that. */
export function inEnglish(...elements) {
  if (elsewhere) for (const element of elements) element.lang = "en";
}
