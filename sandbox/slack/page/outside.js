// The boxes of other systems: what may be let happen there, and what arrived there. Of the sandbox alone, and marked
// so: in a real workspace things happen elsewhere without our doing.

import { h } from "./dom.js";
import { letHappen } from "./session.js";
import { openBox, state } from "./store.js";

/** One box; one of them is open at a time. Letters, newest first, are there where the system takes them. */
export function outsideBox(box) {
  const open = box.id === state.openBox;
  return h(
    "section",
    { class: "outside", "aria-label": box.title, data: { testid: "outside", name: box.id } },
    head(box, open),
    open && h("div", { class: "outside-body" }, box.acts.map((act) => button(box, act)), box.letters && lettersOf(box)),
  );
}

function head({ id, title, letters }, open) {
  return h(
    "button",
    {
      type: "button",
      class: "side-title outside-head",
      "aria-expanded": String(open),
      on: { click: () => openBox(open ? null : id) },
    },
    h("span", {}, letters?.length ? `${title} (${letters.length})` : title),
    h("span", { class: "outside-note" }, "sandbox only"),
  );
}

function button({ id: box }, { id, label }) {
  return h("button", { type: "button", class: "outside-act", data: { act: id }, on: { click: () => letHappen(box, id) } }, label);
}

function lettersOf({ letters }) {
  return letters.length ? letters.map(letter) : h("p", { class: "letter-none" }, "Nothing has arrived yet.");
}

function letter({ from, to, subject, text, attachments }) {
  return h(
    "details",
    { class: "letter" },
    h("summary", {}, h("span", {}, subject || "(no subject)"), h("span", { class: "letter-to" }, to.join(", "))),
    from ? h("p", {}, `From ${from}`) : null,
    h("p", { class: "letter-text" }, text),
    attachments.map((name) => h("p", {}, `Attached: ${name}`)),
  );
}
