// Draws every <figure data-chart>: plotly JSON in its script, colours of the theme, text equivalent in its caption.
// Figures may arrive at any time: while the page is printed, or as HTML that Python sent.

let loading;

export const plotly = () =>
  (loading ??= new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = new URL("plotly-basic.min.js", import.meta.url).href;
    script.onload = () => {
      speak(window.Plotly, document.documentElement.lang);
      loaded(window.Plotly);
    };
    script.onerror = () => failed(new Error("plotly could not be loaded"));
    document.head.append(script);
  }));

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

const drawOne = async (figure) => {
  const source = figure.querySelector('script[type="application/json"]');
  if (!source || !ready(figure)) return;
  const library = await plotly();
  const style = getComputedStyle(figure);
  const colour = (_, name) => style.getPropertyValue(name).trim();
  const { data, layout } = JSON.parse(source.textContent.replace(/var\((--[\w-]+)\)/g, colour));
  let place = figure.querySelector(".plot");
  if (!place) {
    place = document.createElement("div");
    place.className = "plot";
    place.setAttribute("aria-hidden", "true"); // the caption says it in words
    source.after(place);
  }
  const language = document.documentElement.lang;
  const dressed = { ...layout, autosize: true, template: { layout: look(style) }, separators: undefined };
  await library.react(place, data, dressed, { displayModeBar: false, responsive: true, locale: language });
  figure.dataset.drawn = "true";
};

export const draw = (root = document) => {
  const figures = [...root.querySelectorAll("figure[data-chart]")];
  if (root.matches?.("figure[data-chart]")) figures.unshift(root);
  return Promise.all(figures.map(drawOne));
};

export const drawAsTheyCome = () => {
  const waiting = () => document.querySelectorAll("figure[data-chart]:not([data-drawn]):not([data-drawing])");
  const drawWaiting = () => {
    for (const figure of waiting()) {
      if (!ready(figure)) continue;
      figure.dataset.drawing = "true";
      drawOne(figure).finally(() => delete figure.dataset.drawing);
    }
  };
  new MutationObserver(drawWaiting).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", drawWaiting);
  window.addEventListener("optiflow:theme", () => draw());
  drawWaiting();
};
