// The left side: the workspace, its channels and people, and who I act as.

import { avatar } from "./avatar.js";
import { channelMark } from "./directory.js";
import { h, keeper, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menus.js";
import { outsideBox } from "./outside.js";
import { actAs, openChannel } from "./session.js";
import { channelLabel, me, on, personName, state } from "./store.js";

/** Keep `root` (a nav) showing the workspace as it is; rows that stay the same stay the same nodes, and keep the focus. */
export function mountSidebar(root) {
  const keep = keeper();
  const scroll = h("div", { class: "side-scroll" });
  on("people", () => {
    reconcile(scroll, groups(keep));
    reconcile(root, [
      keep("head", state.workspace.name, workspaceHead),
      scroll,
      ...state.outside.map((box) => keep(`outside ${box.id}`, JSON.stringify([box, box.id === state.openBox]), () => outsideBox(box))),
      state.outside.length > 0 && keep("happened", state.happened, happened),
      keep("identity", JSON.stringify(me() ?? null), identity),
    ].filter(Boolean));
  });
  root.addEventListener("keydown", walk);
}

function workspaceHead() {
  return h(
    "header",
    { class: "side-head" },
    h("span", { class: "workspace-mark", "aria-hidden": "true" }, [...(state.workspace.name || " ")][0]),
    h(
      "span",
      { class: "workspace-text" },
      h("span", { class: "workspace-name", data: { testid: "workspace-name" } }, state.workspace.name),
      h("span", { class: "workspace-kind" }, "Sandbox workspace"),
    ),
  );
}

function groups(keep) {
  const all = [...state.channels.values()];
  const rooms = all.filter(({ kind }) => kind === "channel" || kind === "private");
  return [
    group(
      "Channels",
      rooms.sort((a, b) => a.name.localeCompare(b.name)),
      keep,
    ),
    group(
      "Direct messages",
      all.filter(({ kind }) => kind === "im"),
      keep,
    ),
    group(
      "Apps",
      all.filter(({ kind }) => kind === "app_dm"),
      keep,
    ),
  ].filter(Boolean);
}

function group(title, items, keep) {
  if (!items.length) return null;
  const section = keep(title, "", () => h("section", { class: "side-group", "aria-label": title }));
  const signature = (item) =>
    JSON.stringify([
      item,
      channelLabel(item),
      item.id === state.active,
      state.unread.get(item.id),
      state.app.connected,
    ]);
  const heading = keep(`${title} heading`, "", () => h("h2", { class: "side-title" }, title));
  reconcile(section, [heading, ...items.map((item) => keep(item.id, signature(item), () => row(item)))]);
  return section;
}

function row(item) {
  const active = item.id === state.active;
  const unread = state.unread.get(item.id) ?? 0;
  return h(
    "button",
    {
      type: "button",
      class: unread ? "side-row is-unread" : "side-row",
      "aria-current": active ? "page" : null,
      data: { testid: "channel", channelId: item.id, kind: item.kind, name: channelLabel(item) },
      on: { click: () => openChannel(item.id) },
    },
    h("span", { class: "side-mark" }, channelMark(item)),
    h("span", { class: "side-name" }, channelLabel(item)),
    item.is_ext_shared && h("span", { class: "side-note", title: "Shared with another company" }, icon("globe", 15)),
    item.kind === "app_dm" && presence(),
    unread > 0 && h("span", { class: "side-count", "aria-label": `${unread} unread` }, String(unread)),
  );
}

function presence() {
  const label = state.app.connected ? "Connected" : "Not connected";
  return h("span", {
    class: state.app.connected ? "dot is-on" : "dot",
    role: "img",
    "aria-label": label,
    title: label,
  });
}

function happened() {
  return h("p", { class: "outside-said", role: "status", data: { testid: "happened" } }, state.happened);
}

function identity() {
  const user = me();
  return h(
    "button",
    {
      type: "button",
      class: "identity",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      data: { testid: "act-as", userId: state.me },
      on: { click: (event) => openPeople(event.currentTarget) },
    },
    avatar(user, 32),
    h(
      "span",
      { class: "identity-text" },
      h("span", { class: "identity-kind" }, "Acting as"),
      h("span", { class: "identity-name" }, personName(user)),
    ),
    icon("updown", 16),
  );
}

function openPeople(anchor) {
  const people = [...state.users.values()].filter((person) => !person.is_bot && !person.deleted);
  openMenu(anchor, {
    groups: [{ label: "Act as", options: people.map(asOption) }],
    selected: state.me,
    side: "above",
    filter: false,
    label: "Act as",
    className: "menu-people",
    onPick: ({ raw }) => actAs(raw),
  });
}

function asOption(person) {
  const outside = person.team_id && person.team_id !== state.workspace.id ? "External" : null;
  const standing = outside ?? (person.is_restricted ? "Guest" : null);
  return {
    key: person.id,
    text: personName(person),
    description: [person.title, standing].filter(Boolean).join(" · "),
    lead: avatar(person, 32),
    raw: person.id,
  };
}

function walk(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll(".side-row")];
  const at = rows.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  rows[(at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length].focus();
}
