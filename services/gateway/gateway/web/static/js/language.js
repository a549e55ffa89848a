/**
 * The language of the page: its words and its formats. A page in English needs nothing for it; for any other one the
 * page has loaded a catalogue before its modules run. Where that could not be had, everything is said in English.
 */
const messages = globalThis.figurineMessages ?? null;
const HOLE = /\{(\w+)\}/;

/** What the page is written in, and what the API is asked to say its sentences in. */
export const pageLanguage = document.documentElement.lang || "en";

/** What modules say their words in. */
export const language = messages ? pageLanguage : "en";

/** For `Intl`: dates, numbers and money as they are written in this language. */
export const locale = language === "en" ? "en-GB" : language;

const plurals = new Intl.PluralRules(locale);

const filled = (text, values) =>
  text.replaceAll(new RegExp(HOLE, "g"), (hole, name) => String(values[name] ?? hole));

/** A text in the page's language; `{name}` in it becomes the value of that name, a hole without one stays. */
export const t = (text, values = {}) => filled(messages?.[text] ?? text, values);

/** One text for one, another for more; `{n}` is the number, unless `values` has it written otherwise. */
export function tn(one, many, n, values = {}) {
  const forms = messages?.[one] ?? [one, many];
  return filled(plurals.select(n) === "one" ? forms[0] : forms.at(-1), { n, ...values });
}

/** A text with elements in its holes, as what `append` takes: words stay words, whatever is in them. */
export const woven = (text, inside) =>
  text.split(HOLE).map((part, i) => (i % 2 ? inside[part] : part)).filter((part) => part !== "");
