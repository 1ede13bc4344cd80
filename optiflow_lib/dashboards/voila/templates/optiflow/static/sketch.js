// A chart's first sight: lines, intervals, bars, axes and legend as plain SVG, in milliseconds, from the JSON that plotly
// draws a little later with all that answers the pointer. A chart with anything else in it waits for plotly.

import { areNames, isBar, isLying, outermost, placed, plainText, scaleOf, ticksOf } from "./axes.js";

const LETTERS = 12; // px
const LEGEND = { line: 19, edge: 5, sign: 5, signEnd: 35, words: 40, after: 7 }; // px
const UNDER = { date: 53, other: 24 }; // px, for what is written under an area
const BESIDE = 13; // px, for a written value's distance from both sides
const DASHES = { dot: "3 3", dash: "9 9" };
const BEYOND = ["tickvals", "title", "domain", "overlaying", "anchor"]; // of axes: only plotly draws these

const isKnown = ({ data, layout }) => {
  const bars = data.filter(isBar);
  const alone = bars.length < 2 || layout.barmode === "overlay";
  const axes = Object.entries(layout).filter(([name]) => /^[xy]axis/.test(name));
  return (
    data.some((trace) => trace.x.length) &&
    data.every((trace) => trace.x.length && (isBar(trace) || trace.mode === "lines")) &&
    bars.every((bar) => (isLying(bar) ? data.length === 1 : alone && (bar.width || areNames(bar.x)))) &&
    axes.every(([name, axis]) => name.length === 5 && !BEYOND.some((key) => key in axis))
  );
};

const made = (name, attributes, ...content) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
};

// Colours are names of the theme's variables, some with an opacity as two last digits.
const paint = (kind, colour = "none") => {
  const [, name, opacity] = /^(var\(--[\w-]+\)|none)(\w\w)?$/.exec(colour) ?? [undefined, "none"];
  return { [kind]: name, [`${kind}-opacity`]: opacity ? parseInt(opacity, 16) / 255 : 1 };
};

const stroke = ({ color, width, dash }) => ({ "stroke-width": width, "stroke-dasharray": DASHES[dash] ?? "none", ...paint("stroke", color) });

const written = (words, x, y, anchor, more = {}) => made("text", { x, y, "text-anchor": anchor, ...more }, words);

