/** The notice of a changed policy: goes once its button is pressed, without taking the page along. */
import { post } from "./api.js";
import { act } from "./act.js";

const news = document.getElementById("policy-news");
const form = news.querySelector("form");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void act(form.querySelector("button"), document.getElementById("policy-news-bad"), async () => {
    await post("/v1/policy/acknowledge", { version: form.dataset.version });
    const main = document.getElementById("main");
    news.remove();
    // What had the focus is gone: go on where the page begins.
    main.focus({ preventScroll: true });
  });
});
