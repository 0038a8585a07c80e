// The first thing in a channel: what this place is, and what to try.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { appUser, channelLabel, personName, state, user } from "./store.js";

/** The opening of a channel; `onTry(text)` puts a command into the composer. */
export function intro(item, onTry) {
  const known = state.app.commands.length > 0 && item.kind !== "im";
  return h(
    "div",
    { class: "intro", data: { testid: "intro" } },
    mark(item),
    h("h2", null, heading(item)),
    h("p", null, sentence(item)),
    known &&
      h(
        "div",
        { class: "tries", role: "group", "aria-label": "Try a command" },
        examples().map((text) => chip(text, onTry)),
      ),
  );
}

function mark(item) {
  if (item.kind === "app_dm") return avatar(appUser(), 64);
  if (item.kind === "im") return avatar(user(item.with), 64);
  return h("span", { class: "intro-mark", "aria-hidden": "true" }, icon(item.kind === "private" ? "lock" : "hash", 32));
}

function heading(item) {
  return item.kind === "im" || item.kind === "app_dm" ? channelLabel(item) : `Welcome to #${item.name}`;
}

function sentence(item) {
  if (item.kind === "app_dm") return `Everything that you and ${personName(appUser())} say to each other is here.`;
  if (item.kind === "im") return `This is the beginning of your messages with ${channelLabel(item)}.`;
  if (item.kind === "private") return "This channel is private: only the people in it can see it.";
  if (item.is_ext_shared) return "People from another company are in this channel and can read what is said here.";
  return `This is the beginning of the channel. Ask ${personName(appUser())} something:`;
}

function examples() {
  return state.app.commands
    .flatMap(({ command, usage_hint: hint }) =>
      (hint || "").split("|").map((part) => `${command} ${part.trim()}`.trim()),
    )
    .slice(0, 4);
}

function chip(text, onTry) {
  return h("button", { type: "button", class: "chip", on: { click: () => onTry(text) } }, icon("bolt", 14), text);
}
