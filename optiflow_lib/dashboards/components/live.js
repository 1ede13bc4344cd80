// Connects the page's printed regions to Python: what is touched goes there, what changes comes back as HTML.
// An element with data-do="x" asks for x: buttons and links when clicked, forms when sent, fields when changed.
// HTML from Python is already escaped (components/html.py); nothing here builds HTML from names.

const WAIT_MS = 20000;
const TYPING_MS = 150;
const TOLD_MS = 8000; // how long good news stays
const LATER_MS = 400; // until a calculation that goes on is asked about again

const valuesOf = (form) => {
  const values = {};
  for (const field of form ? form.elements : []) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox") {
      values[field.name] ??= [];
      if (field.checked) values[field.name].push(field.value);
    } else if (field.type !== "radio" || field.checked) {
      values[field.name] = field.value;
    }
  }
  return values;
};

const setAddress = (query) => {
  const address = new URL(window.location.href);
  for (const [name, value] of Object.entries(query)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  window.history.replaceState(window.history.state, "", address);
};

const keep = (file) => {
  const bytes = Uint8Array.from(atob(file.content), (sign) => sign.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }));
  link.download = file.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};

// Outside the served pages nobody has loaded plotly and the styles: the kernel lends them, once for the document.
const lent = (model) => {
  window.optiflow ??= {};
  window.optiflow.plotly ??= new Promise((loaded) => {
    const take = (message) => {
      if (!message.plotly) return;
      model.off("msg:custom", take);
      const style = document.createElement("style");
      const script = document.createElement("script");
      style.textContent = message.styles;
      script.textContent = message.plotly;
      document.head.append(style, script);
      loaded(window.Plotly);
    };
    model.on("msg:custom", take);
    model.send({ do: "lend" });
  });
  return async (root) => {
    const plotly = await window.optiflow.plotly;
    for (const figure of root.querySelectorAll("figure[data-chart]")) drawn(plotly, figure);
  };
};

const drawn = (plotly, figure) => {
  const style = getComputedStyle(figure);
  const value = (name) => style.getPropertyValue(name).trim() || "#808080";
  const source = figure.querySelector("script").textContent;
  const { data, layout } = JSON.parse(source.replace(/var\((--[\w-]+)\)/g, (_, name) => value(name)));
  const place = figure.querySelector(".plot") ?? document.createElement("div");
  place.className = "plot";
  figure.prepend(place);
  const clear = "rgba(0,0,0,0)";
  const axis = { gridcolor: value("--border"), zerolinecolor: value("--border") };
  const look = { paper_bgcolor: clear, plot_bgcolor: clear, font: { color: value("--text") }, xaxis: axis, yaxis: axis };
  const height = parseInt(style.getPropertyValue("--chart-height"), 10);
  plotly.react(place, data, { ...layout, height, template: { layout: look } }, { displayModeBar: false, responsive: true });
};

