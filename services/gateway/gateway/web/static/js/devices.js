/** Where a person is signed in: one line per device, and the buttons that end them. */
import { Problem, read, remove } from "./api.js";
import { t, woven } from "./language.js";
import { time } from "./record.js";
import { since } from "./words.js";

const at = (id) => document.getElementById(id);

function seen(session) {
  const line = Object.assign(document.createElement("p"), { className: "small muted" });
  const inside = { when: time(session.created_at), ago: since(session.last_seen_at) };
  line.append(...woven(t("Signed in at {when}, last used {ago}."), inside));
  return line;
}

async function end(button, act, look) {
  button.disabled = true;
  at("devices-said").textContent = "";
  try {
    await act();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status !== 404) at("devices-said").textContent = problem.message; // Gone already is gone.
  }
  button.disabled = false;
  await look();
  at("devices-title").focus();
}

function deviceItem(session, look) {
  const item = Object.assign(document.createElement("li"), { className: "device" });
  item.append(Object.assign(document.createElement("p"), { className: "device-name", textContent: session.device }));
  if (session.current) {
    const mark = Object.assign(document.createElement("span"), { className: "mark", textContent: t("This device") });
    mark.dataset.state = "good";
    item.append(mark);
  } else {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "text-button",
      textContent: t("Sign out"),
    });
    button.setAttribute("aria-label", t("Sign out: {device}, last used {ago}", { device: session.device, ago: since(session.last_seen_at) }));
    button.addEventListener("click", () => void end(button, () => remove(`/v1/sessions/${session.id}`), look));
    item.append(button);
  }
  item.append(seen(session));
  return item;
}

let everywhere = null;

/** Lists the devices; `look` lists them again. */
export async function showDevices(look) {
  const { items } = await read("/v1/sessions");
  const first = [...items].sort((one, other) => Number(other.current) - Number(one.current));
  at("devices").replaceChildren(...first.map((session) => deviceItem(session, look)));
  at("everywhere").hidden = items.length < 2;
  if (everywhere) return;
  everywhere = () => void end(at("everywhere"), () => remove("/v1/sessions"), look);
  at("everywhere").addEventListener("click", everywhere);
}
