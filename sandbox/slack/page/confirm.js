// The "are you sure" dialog that an element may ask for before it acts.

import { h } from "./dom.js";
import { showDialog } from "./layers.js";
import { plainText, textObject } from "./mrkdwn.js";

/** Run `proceed` at once, or after the person has agreed when the element carries a `confirm` object. */
export function confirmed(element, directory, proceed) {
  if (!element.confirm) return void proceed();
  const { title, text, confirm, deny, style } = element.confirm;
  const done = (agreed) => {
    dialog.remove();
    if (agreed) proceed();
  };
  const answer = (agreed, label, className, testid) =>
    h(
      "button",
      { type: "button", class: `button ${className}`, data: { testid }, on: { click: () => done(agreed) } },
      label,
    );
  const dialog = h(
    "dialog",
    { class: "dialog dialog-small", "aria-label": title?.text ?? "Are you sure?", data: { testid: "confirm-dialog" } },
    h("h2", { class: "dialog-title" }, plainText(title ?? { text: "Are you sure?" })),
    h("div", { class: "dialog-body" }, textObject(text, directory)),
    h(
      "div",
      { class: "dialog-foot" },
      answer(false, deny?.text ?? "Cancel", "", "confirm-deny"),
      answer(true, confirm?.text ?? "Yes", style === "danger" ? "button-danger" : "button-primary", "confirm-ok"),
    ),
  );
  showDialog(dialog, () => done(false));
  dialog.querySelector("[data-testid=confirm-ok]").focus();
}
