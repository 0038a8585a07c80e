// A list of choices in a popover, with a filter box where the list is long or comes from the app.

import { h, reconcile } from "./dom.js";
import { icon, spinner } from "./icons.js";
import { closePopover, openPopover, settlePopover } from "./layers.js";

const FILTER_FROM = 8;
const TYPING_PAUSE_MS = 180;

let serial = 0;

/**
 * Open a menu. `groups` are `{label, options: [{key, label, text, description, lead, danger, raw}]}`; `load(query)` gives groups
 * from elsewhere instead, once `minLength` characters were typed. `onPick(option)` runs after the menu has closed; with
 * `onToggle(option)` instead it stays open, and shows those keys as selected that this returns.
 */
export function openMenu(anchor, { groups = [], load, minLength = 0, selected, onPick, onToggle, label, filter, ...layout }) {
  const id = `menu-${(serial += 1)}`;
  const list = h("div", { class: "menu-list", role: "listbox", id, "aria-label": label ?? "Options", tabIndex: -1 });
  const searching = load || (filter ?? groups.flatMap((group) => group.options).length >= FILTER_FROM);
  const input = searching ? searchBox(id, label) : null;
  const menu = { list, input, active: -1, rows: [], selected: [selected].flat(), choose };

  function choose(option) {
    if (onToggle) return mark(menu, onToggle(option));
    closePopover();
    anchor.focus();
    onPick(option);
  }

  openPopover(anchor, [input && h("div", { class: "menu-search" }, icon("search", 16), input), list], {
    ...layout,
    className: `menu ${layout.className ?? ""}`,
  });
  (input || list).focus();
  (input || list).addEventListener("keydown", (event) => onKey(event, menu));
  if (load) loadWhileTyping(menu, load, minLength);
  else filterWhileTyping(menu, groups);
}

function searchBox(id, label) {
  return h("input", {
    class: "menu-input",
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": id,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Search",
    "aria-label": label ?? "Search",
    data: { testid: "menu-search" },
  });
}

function filterWhileTyping(menu, groups) {
  const draw = () => fill(menu, matching(groups, menu.input?.value ?? ""), "No matches");
  menu.input?.addEventListener("input", draw);
  draw();
}

function loadWhileTyping(menu, load, minLength) {
  let latest = 0;
  let pause = null;
  async function ask() {
    const query = menu.input.value;
    const request = (latest += 1);
    if (query.length < minLength)
      return note(menu, `Type ${minLength === 1 ? "a character" : `${minLength} characters`} or more to search`);
    note(menu, "Searching…", spinner(15));
    const groups = await load(query);
    if (request === latest && menu.list.isConnected) fill(menu, groups, "No results");
  }
  menu.input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, TYPING_PAUSE_MS);
  });
  ask();
}

function matching(groups, query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return groups;
  const hit = (option) => `${option.text} ${option.description ?? ""}`.toLowerCase().includes(wanted);
  return groups
    .map((group) => ({ ...group, options: group.options.filter(hit) }))
    .filter((group) => group.options.length);
}

function note(menu, text, sign) {
  menu.rows = [];
  reconcile(menu.list, [h("div", { class: "menu-note", role: "status" }, sign, text)]);
  settlePopover();
}

function fill(menu, groups, empty) {
  if (!groups.some((group) => group.options.length)) return note(menu, empty);
  menu.rows = [];
  reconcile(
    menu.list,
    groups
      .flatMap((group) => [
        group.label && h("div", { class: "menu-group", role: "presentation" }, group.label),
        ...group.options.map((option) => row(menu, option)),
      ])
      .filter(Boolean),
  );
  activate(
    menu,
    Math.max(
      0,
      menu.rows.findIndex(({ option }) => menu.selected.includes(option.key)),
    ),
  );
  settlePopover();
}

function row(menu, option) {
  const position = menu.rows.length;
  const isSelected = menu.selected.includes(option.key);
  const node = h(
    "div",
    {
      class: option.danger ? "menu-option menu-option-danger" : "menu-option",
      role: "option",
      id: `${menu.list.id}-${position}`,
      "aria-selected": String(isSelected),
      data: { testid: "option", value: option.key },
      on: { click: () => menu.choose(option), pointermove: () => activate(menu, position, false) },
    },
    option.lead,
    h(
      "span",
      { class: "menu-text" },
      h("span", { class: "menu-label" }, option.label ?? option.text),
      option.description && h("span", { class: "menu-description" }, option.description),
    ),
    isSelected && icon("check", 16),
  );
  menu.rows.push({ node, option });
  return node;
}

function mark(menu, selected) {
  menu.selected = selected;
  for (const { node, option } of menu.rows) {
    const isSelected = selected.includes(option.key);
    node.setAttribute("aria-selected", String(isSelected));
    node.querySelector(".menu-text ~ .icon")?.remove();
    if (isSelected) node.append(icon("check", 16));
  }
}

function activate(menu, position, scroll = true) {
  menu.rows[menu.active]?.node.classList.remove("is-active");
  menu.active = position;
  const node = menu.rows[position]?.node;
  if (!node) return;
  node.classList.add("is-active");
  (menu.input || menu.list).setAttribute("aria-activedescendant", node.id);
  if (scroll) node.scrollIntoView({ block: "nearest" });
}

function onKey(event, menu) {
  const count = menu.rows.length;
  const target = { ArrowDown: menu.active + 1, ArrowUp: menu.active - 1 + count, Home: 0, End: count - 1 }[event.key];
  if (event.key === "Tab") return void closePopover();
  if (event.key === "Enter" && count) menu.choose(menu.rows[menu.active].option);
  else if (target === undefined || !count || (menu.input && ["Home", "End"].includes(event.key))) return;
  else activate(menu, target % count);
  event.preventDefault();
}
