// Emoji by their short names. Status signs that cards lean on are drawn, so that they look the same without a colour font.

import { h, svg } from "./dom.js";

const DISC = {
  red_circle: "#d8344f",
  large_orange_circle: "#e8862e",
  large_yellow_circle: "#eab62f",
  large_green_circle: "#2f9e62",
  large_blue_circle: "#3b7fd1",
  large_purple_circle: "#8259c4",
  white_circle: "#d5dcdc",
  black_circle: "#2b3638",
};

const SQUARE = {
  large_red_square: "#d8344f",
  large_orange_square: "#e8862e",
  large_yellow_square: "#eab62f",
  large_green_square: "#2f9e62",
  large_blue_square: "#3b7fd1",
};

const SIGN = {
  white_check_mark: ["#2f9e62", "M6 10.3 9 13.2l5.2-6"],
  heavy_check_mark: ["#2f9e62", "M6 10.3 9 13.2l5.2-6"],
  x: ["#d8344f", "m6.5 6.5 7 7M13.5 6.5l-7 7"],
  no_entry: ["#d8344f", "M5.8 10h8.4"],
  information_source: ["#3b7fd1", "M10 9.3v5M10 6v.01"],
  arrows_counterclockwise: ["#3b7fd1", "M14 8.2A4.4 4.4 0 0 0 6 8.6M6 5.9v2.8h2.7M6 11.8a4.4 4.4 0 0 0 8-.4M14 14.1v-2.8h-2.7"],
  hourglass_flowing_sand: ["#8a6d2f", "M6.8 5h6.4M6.8 15h6.4M7.5 5c0 3 2.5 3.7 2.5 5s-2.5 2-2.5 5M12.5 5c0 3-2.5 3.7-2.5 5s2.5 2 2.5 5"],
  mag: ["#4a6a86", "M9 5.4a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2zM11.8 11.8l3 3"],
  link: ["#4a6a86", "M8.6 11.4l2.8-2.8M7.4 9.8 6.2 11a2 2 0 0 0 2.8 2.8l1.2-1.2M12.6 10.2 13.8 9A2 2 0 0 0 11 6.2L9.8 7.4"],
  bell: ["#c58a17", "M6.5 13h7c-1-1.2-1-2.2-1-3.8a2.5 2.5 0 0 0-5 0c0 1.6 0 2.6-1 3.8zM9.4 15h1.2"],
  lock: ["#c58a17", "M6.5 9.4h7v5h-7zM8 9.2V8a2 2 0 0 1 4 0v1.2"],
};

const GLYPH = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", wave: "👋", eyes: "👀", tada: "🎉", pray: "🙏", clap: "👏",
  smile: "😄", slightly_smiling_face: "🙂", grin: "😁", joy: "😂", thinking_face: "🤔", cry: "😢", heart: "❤️", fire: "🔥",
  rocket: "🚀", star: "⭐", sparkles: "✨", zap: "⚡", bulb: "💡", key: "🔑", gear: "⚙️", wrench: "🔧", hammer: "🔨",
  question: "❓", exclamation: "❗", heavy_exclamation_mark: "❗", point_right: "👉", point_up: "☝️", arrow_right: "➡️",
  arrow_up: "⬆️", arrow_down: "⬇️", memo: "📝", pencil2: "✏️", pushpin: "📌", paperclip: "📎", page_facing_up: "📄",
  receipt: "🧾", bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", calendar: "📆", date: "📅",
  clock3: "🕒", alarm_clock: "⏰", hourglass: "⌛", stopwatch: "⏱️", moneybag: "💰", money_with_wings: "💸", dollar: "💵",
  euro: "💶", credit_card: "💳", bank: "🏦", office: "🏢", handshake: "🤝", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", speech_balloon: "💬", email: "✉️", envelope: "✉️", incoming_envelope: "📨", inbox_tray: "📥",
  outbox_tray: "📤", package: "📦", telephone_receiver: "📞", house: "🏠", robot_face: "🤖", rotating_light: "🚨",
  no_bell: "🔕", unlock: "🔓", white_large_square: "⬜", stop_sign: "🛑", repeat: "🔁", wastebasket: "🗑️",
};

// The same signs where they come as characters, with or without the mark that asks for colour.
const CHARACTERS = new Map([
  ["⚠", "warning"], ["🔴", "red_circle"], ["🟠", "large_orange_circle"], ["🟡", "large_yellow_circle"],
  ["🟢", "large_green_circle"], ["🔵", "large_blue_circle"], ["🟣", "large_purple_circle"], ["✅", "white_check_mark"],
  ["❌", "x"], ["⛔", "no_entry"], ["ℹ", "information_source"], ["🔄", "arrows_counterclockwise"],
  ["⏳", "hourglass_flowing_sand"], ["🔍", "mag"], ["🔗", "link"], ["🔔", "bell"], ["🔒", "lock"],
]);
const SIGNS = new RegExp(`(${[...CHARACTERS.keys()].join("|")})\\uFE0F?`, "u");

/** The nodes of literal text in which the drawn signs stand for their characters. */
export function withSigns(text) {
  return text.split(SIGNS).map((part) => (CHARACTERS.has(part) ? emoji(CHARACTERS.get(part)) : part));
}

/** The node for `:name:`, or null when the name is unknown and the text must stay as it was typed. */
export function emoji(name) {
  const drawn = drawing(name);
  if (drawn) return h("span", { class: "emoji", role: "img", "aria-label": `${name} emoji`, title: `:${name}:` }, drawn);
  if (!Object.hasOwn(GLYPH, name) || !drawable(GLYPH[name])) return null;
  return h("span", { class: "emoji emoji-glyph", role: "img", "aria-label": `${name} emoji`, title: `:${name}:` }, GLYPH[name]);
}

const known = new Map();

// A system without an emoji font shows an empty box; `:name:` says more than that.
function drawable(glyph) {
  if (!known.has(glyph)) known.set(glyph, pixels(glyph) !== pixels("\u{10fffd}"));
  return known.get(glyph);
}

function pixels(text) {
  const area = h("canvas", { width: 24, height: 24 }).getContext("2d", { willReadFrequently: true });
  area.font = `16px ${getComputedStyle(document.body).fontFamily}`;
  area.fillText([...text][0], 2, 18);
  return area.getImageData(0, 0, 24, 24).data.join();
}

function drawing(name) {
  if (Object.hasOwn(DISC, name)) return canvas(svg("circle", { cx: 10, cy: 10, r: 7.6, fill: DISC[name] }));
  if (Object.hasOwn(SQUARE, name)) return canvas(svg("rect", { x: 3, y: 3, width: 14, height: 14, rx: 2.5, fill: SQUARE[name] }));
  if (Object.hasOwn(SIGN, name)) return sign(...SIGN[name]);
  if (name === "warning") return warning();
  return null;
}

function sign(fill, path) {
  return canvas(svg("rect", { x: 2, y: 2, width: 16, height: 16, rx: 4.5, fill }), stroke(path, "#fff"));
}

function warning() {
  const edge = { stroke: "#f0b429", "stroke-linejoin": "round", "stroke-width": 1.5 };
  return canvas(svg("path", { d: "M10 2.6 18.4 17H1.6z", fill: "#f0b429", ...edge }), stroke("M10 7.6v4.4M10 14.4v.01", "#3d2c00"));
}

function stroke(d, color) {
  return svg("path", { d, fill: "none", stroke: color, "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round" });
}

function canvas(...shapes) {
  return svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" }, ...shapes);
}
