/** Prices where nobody is signed in: a line on the first page, and cards on the page of all prices. */
import { Problem, read } from "./api.js";
import { t, tn } from "./language.js";
import { offerCard, pictureWords, priceOf } from "./offers.js";

const at = (id) => document.getElementById(id);

function packWords(pack) {
  if (!pack) return "";
  return tn("{n} credit cost {price}.", "{n} credits cost {price}.", pack.credits, { price: priceOf(pack) });
}

try {
  const [{ packs, plans, trial, free }, takes] = await Promise.all([read("/v1/catalogue"), pictureWords()]);
  const start = trial.credits ? t("New accounts start with {n}, free.", { n: trial.credits }) : "";
  at("prices").textContent = [takes, start, packWords(packs[0])].filter(Boolean).join(" ");
  at("packs")?.replaceChildren(...packs.map((pack) => offerCard(pack)));
  at("plans")?.replaceChildren(...plans.map((plan) => offerCard(plan, { free })));
} catch (problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (at("offers-away")) at("offers-away").hidden = false;
}
if (at("offers-wait")) at("offers-wait").hidden = true;
