// `data_visualization` blocks as inline SVG: pie, bar, line and area, each with its figures as a text alternative.

import { h, svg } from "./dom.js";

const COLORS = ["#1f7a8c", "#e0a030", "#c8553d", "#6a5acd", "#4c9f70", "#8d99ae"];
const SIZE = { width: 560, height: 220, left: 52, right: 10, top: 12, bottom: 30 };
const COMPACT = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const PLAIN = new Intl.NumberFormat();

/** The figure for one data_visualization block. */
export function chart(block) {
  const data = block.chart ?? {};
  const drawing = data.type === "pie" ? pie(data.segments ?? []) : axes(data);
  return h(
    "figure",
    { class: "chart", data: { testid: "chart" } },
    h("figcaption", { class: "chart-title" }, block.title ?? ""),
    h("div", { class: `chart-body chart-${data.type}`, role: "img", "aria-label": spoken(block.title, data) }, drawing),
  );
}

function pie(segments) {
  const total = segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  let turned = 0;
  const slices = segments.map((segment, index) => {
    const from = turned;
    turned += segment.value / total;
    return slice(from, turned, COLORS[index % COLORS.length], segment);
  });
  const legend = segments.map((segment, index) =>
    legendItem(index, segment.label, `${PLAIN.format(segment.value)} · ${Math.round((segment.value / total) * 100)}%`),
  );
  return [
    svg("svg", { "aria-hidden": "true", viewBox: "-52 -52 104 104", class: "pie" }, slices),
    h("ul", { class: "legend legend-column" }, legend),
  ];
}

function slice(from, to, fill, segment) {
  const title = svg("title", null, `${segment.label}: ${PLAIN.format(segment.value)}`);
  if (to - from >= 0.9999) return svg("circle", { r: 50, fill }, title);
  const point = (turn) => `${50 * Math.sin(turn * 2 * Math.PI)} ${-50 * Math.cos(turn * 2 * Math.PI)}`;
  const large = to - from > 0.5 ? 1 : 0;
  const d = `M0 0L${point(from)}A50 50 0 ${large} 1 ${point(to)}Z`;
  return svg("path", { d, fill, stroke: "#fff", "stroke-width": 1 }, title);
}

function axes(data) {
  const series = data.series ?? [];
  const categories = data.axis_config?.categories ?? (series[0]?.data ?? []).map((point) => point.label);
  const scale = yScale(series);
  const body =
    data.type === "bar" ? bars(series, categories, scale) : lines(series, categories, scale, data.type === "area");
  const plot = svg(
    "svg",
    { "aria-hidden": "true", viewBox: `0 0 ${SIZE.width} ${SIZE.height}` },
    grid(scale),
    body,
    categoryLabels(categories),
  );
  const named =
    series.length > 1 &&
    h(
      "ul",
      { class: "legend" },
      series.map((item, index) => legendItem(index, item.name)),
    );
  const label = data.axis_config?.y_label && h("div", { class: "chart-unit" }, data.axis_config.y_label);
  return [label, plot, named];
}

function yScale(series) {
  const values = series.flatMap((item) => (item.data ?? []).map((point) => point.value));
  const step = niceStep((Math.max(0, ...values) - Math.min(0, ...values)) / 4 || 1);
  const low = Math.floor(Math.min(0, ...values) / step) * step;
  const high = Math.ceil(Math.max(0, ...values) / step) * step || step;
  const inner = SIZE.height - SIZE.top - SIZE.bottom;
  const at = (value) => SIZE.top + inner * (1 - (value - low) / (high - low));
  return { at, ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step) };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
}

function grid(scale) {
  return scale.ticks.flatMap((tick) => [
    svg("line", {
      x1: SIZE.left,
      x2: SIZE.width - SIZE.right,
      y1: scale.at(tick),
      y2: scale.at(tick),
      class: tick === 0 ? "axis" : "gridline",
    }),
    svg("text", { x: SIZE.left - 8, y: scale.at(tick) + 4, "text-anchor": "end" }, COMPACT.format(tick)),
  ]);
}

function band(categories) {
  const width = (SIZE.width - SIZE.left - SIZE.right) / Math.max(1, categories.length);
  return { width, middle: (index) => SIZE.left + width * (index + 0.5) };
}

function categoryLabels(categories) {
  const { width, middle } = band(categories);
  const room = Math.max(3, Math.floor(width / 6.2));
  return categories.map((name, index) =>
    svg(
      "text",
      { x: middle(index), y: SIZE.height - 9, "text-anchor": "middle" },
      name.length > room ? `${name.slice(0, room - 1)}…` : name,
    ),
  );
}

function bars(series, categories, scale) {
  const { width, middle } = band(categories);
  const group = Math.min(width * 0.62, 56 * series.length);
  const each = group / Math.max(1, series.length);
  return series.flatMap((item, order) =>
    categories.map((name, index) => {
      const value = valueAt(item, name);
      const top = Math.min(scale.at(value), scale.at(0));
      const x = middle(index) - group / 2 + order * each;
      const shape = {
        x: x + 1,
        y: top,
        width: Math.max(1, each - 2),
        height: Math.abs(scale.at(value) - scale.at(0)),
        rx: 2,
      };
      return svg(
        "rect",
        { ...shape, fill: COLORS[order % COLORS.length] },
        svg("title", null, `${name}: ${PLAIN.format(value)}`),
      );
    }),
  );
}

function lines(series, categories, scale, filled) {
  const { middle } = band(categories);
  return series.flatMap((item, order) => {
    const points = categories.map((name, index) => `${middle(index)} ${scale.at(valueAt(item, name))}`);
    const color = COLORS[order % COLORS.length];
    const floor = `L${middle(categories.length - 1)} ${scale.at(0)}L${middle(0)} ${scale.at(0)}Z`;
    const area = filled && svg("path", { d: `M${points.join("L")}${floor}`, fill: color, opacity: 0.18 });
    return [
      area,
      svg("path", {
        d: `M${points.join("L")}`,
        fill: "none",
        stroke: color,
        "stroke-width": 2.2,
        "stroke-linejoin": "round",
      }),
    ];
  });
}

function valueAt(series, name) {
  return (series.data ?? []).find((point) => point.label === name)?.value ?? 0;
}

function legendItem(index, name, detail) {
  const key = h("span", { class: "legend-key", css: { background: COLORS[index % COLORS.length] } });
  return h(
    "li",
    null,
    key,
    h("span", { class: "legend-name" }, name),
    detail && h("span", { class: "legend-detail" }, detail),
  );
}

function spoken(title, data) {
  const points = (items) => items.map((item) => `${item.label} ${PLAIN.format(item.value)}`).join(", ");
  if (data.type === "pie") return `${title}: ${points(data.segments ?? [])}`;
  return `${title}: ${(data.series ?? []).map((item) => `${item.name}: ${points(item.data ?? [])}`).join("; ")}`;
}
