/** The gallery goes on by itself: the next page is fetched when its end comes near, and put below. */
import { tn } from "./language.js";

const gallery = document.getElementById("gallery");
const more = document.getElementById("gallery-more");
const say = document.getElementById("gallery-say");
const NEAR = "800px";

/** The link stays where nothing came: pressed, it loads the page as it would without a script. */
async function bringMore(link) {
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const items = [...page.querySelectorAll("#gallery > li")];
    gallery.append(...items);
    more.replaceChildren(...page.querySelectorAll("#gallery-more > a"));
    say.textContent = tn("{n} more figurine.", "{n} more figurines.", items.length);
    return true;
  } catch {
    return false; // Offline: the link waits.
  } finally {
    link.removeAttribute("aria-busy");
  }
}

function watch() {
  const link = more?.querySelector("a");
  if (!link) return;
  const eyes = new IntersectionObserver(
    async ([seen]) => {
      if (!seen.isIntersecting) return;
      eyes.disconnect();
      if (await bringMore(link)) watch();
    },
    { rootMargin: NEAR },
  );
  eyes.observe(link);
}

watch();
// What is chosen is shown at once; the button is for where no script runs.
for (const button of document.querySelectorAll(".gallery-filter [type=submit]")) button.hidden = true;
for (const control of document.querySelectorAll(".gallery-filter select, .gallery-filter [type=checkbox]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}
