// Draws every <figure data-chart>: plotly JSON in its script, colours of the theme, text equivalent in its caption.
// Figures may arrive at any time: while the page is printed, or as HTML that Python sent. What a page shows first is
// sketched; plotly, a megabyte to load and to compile, comes when the page stands.

import { sketch } from "./sketch.js";

let loading;

// Loaded beforehand and run afterwards: what is preloaded is compiled beside the page's own thread.
const preloaded = (address) =>
  new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: address });
    link.onload = link.onerror = done; // that it failed is told by the script
    document.head.append(link);
  });

const run = (address) =>
  new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: done });
    script.onerror = () => failed(new Error("plotly could not be loaded"));
    document.head.append(script);
  });

const load = async () => {
  const address = new URL("plotly-basic.min.js", import.meta.url).href;
  await preloaded(address);
  await run(address);
  speak(window.Plotly, document.documentElement.lang);
  return window.Plotly;
};

export const plotly = () => (loading ??= load());

// Names of days and months, signs of numbers: the browser knows them for every language.
const speak = (library, language) => {
  if (language === "en") return; // plotly's own words; every other language is completed from them
  const names = (options, dates) => dates.map((date) => new Intl.DateTimeFormat(language, options).format(date));
  const days = Array.from({ length: 7 }, (_, day) => new Date(2023, 0, 1 + day));
  const months = Array.from({ length: 12 }, (_, month) => new Date(2023, month, 1));
  const parts = new Intl.NumberFormat(language).formatToParts(12345.6);
  const sign = (type) => parts.find((part) => part.type === type)?.value ?? "";
  library.register({
    moduleType: "locale",
    name: language,
    dictionary: {},
    format: {
      days: names({ weekday: "long" }, days),
      shortDays: names({ weekday: "short" }, days),
      months: names({ month: "long" }, months),
      shortMonths: names({ month: "short" }, months),
      date: language === "fr" ? "%d/%m/%Y" : "%m/%d/%Y",
      decimal: sign("decimal"),
      thousands: sign("group"),
    },
  });
};

const look = (style) => {
  const value = (name) => style.getPropertyValue(name).trim();
  const axis = { gridcolor: value("--border"), linecolor: value("--border"), zerolinecolor: value("--border"), automargin: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: value("--font"), size: 12, color: value("--text") },
    colorway: [1, 2, 3, 4, 5, 6].map((number) => value(`--series-${number}`)),
    hoverlabel: { bgcolor: value("--surface"), bordercolor: value("--border"), font: { color: value("--text") } },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    xaxis: axis,
    yaxis: axis,
  };
};

const ready = (figure) => figure.querySelector("figcaption") || document.readyState !== "loading";

const sourceOf = (figure) => ready(figure) && figure.querySelector('script[type="application/json"]');

const placeIn = (figure, source) => {
  let place = figure.querySelector(".plot");
  if (!place) {
    place = document.createElement("div");
    place.className = "plot";
    place.setAttribute("aria-hidden", "true"); // the caption says it in words
    source.after(place);
  }
  return place;
};

const drawOne = async (figure) => {
  const source = sourceOf(figure);
  if (!source) return;
  const library = await plotly();
  const style = getComputedStyle(figure);
  const colour = (_, name) => style.getPropertyValue(name).trim();
  const { data, layout } = JSON.parse(source.textContent.replace(/var\((--[\w-]+)\)/g, colour));
  const place = placeIn(figure, source);
  const language = document.documentElement.lang;
  const dressed = { ...layout, autosize: true, template: { layout: look(style) }, separators: undefined };
  await library.react(place, data, dressed, { displayModeBar: false, responsive: true, locale: language });
  figure.querySelector(".sketch")?.remove();
  figure.dataset.drawn = "true";
};

const sketchOne = (figure) => {
  const source = sourceOf(figure);
  const style = getComputedStyle(figure);
  const drawn = sketch(JSON.parse(source.textContent), {
    width: figure.clientWidth,
    height: parseInt(style.getPropertyValue("--chart-height"), 10),
    font: style.getPropertyValue("--font"),
    language: document.documentElement.lang,
  });
  if (!drawn) return false;
  placeIn(figure, source).before(drawn);
  return true;
};

export const draw = (root = document) => {
  const figures = [...root.querySelectorAll("figure[data-chart]")];
  if (root.matches?.("figure[data-chart]")) figures.unshift(root);
  return Promise.all(figures.map(drawOne));
};

export const drawAsTheyCome = () => {
  const waiting = () => document.querySelectorAll("figure[data-chart]:not([data-begun])");
  const drawWaiting = () => {
    for (const figure of waiting()) {
      if (!sourceOf(figure)) continue;
      figure.dataset.begun = "true";
      if (loading || !sketchOne(figure)) drawOne(figure);
    }
  };
  new MutationObserver(drawWaiting).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", drawWaiting);
  window.addEventListener("optiflow:theme", () => draw());
  drawWaiting();
};