function render({ model, el }) {
  const name = model.get("name");
  const stop = new AbortController();
  const waiting = new Map();
  let number = 0;
  let typing;
  let later;
  let regions = [...document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)];
  const printed = regions.length > 0;
  const draw = (root) => (window.optiflow?.draw ?? lent(model))(root);
  const regionOf = (key) => regions.find((region) => region.dataset.region === key);

  const lost = () => {
    if (document.querySelector(".connection-lost")) return;
    const words = model.get("words");
    const box = document.createElement("div");
    const again = document.createElement("button");
    box.className = "connection-lost notice bad";
    box.setAttribute("role", "alert");
    box.append(words.lost, " ", again);
    again.textContent = words.reload;
    again.addEventListener("click", () => window.location.reload());
    document.body.append(box);
  };

  const ask = (content, busy) => {
    number += 1;
    const key = number;
    const late = setTimeout(() => busy?.setAttribute("aria-busy", "true"), 200);
    waiting.set(key, { busy, late, gone: setTimeout(lost, WAIT_MS) });
    try {
      model.send({ ...content, number: key });
    } catch {
      lost();
    }
  };

  // What was typed and not sent survives a reload after a lost connection.
  const draftOf = (field) => field.form?.dataset.keep && field.name && `${name}:${field.form.dataset.keep}:${field.name}`;
  const restore = (root) => {
    for (const field of root.querySelectorAll("form[data-keep] [name]")) {
      const kept = window.sessionStorage.getItem(draftOf(field));
      if (kept !== null) field.value = kept;
    }
  };
  const forget = (form) => {
    for (const field of form.elements) if (draftOf(field)) window.sessionStorage.removeItem(draftOf(field));
  };

  // A dialog that is closed, not only taken away, gives the focus back to where it came from.
  const leave = (region) => region.querySelector("dialog[open]")?.close();

  const asked = (source, event) => {
    const { do: what, form: id, ...given } = source.dataset;
    const form = id ? document.getElementById(id) : source.form ?? source.closest("form");
    const own = source.name && source.type !== "checkbox" ? { [source.name]: source.value } : {};
    if (source.matches("form, a, button")) event?.preventDefault();
    ask({ ...valuesOf(source.matches("form") ? source : form), ...given, ...own, do: what }, source.closest("[data-region]"));
    if (source.matches("form[data-keep]")) forget(source);
  };

  const onClick = (event) => {
    const source = event.target.closest("[data-do]");
    if (source?.matches("a, button, tr")) asked(source, event);
    if (event.target.closest("[data-close]")) {
      const region = event.target.closest("[data-region]");
      leave(region);
      region.replaceChildren();
    }
    const toggle = event.target.closest("[data-check-all]");
    if (toggle) {
      for (const box of toggle.closest("form").querySelectorAll(`[name="${toggle.dataset.checkAll}"]`)) box.checked = toggle.checked;
    }
  };
  const onChange = (event) => {
    const source = event.target.closest("[data-do]");
    if (source?.matches("select, input:not([type=search])")) asked(source, event);
  };
  const onInput = (event) => {
    const field = event.target;
    if (draftOf(field)) window.sessionStorage.setItem(draftOf(field), field.value);
    if (!field.matches("input[type=search][data-do]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => asked(field), TYPING_MS);
  };
  const onSubmit = (event) => {
    const source = event.target.closest("form");
    event.preventDefault();
    if (source.dataset.do) asked(source, event);
  };
  const onKey = (event) => {
    const here = event.target.closest("[data-row]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!here || !step || event.target.matches("select, input:not([type=checkbox])")) return;
    const rows = [...here.closest("[data-region]").querySelectorAll("[data-row]")];
    const next = rows[rows.indexOf(here) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  const connect = (region) => {
    const { signal } = stop;
    region.addEventListener("click", onClick, { signal });
    region.addEventListener("change", onChange, { signal });
    region.addEventListener("input", onInput, { signal });
    region.addEventListener("submit", onSubmit, { signal });
    region.addEventListener("keydown", onKey, { signal });
    region.removeAttribute("aria-busy");
    restore(region);
  };

  const placed = (key) => {
    const region = document.createElement("div");
    region.dataset.live = name;
    region.dataset.region = key;
    el.append(region);
    regions.push(region);
    connect(region);
    return region;
  };

  const replace = (region, html) => {
    const active = document.activeElement;
    const field = region.contains(active) ? active.id : "";
    leave(region);
    region.innerHTML = html;
    region.querySelector("dialog[data-modal]")?.showModal();
    restore(region);
    if (region.querySelector("figure[data-chart]")) draw(region);
    if (field) document.getElementById(field)?.focus({ preventScroll: true });
    const told = region.querySelector(".told:has(> .notice.good)");
    if (told) setTimeout(() => told.remove(), TOLD_MS);
  };

  const onReply = (message) => {
    const request = waiting.get(message.number);
    if (request) {
      clearTimeout(request.late);
      clearTimeout(request.gone);
      request.busy?.removeAttribute("aria-busy");
      waiting.delete(message.number);
    }
    for (const [key, html] of Object.entries(message.regions ?? {})) replace(regionOf(key) ?? placed(key), html);
    if (message.query) setAddress(message.query);
    if (message.file) keep(message.file);
    if (message.reveal) document.querySelector(message.reveal)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    if (message.later) {
      clearTimeout(later);
      later = setTimeout(() => ask({ do: message.later }), LATER_MS);
    }
    if (message.focus) document.querySelector(message.focus)?.focus();
  };

  el.classList.add("optiflow-live");
  model.on("msg:custom", onReply);
  regions.forEach(connect);
  if (!window.optiflow?.draw) regions.forEach(draw);
  if (!printed) ask({ do: "render" });
  window.dispatchEvent(new CustomEvent("optiflow:live", { detail: name }));
  return () => {
    stop.abort();
    clearTimeout(later);
    model.off("msg:custom", onReply);
    for (const { late, gone } of waiting.values()) [late, gone].forEach(clearTimeout);
  };
}

export default { render };
