// The list of slash commands that opens over the composer, and the usage line once a command is chosen.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { appUser, personName, state } from "./store.js";

let serial = 0;

export class Completion {
  #input;
  #fill;
  #list;
  #matches = [];
  #at = 0;
  #dismissed = null;

  /** `fill(text)` replaces what the composer holds. */
  constructor(box, input, fill) {
    this.#input = input;
    this.#fill = fill;
    this.#list = h("div", {
      class: "completion",
      role: "listbox",
      id: `completion-${(serial += 1)}`,
      "aria-label": "Commands",
      hidden: true,
    });
    box.prepend(this.#list);
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-controls", this.#list.id],
    ])
      input.setAttribute(name, value);
  }

  update() {
    const text = this.#input.value;
    const open =
      text.startsWith("/") &&
      !text.includes("\n") &&
      text !== this.#dismissed &&
      document.activeElement === this.#input;
    if (!open) return this.close();
    this.#dismissed = null;
    this.#matches = matching(text);
    this.#at = 0;
    this.#draw(text);
  }

  close() {
    this.#matches = [];
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
  }

  /** Whether the key was for the list. */
  onKey(event) {
    if (this.#list.hidden) return false;
    if (event.key === "Escape") this.#dismiss();
    else if (!this.#choosing() || !this.#steer(event)) return false;
    event.preventDefault();
    return true;
  }

  #steer({ key, shiftKey }) {
    const count = this.#matches.length;
    if (key === "ArrowDown") this.#mark((this.#at + 1) % count);
    else if (key === "ArrowUp") this.#mark((this.#at + count - 1) % count);
    else if (key === "Tab" || (key === "Enter" && !shiftKey && this.#unfinished())) this.#take(this.#at);
    else return false;
    return true;
  }

  #choosing() {
    return this.#matches.length > 0 && !this.#input.value.includes(" ");
  }

  #unfinished() {
    return this.#matches[this.#at].command !== this.#input.value;
  }

  #dismiss() {
    this.#dismissed = this.#input.value;
    this.close();
  }

  #take(index) {
    this.#fill(`${this.#matches[index].command} `);
  }

  #mark(index) {
    this.#at = index;
    [...this.#list.querySelectorAll("[role=option]")].forEach((node, position) =>
      node.setAttribute("aria-selected", String(position === index)),
    );
    this.#input.setAttribute("aria-activedescendant", `${this.#list.id}-${index}`);
  }

  #draw(text) {
    if (!this.#matches.length) return this.close();
    const rows = this.#matches.map((command, index) => this.#row(command, index));
    this.#list.replaceChildren(
      h("div", { class: "completion-title" }, text.includes(" ") ? "Usage" : "Commands"),
      ...rows,
    );
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#mark(0);
  }

  #row(command, index) {
    return h(
      "div",
      {
        class: "completion-row",
        role: "option",
        id: `${this.#list.id}-${index}`,
        data: { testid: "command", command: command.command },
        // The composer keeps the focus, or the list would close before the click lands.
        on: { pointerdown: (event) => event.preventDefault(), click: () => this.#choosing() && this.#take(index) },
      },
      avatar(appUser(), 32),
      h(
        "span",
        { class: "completion-text" },
        h(
          "span",
          null,
          h("b", null, command.command),
          " ",
          h("span", { class: "completion-hint" }, command.usage_hint ?? ""),
        ),
        h("span", { class: "completion-note" }, command.description ?? ""),
      ),
      h("span", { class: "completion-app" }, personName(appUser())),
    );
  }
}

function matching(text) {
  const [typed, ...rest] = text.split(" ");
  const fits = ({ command }) => (rest.length ? command === typed : command.startsWith(typed.toLowerCase()));
  return state.app.commands.filter(fits);
}
