/** Prices where nobody is signed in: a line on the first page, and cards on the page of all prices. */
import { Problem, read } from "./api.js";
import { offerCard, pictureWords, priceOf } from "./offers.js";
import { credits } from "./words.js";

const at = (id) => document.getElementById(id);

try {
  const [{ packs, plans, trial, free }, takes] = await Promise.all([read("/v1/catalogue"), pictureWords()]);
  const start = trial.credits ? ` New accounts start with ${trial.credits}, free.` : "";
  const then = packs[0] ? ` ${credits(packs[0].credits)} cost ${priceOf(packs[0])}.` : "";
  at("prices").textContent = `${takes}.${start}${then}`;
  at("packs")?.replaceChildren(...packs.map((pack) => offerCard(pack)));
  at("plans")?.replaceChildren(...plans.map((plan) => offerCard(plan, { free })));
} catch (problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (at("offers-away")) at("offers-away").hidden = false;
}
