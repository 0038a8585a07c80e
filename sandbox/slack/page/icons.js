// Line icons on a 20 x 20 grid, and the app's mark.

import { svg } from "./dom.js";

const PATHS = {
  hash: "M7.6 3.5 6 16.5M14 3.5l-1.6 13M3.6 7.6h13.2M3.2 12.4h13.2",
  lock: "M5 9.2h10v7.3H5zM7.2 9V6.6a2.8 2.8 0 0 1 5.6 0V9",
  bolt: "M11 2.8 4.6 11h4.6l-.4 6.2L15.4 9h-4.6z",
  slash: "M12.8 3.5 7.2 16.5",
  send: "M3.4 3.8 16.8 10 3.4 16.2l2-6.2zM5.6 10h5.6",
  down: "m5.5 8 4.5 4.5L14.5 8",
  updown: "m6.5 8 3.5-3.5L13.5 8M6.5 12l3.5 3.5 3.5-3.5",
  left: "M12 5.5 7.5 10l4.5 4.5",
  right: "M8 5.5 12.5 10 8 14.5",
  close: "m5.2 5.2 9.6 9.6M14.8 5.2l-9.6 9.6",
  check: "m4.5 10.5 3.7 3.7 7.3-8",
  dots: "M10 4.8v.01M10 10v.01M10 15.2v.01",
  thread: "M3.5 4.5h13v9h-6.7L6.5 16.5v-3h-3zM6.8 7.8h6.4M6.8 10.4h4.2",
  eye: "M2.5 10S5.2 5.2 10 5.2 17.5 10 17.5 10 14.8 14.8 10 14.8 2.5 10 2.5 10zM10 7.9a2.1 2.1 0 1 1 0 4.2 2.1 2.1 0 0 1 0-4.2z",
  search: "M8.8 3.8a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM12.5 12.5l4 4",
  calendar: "M3.8 5.2h12.4v11H3.8zM3.8 8.6h12.4M7 3.4v3.2M13 3.4v3.2",
  globe:
    "M10 3.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM3.4 10h13.2M10 3.2c2.2 2 3 4.2 3 6.8s-.8 4.8-3 6.8c-2.2-2-3-4.2-3-6.8s.8-4.8 3-6.8z",
  warning: "M10 3.4 17.5 16.3H2.5zM10 8.2v4M10 14.2v.01",
  people:
    "M7.5 9.3a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.5 16.3c0-3 2.2-4.8 5-4.8s5 1.8 5 4.8M13 4.1a2.6 2.6 0 0 1 0 5M14.3 11.8c2 .5 3.2 2.2 3.2 4.5",
  pulse: "M2.5 10h3.6L8 5l3.6 10 2-5h3.9",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15M8 10.5h4.5M8 13.5h4.5",
  enter: "M15.5 5v4.5a2 2 0 0 1-2 2H4.5M7.5 8.3l-3.2 3.2 3.2 3.2",
};

const HEAVY = new Set(["dots"]);

/** A decorative icon; the control around it carries the label. */
export function icon(name, size = 18) {
  return svg(
    "svg",
    {
      viewBox: "0 0 20 20",
      width: size,
      height: size,
      class: `icon icon-${name}`,
      "aria-hidden": "true",
      focusable: "false",
    },
    svg("path", {
      d: PATHS[name],
      fill: "none",
      stroke: "currentColor",
      "stroke-width": HEAVY.has(name) ? 2.6 : 1.5,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    }),
  );
}

/** The mark that stands for an app where a person would have initials. */
export function appMark(size) {
  const bar = (x, y) => svg("rect", { x, y, width: 3.4, height: 15.5 - y, rx: 1.2, fill: "currentColor" });
  return svg(
    "svg",
    { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", focusable: "false" },
    bar(3.6, 10.2),
    bar(8.3, 7.2),
    bar(13, 4.2),
  );
}

/** A turning ring for work under way. */
export function spinner(size = 16) {
  const ring = { cx: 10, cy: 10, r: 7, fill: "none", "stroke-width": 2.4, "stroke-linecap": "round" };
  return svg(
    "svg",
    { viewBox: "0 0 20 20", width: size, height: size, class: "spinner", "aria-hidden": "true" },
    svg("circle", { ...ring, stroke: "currentColor", opacity: 0.25 }),
    svg("circle", { ...ring, stroke: "currentColor", "stroke-dasharray": "12 40" }),
  );
}
