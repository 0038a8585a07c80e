// Faces: initials on the person's colour, the app mark for bots.

import { h } from "./dom.js";
import { appMark } from "./icons.js";

const FALLBACK = ["#2f6f8f", "#8a5a2b", "#6d4c9f", "#2f7d55", "#a2435b", "#4f6228"];
const DARK_ENOUGH = 0.18;

/** A square avatar of `size` pixels; `presence` adds the dot of someone who is here. */
export function avatar(user, size = 36) {
  const bot = Boolean(user?.is_bot);
  return h(
    "span",
    {
      class: bot ? "avatar avatar-app" : "avatar",
      "aria-hidden": "true",
      css: { width: `${size}px`, height: `${size}px`, "font-size": `${Math.round(size * 0.4)}px`, ...paint(user, bot) },
    },
    bot ? appMark(Math.round(size * 0.66)) : initials(user),
  );
}

function paint(user, bot) {
  if (bot) return {};
  return { background: darkened(hex(user?.color) ?? FALLBACK[sum(user?.id ?? "") % FALLBACK.length]), color: "#fff" };
}

// White letters need a ground this dark to be read (contrast 4.5 and more).
function darkened(color) {
  let parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  while (luminance(parts) > DARK_ENOUGH) parts = parts.map((part) => part * 0.95);
  return `rgb(${parts.map(Math.round).join(" ")})`;
}

function initials(user) {
  const words = (user?.real_name || user?.name || "?").split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("");
}

function hex(color) {
  const match = /^#?([0-9a-f]{6})$/i.exec(color ?? "");
  return match ? `#${match[1]}` : null;
}

function luminance(parts) {
  const [red, green, blue] = parts.map((part) => (part / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function sum(text) {
  return [...text].reduce((total, letter) => total + letter.codePointAt(0), 0);
}
