// What stands over the messages: the channel's name, its people, the app's tabs, and the banners.

import { avatar } from "./avatar.js";
import { channelMark } from "./directory.js";
import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { openPopover } from "./layers.js";
import { openChannel } from "./session.js";
import { appUser, channel, channelLabel, on, personName, state, user } from "./store.js";

const FACES = 3;
const TABS = [
  ["home", "Home"],
  ["messages", "Messages"],
];

/** Keep `root` showing the head of the open channel. */
export function mountHeader(root) {
  const draw = () =>
    reconcile(
      root,
      channel() ? [title(channel()), channel().kind === "app_dm" && tabs(), members(channel())].filter(Boolean) : [],
    );
  on("channel", draw);
  on("people", draw);
}

/** Keep `root` showing what is wrong with the connections, if anything is. */
export function mountBanner(root) {
  on("status", () => reconcile(root, [warning()].filter(Boolean)));
}

function title(item) {
  return h(
    "div",
    { class: "channel-title" },
    channelMark(item, 22),
    h("h1", { data: { testid: "channel-title" } }, channelLabel(item)),
    item.kind === "app_dm" && h("span", { class: "app-badge" }, "APP"),
    item.is_ext_shared && h("span", { class: "external-badge" }, icon("globe", 14), "External"),
  );
}

function tabs() {
  const tab = ([key, label]) =>
    h(
      "button",
      {
        type: "button",
        class: "tab",
        role: "tab",
        "aria-selected": String(state.tab === key),
        data: { testid: `tab-${key}` },
        on: { click: () => openChannel(state.active, key) },
      },
      label,
    );
  return h("div", { class: "tabs", role: "tablist", "aria-label": "App" }, TABS.map(tab));
}

function members(item) {
  if (item.kind !== "channel" && item.kind !== "private") return null;
  const people = item.members.map(user).filter(Boolean);
  const faces = people.slice(0, FACES).map((person) => avatar(person, 24));
  return h(
    "button",
    {
      type: "button",
      class: "members",
      "aria-label": `${people.length} members`,
      "aria-expanded": "false",
      on: { click: (event) => showMembers(event.currentTarget, people) },
    },
    h("span", { class: "faces" }, faces),
    h("span", null, String(people.length)),
  );
}

function showMembers(anchor, people) {
  const line = (person) =>
    h(
      "li",
      null,
      avatar(person, 28),
      h("span", null, personName(person)),
      person.is_bot && h("span", { class: "app-badge" }, "APP"),
      h("span", { class: "member-title" }, person.title ?? ""),
    );
  openPopover(anchor, h("ul", { class: "member-list" }, people.map(line)), { align: "end" });
}

function warning() {
  if (!state.linked) return banner("link-down", "This page has lost its workspace. Trying again…");
  if (!state.loaded || state.app.connected) return null;
  return banner(
    "bot-down",
    `${personName(appUser())} is not connected. Commands and buttons get no answer until it is back.`,
  );
}

function banner(kind, text) {
  return h(
    "div",
    { class: `banner banner-${kind}`, role: "status", data: { testid: "banner", kind } },
    icon("warning", 17),
    text,
  );
}
