/** What a person wants on her invoices: read when it is opened, kept when she says so. */
import { put, read } from "./api.js";
import { act, at, show } from "./act.js";
import { t } from "./language.js";

const FIELDS = ["company", "vat_number", "country"];

function fill(details) {
  for (const name of FIELDS) at(name).value = details[name];
  at("address").value = details.address.join("\n");
}

function written() {
  const lines = at("address").value.split("\n").map((line) => line.trim()).filter(Boolean);
  const fields = Object.fromEntries(FIELDS.map((name) => [name, at(name).value.trim()]));
  return { ...fields, country: fields.country.toUpperCase(), address: lines };
}

export function listenToDetails() {
  const form = at("details-form");
  at("details").addEventListener("toggle", () => {
    if (at("details").open) void show("details", async () => fill(await read("/v1/billing-details")));
  });
  form.addEventListener("input", () => (at("details-say").textContent = ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void act(form.querySelector("button"), at("details-problem"), async () => {
      fill(await put("/v1/billing-details", written()));
      at("details-say").textContent = t("Kept. Your next invoice has them.");
    });
  });
}
