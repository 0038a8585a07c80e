// The box «Mail sent»: what the sandbox's mail server took. Of the sandbox alone, and marked so.

import { h } from "./dom.js";

/** The box with these letters, newest first; each opens to its text. */
export function mailBox(letters) {
  return h(
    "section",
    { class: "outside mail-box", "aria-label": "Mail sent", data: { testid: "mail" } },
    h("h2", { class: "side-title" }, "Mail sent", h("span", { class: "outside-note" }, "sandbox only")),
    letters.length ? letters.map(letter) : h("p", { class: "mail-none" }, "Nothing yet."),
  );
}

function letter({ from, to, subject, text, attachments }) {
  return h(
    "details",
    { class: "mail" },
    h("summary", {}, h("span", { class: "mail-subject" }, subject || "(no subject)"), h("span", { class: "mail-to" }, to.join(", "))),
    h("p", { class: "mail-from" }, `From ${from}`),
    h("p", { class: "mail-text" }, text),
    attachments.map((name) => h("p", { class: "mail-file" }, `Attached: ${name}`)),
  );
}
