// The small buttons that the page itself puts around what apps send.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A button that shows only an icon; `label` is its name for screen readers and its tooltip. */
export function iconButton(name, label, { click, testid, className = "icon-button", size = 18, disabled = false }) {
  const props = {
    type: "button",
    class: className,
    title: label,
    "aria-label": label,
    disabled,
    data: { testid },
    on: { click },
  };
  return h("button", props, icon(name, size));
}
