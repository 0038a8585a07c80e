// Where people type: messages and slash commands, with completion, shortcuts and recall of what was sent.

import { Completion } from "./completion.js";
import { iconButton } from "./controls.js";
import { h } from "./dom.js";
import { say } from "./session.js";
import { openGlobalShortcuts } from "./shortcuts.js";

const TALLEST_PX = 220;
const RECALL = 50;

/** A composer; `place()` gives its placeholder, `threadTs()` the thread it writes to, or null for the channel. */
export function composer({ testid, place, threadTs }) {
  const input = h("textarea", {
    class: "composer-input",
    rows: 1,
    spellcheck: "false",
    autocomplete: "off",
    data: { testid },
  });
  const button = iconButton("send", "Send", { click: send, testid: `${testid}-send`, className: "send" });
  const hint = h("span", { class: "composer-hint", "aria-hidden": "true" });
  const box = h(
    "div",
    { class: "composer" },
    input,
    h("div", { class: "composer-bar" }, tools(input, fill), hint, button),
  );
  const completion = new Completion(box, input, fill);
  const recall = recalling(input, fill);

  function fill(text) {
    input.value = text;
    changed();
    input.focus();
    input.setSelectionRange(text.length, text.length);
  }

  function changed() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST_PX)}px`;
    button.disabled = !input.value.trim();
    hint.textContent = input.value ? "Shift + Enter for a new line" : "";
    completion.update();
  }

  function send() {
    const text = input.value.trim();
    if (!text || !say(text, threadTs())) return;
    recall.keep(text);
    fill("");
  }

  input.addEventListener("input", changed);
  input.addEventListener("blur", () => completion.close());
  input.addEventListener("focus", () => completion.update());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || completion.onKey(event) || recall.onKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    send();
  });

  function refresh() {
    input.placeholder = place();
    input.setAttribute("aria-label", place());
    changed();
  }

  return { node: box, fill, refresh, focus: () => input.focus() };
}

function tools(input, fill) {
  const tool = (name, label, testid, click) => iconButton(name, label, { click, testid, className: "tool" });
  return [
    tool("bolt", "Shortcuts", "shortcuts", (event) => openGlobalShortcuts(event.currentTarget)),
    tool("slash", "Slash commands", "commands", () => input.value || fill("/")),
  ];
}

// Arrow up in an empty composer brings back what was sent before.
function recalling(input, fill) {
  const sent = [];
  let at = 0;
  return {
    keep(text) {
      sent.push(text);
      if (sent.length > RECALL) sent.shift();
      at = sent.length;
    },
    onKey(event) {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const browsing = input.value === "" ? event.key === "ArrowUp" : input.value === sent[at];
      if (!step || !browsing || sent[at + step] === undefined) return false;
      event.preventDefault();
      at += step;
      fill(sent[at]);
      return true;
    },
  };
}
