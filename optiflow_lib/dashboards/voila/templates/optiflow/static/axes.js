// Axes of a sketch: their range and what is written on them, chosen as plotly chooses them.

const DAY = 86400000;
const MONTH = 30.44 * DAY;
const PADDING = 0.05; // of an axis, beyond the outermost value
const APART = { x: 80, y: 40 }; // px between two values that are written, at least

export const isBar = (trace) => trace.type === "bar";
export const isLying = (trace) => trace.orientation === "h";
export const plainText = (text) => new DOMParser().parseFromString(text, "text/html").documentElement.textContent;
export const outermost = (values) => [Math.min(...values), Math.max(...values)];

// A day as a number, a number as it is.
const numberOf = (value) => (/^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(/T/.test(value) ? `${value}Z` : value) : value);

export const areNames = (values) => values.some((value) => typeof value === "string" && Number.isNaN(Number(numberOf(value))));

const rangeOf = (side, data, axis) => {
  if (axis.range) return axis.range.map(numberOf);
  const grows = data.some((trace) => isBar(trace) && (side === "x") === isLying(trace)); // bars grow from zero on this side
  const values = data.flatMap((trace) => trace[side].filter((value) => value !== null).map(numberOf));
  const fromZero = grows || axis.rangemode === "tozero";
  const [low, high] = outermost(fromZero ? [0, ...values] : values);
  if (side === "x" && !grows) return [low, high];
  const open = [Number(!fromZero || low < 0), Number(!fromZero || high > 0)];
  const padding = ((high - low || 1) * PADDING) / (1 - PADDING * (open[0] + open[1]));
  return [low - padding * open[0], high + padding * open[1]];
};

// {names or undefined, range, value}: `value` is the number that stands for what the JSON has.
export const scaleOf = (side, { data, layout }) => {
  const axis = layout[`${side}axis`] ?? {};
  const names = [...new Set(data.flatMap((trace) => trace[side]))];
  if (!areNames(names)) return { range: rangeOf(side, data, axis), value: numberOf };
  return { names, range: axis.range ?? [-0.5, names.length - 0.5], value: (name) => names.indexOf(name) };
};

// The same with `at`: where a number is, in px.
export const placed = (scale, from, to) => {
  const [low, high] = scale.range;
  return { ...scale, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
};

// --- what is written --------------------------------------------------------------------------

const roundedUp = (rough, unit, steps) => unit * (steps.find((step) => unit * step >= rough) ?? steps.at(-1));

const every = ([from, to], step, start = 0) => {
  const found = [];
  for (let at = Math.ceil((from - start) / step); start + at * step <= to; at += 1) found.push(start + at * step);
  return found;
};

const everyMonths = ([from, to], step) => {
  const found = [];
  const year = new Date(from).getUTCFullYear();
  for (let at = 0; Date.UTC(year, at) <= to; at += step) if (Date.UTC(year, at) >= from) found.push(Date.UTC(year, at));
  return found;
};

const days = (axis, range, rough, language) => {
  const step = roundedUp(rough, DAY, [1, 2, 3, 7, 14]);
  const sunday = Date.UTC(2000, 0, 2); // weeks begin on it, days in threes on the day before
  const values =
    2 * rough > MONTH
      ? everyMonths(range, roundedUp(rough, MONTH, [1, 2, 3, 6, 12]) / MONTH)
      : every(range, step, step < 7 * DAY ? sunday - DAY : sunday);
  const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
  let year;
  return values.map((value) => {
    const date = new Date(value);
    const words = [date.getUTCDate(), month.format(date)];
    if (axis.tickformat.startsWith("%b")) words.reverse();
    const changed = date.getUTCFullYear() !== year;
    year = date.getUTCFullYear();
    return { value, lines: [words.join(" "), ...(changed ? [`${year}`] : [])] };
  });
};

const numbers = (axis, range, rough, language) => {
  const step = roundedUp(rough, 10 ** Math.floor(Math.log10(rough)), [1, 2, 5, 10]);
  const format = new Intl.NumberFormat(language, {
    maximumFractionDigits: Math.max(0, -Math.floor(Math.log10(step))),
    useGrouping: Boolean(axis.tickformat?.includes(",")),
  });
  const written = (value) => `${axis.tickprefix ?? ""}${format.format(value)}${axis.ticksuffix ?? ""}`;
  return every(range, step).map((value) => ({ value, lines: [written(value)] }));
};

// [{value, lines}] along `length` px.
export const ticksOf = (side, axis, { names, range }, length, language) => {
  if (axis.visible === false) return [];
  if (names) return names.map((name, value) => ({ value, lines: [`${plainText(name)}${axis.ticksuffix ?? ""}`] }));
  const count = Math.min(Math.max(length / APART[side], 4), 9) + 1;
  return (axis.type === "date" ? days : numbers)(axis, range, (range[1] - range[0]) / count, language);
};
