// A page of Optiflow: charts are drawn and widgets come to life while the page is still being printed.

import { draw, drawAsTheyCome, plotly } from "./charts.js";
import { Kernel } from "./kernel.js";
import "./look.js";
import { bringToLife } from "./widgets.js";

let kernel;
let told;

window.optiflow = Object.defineProperty({ draw }, "plotly", { get: plotly });

const lost = () => {
  if (document.querySelector(".connection-lost")) return;
  const box = document.createElement("div");
  const again = document.createElement("button");
  box.className = "connection-lost notice bad";
  box.setAttribute("role", "alert");
  again.textContent = told.words.reload;
  again.addEventListener("click", () => window.location.reload());
  box.append(told.words.lost, " ", again);
  document.body.append(box);
};

const found = () => document.querySelector(".connection-lost")?.remove();

const connect = () => {
  const source = document.getElementById("optiflow-page");
  if (kernel || !source?.textContent.endsWith("}")) return;
  told = JSON.parse(source.textContent);
  kernel = new Kernel({ id: told.kernel, base: told.base, onLost: lost, onFound: found });
};

const bringWidgetsToLife = () => {
  for (const element of document.querySelectorAll("[data-widget]:not([data-started])")) {
    const whole = element.nextElementSibling || element.closest("section")?.nextElementSibling || document.readyState !== "loading";
    if (!kernel || !whole) continue;
    element.dataset.started = "true";
    bringToLife(element, kernel).catch((error) => console.error(error));
  }
};

// Voilà's own front end, for widgets of other kinds. It starts with the window's load event, which has passed by then.
const loadFrontEnd = () => {
  const link = document.getElementById("voila-front-end");
  if (!link) return;
  const script = document.createElement("script");
  script.src = link.href;
  script.onload = () => {
    if (document.readyState === "complete") window.dispatchEvent(new Event("load"));
  };
  document.body.append(script);
};

const step = () => {
  connect();
  bringWidgetsToLife();
};

const idle = () => new Promise((now) => (window.requestIdleCallback ?? setTimeout)(now));

const printed = async () => {
  step();
  document.getElementById("page").removeAttribute("aria-busy");
  loadFrontEnd(); // at once: its parts look out for the window's load event, which waits for them now and not later
  await idle();
  await draw();
};

// The kernel ends with the page. A page that the browser kept and shows again has none: it is loaded afresh.
window.addEventListener("pagehide", () => {
  if (!kernel) return;
  const form = new FormData();
  form.append("_xsrf", document.cookie.match(/\b_xsrf=([^;]*)/)?.[1] ?? "");
  navigator.sendBeacon(`${told.base}voila/api/shutdown/${kernel.id}`, form);
  kernel.close();
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) window.location.reload();
});

new MutationObserver(step).observe(document.documentElement, { childList: true, subtree: true });
drawAsTheyCome();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", printed);
else printed();