let pen;
const lengthOf = (words, font) => {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${LETTERS}px ${font}`;
  return pen.measureText(words).width;
};

const drawnLine = (trace, before, { x, y }) => {
  const where = ({ x: along, y: values }) =>
    along.map((value, place) => (values[place] === null ? null : `${x.at(x.value(value)).toFixed(1)},${y.at(values[place]).toFixed(1)}`));
  const points = where(trace);
  const path = points.map((point, place) => (point ? `${points[place - 1] ? "L" : "M"}${point}` : "")).join("");
  const line = made("path", { d: path, fill: "none", ...stroke(trace.line) });
  if (trace.fill !== "tonexty") return [line];
  return [made("path", { d: `${path}L${where(before).filter(Boolean).reverse().join("L")}Z`, ...paint("fill", trace.fillcolor) }), line];
};

const drawnBars = (bar, { x, y, bargap = 0.2, font }) => {
  const [along, across, names, values] = isLying(bar) ? [y, x, bar.y, bar.x] : [x, y, bar.x, bar.y];
  const half = (bar.width ?? 1 - bargap) / 2;
  return names.flatMap((name, place) => {
    const [a, b] = outermost([-half, half].map((side) => along.at(along.value(name) + side)));
    const [c, d] = outermost([0, values[place] ?? 0].map(across.at));
    const box = isLying(bar) ? { x: c, y: a, width: d - c, height: b - a } : { x: a, y: c, width: b - a, height: d - c };
    const colour = [bar.marker.color].flat();
    const words = isLying(bar) && bar.text ? [drawnInBar(bar.text[place], box, font)] : [];
    return [made("rect", { ...box, ...paint("fill", colour[place % colour.length]) }), ...words];
  });
};

const drawnInBar = (words, { x, y, width, height }, font) => {
  const inside = lengthOf(words, font) + 8 < width;
  return written(words, x + width + (inside ? -5 : 5), y + height / 2, inside ? "end" : "start", { class: inside ? "in-bar" : "", dy: ".35em" });
};

const drawnShape = ({ type, x0, x1, line, fillcolor }, { x, area }) => {
  const [left, right] = [x0, x1].map((value) => x.at(x.value(value)));
  const height = area.bottom - area.top;
  if (type === "rect") return made("rect", { x: left, y: area.top, width: right - left, height, ...paint("fill", fillcolor) });
  return made("line", { x1: left, x2: right, y1: area.top, y2: area.bottom, ...stroke(line) });
};

const drawnNote = ({ x: value, text, xanchor, yanchor, yshift = 0, font }, { x, area }) => {
  const anchor = { left: "start", right: "end" }[xanchor] ?? "middle";
  return written(plainText(text), x.at(x.value(value)), area.top + (yanchor === "top" ? LETTERS : -5) - yshift, anchor, {
    "font-size": font?.size ?? LETTERS,
    ...paint("fill", font?.color ?? "var(--text)"),
  });
};

const drawnAxes = ({ x, y, xTicks, yTicks, ticklen, hasBars, area: { left, right, top, bottom } }) => [
  ...yTicks.flatMap(({ value, lines: [words] }) => [
    ...(y.names ? [] : [made("line", { class: "grid", x1: left, x2: right, y1: y.at(value), y2: y.at(value) })]),
    written(words, left - 2, y.at(value), "end", { dy: ".35em" }),
  ]),
  ...xTicks.flatMap(({ value, lines }) => [
    ...(hasBars ? [] : [made("line", { class: "grid", x1: x.at(value), x2: x.at(value), y1: top, y2: bottom })]),
    ...lines.map((words, place) => written(words, x.at(value), bottom + LETTERS + ticklen + 16 * place, "middle")),
  ]),
];

// Names one after the other; in columns of one width where a row cannot hold them.
const legendOf = (data, { traceorder }, width, font) => {
  const named = data.filter((trace) => trace.showlegend !== false);
  if (named.length < 2) return { entries: [], height: 0 };
  if (traceorder === "reversed" || data.some((trace) => trace.fill)) named.reverse();
  const all = named.map((trace) => LEGEND.words + lengthOf(plainText(trace.name), font) + LEGEND.after);
  const fits = all.reduce((sum, one) => sum + one) <= width;
  const columns = fits ? all.length : Math.max(1, Math.floor(width / Math.max(...all)));
  const entries = named.map((trace, place) => ({
    trace,
    left: fits ? all.slice(0, place).reduce((sum, one) => sum + one, 0) : (place % columns) * Math.max(...all),
    row: Math.floor(place / columns),
  }));
  return { entries, height: Math.ceil(all.length / columns) * LEGEND.line + 2 * LEGEND.edge };
};

const drawnLegend = ({ entries }, from, top) =>
  entries.flatMap(({ trace, left, row }) => {
    const middle = top + LEGEND.edge + (row + 0.5) * LEGEND.line;
    const [x1, x2] = [from + left + LEGEND.sign, from + left + LEGEND.signEnd];
    const [x, width, height] = isBar(trace) ? [x1 + 9, 12, 12] : [x1, x2 - x1, 6];
    const box = { x, y: middle - height / 2, width, height, ...paint("fill", trace.fillcolor ?? trace.marker?.color) };
    const sign = isBar(trace) || trace.fill ? made("rect", box) : made("line", { x1, x2, y1: middle, y2: middle, ...stroke(trace.line) });
    return [sign, written(plainText(trace.name), from + left + LEGEND.words, middle, "start", { dy: ".35em" })];
  });

// The chart as an SVG element of this size; undefined when only plotly can draw it.
export const sketch = (figure, { width, height, font, language }) => {
  if (!isKnown(figure) || !(width > 0)) return undefined;
  const { data, layout } = figure;
  const { margin, xaxis = {}, yaxis = {}, shapes = [], annotations = [] } = layout;
  const legend = legendOf(data, layout.legend ?? {}, width - margin.l - margin.r, font);
  const under = xaxis.visible === false ? 0 : (UNDER[xaxis.type] ?? UNDER.other);
  const bottom = height - Math.max(margin.b, under + legend.height);
  const [flatX, flatY] = ["x", "y"].map((side) => scaleOf(side, figure));
  if (![flatX, flatY].every(({ range: [from, to] }) => from < to && Number.isFinite(to - from))) return undefined;
  const yTicks = ticksOf("y", yaxis, flatY, bottom - margin.t, language);
  const left = Math.max(margin.l, ...yTicks.map(({ lines: [words] }) => lengthOf(words, font) + BESIDE));
  const area = { left, right: width - margin.r, top: margin.t, bottom };
  const xTicks = ticksOf("x", xaxis, flatX, area.right - left, language);
  const x = placed(flatX, left, area.right);
  const y = placed(flatY, bottom, area.top);
  const ticks = { xTicks, yTicks, ticklen: xaxis.ticklen ?? 0, hasBars: data.some(isBar) };
  const here = { x, y, area, font, bargap: layout.bargap, ...ticks };
  return made(
    "svg",
    { class: "sketch", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    ...shapes.filter(({ layer }) => layer === "below").map((shape) => drawnShape(shape, here)),
    ...drawnAxes(here),
    ...data.flatMap((trace, place) => (isBar(trace) ? drawnBars(trace, here) : drawnLine(trace, data[place - 1], here))),
    ...shapes.filter(({ layer }) => layer !== "below").map((shape) => drawnShape(shape, here)),
    ...annotations.map((note) => drawnNote(note, here)),
    ...drawnLegend(legend, left, height - legend.height),
  );
};
