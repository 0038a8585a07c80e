// What floats above the page: one popover at a time, and dialogs that hold the focus.

import { h } from "./dom.js";

const GAP = 4;
const EDGE = 8;
const FOCUSABLE =
  "a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex='-1'])";

let open = null;

/**
 * Show `content` next to `anchor` until a click outside, Escape or closePopover(). Only one is open at a time.
 * `side` is "below" or "above"; `align` the edge that both share, "start" or "end".
 */
export function openPopover(anchor, content, { side = "below", align = "start", onClose, className = "" } = {}) {
  closePopover();
  const box = h("div", { class: `popover ${className}`, popover: "manual" }, content);
  // A modal dialog makes everything outside itself inert, so its menus have to live inside it.
  (anchor.closest("dialog") ?? document.body).append(box);
  box.showPopover();
  open = { box, anchor, onClose, place: () => place(box, anchor, side, align) };
  anchor.setAttribute("aria-expanded", "true");
  open.place();
  return box;
}

export function closePopover() {
  if (!open) return;
  const { box, anchor, onClose } = open;
  open = null;
  anchor.setAttribute("aria-expanded", "false");
  box.remove();
  onClose?.();
}

/** Whether the popover that is open belongs to this anchor. */
export const isOpenOn = (anchor) => open?.anchor === anchor;

/** Close the popover when its anchor has left the page, and move it along when the page has moved. */
export function settlePopover() {
  if (open && !open.anchor.isConnected) closePopover();
  else open?.place();
}

/** Show a modal dialog that keeps Tab inside; `onEscape` decides what Escape does. */
export function showDialog(dialog, onEscape) {
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    onEscape();
  });
  dialog.addEventListener("keydown", (event) => keepFocus(dialog, event));
  document.body.append(dialog);
  dialog.showModal();
}

function keepFocus(dialog, event) {
  if (event.key !== "Tab") return;
  const stops = [...dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
  const last = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== last) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}

function place(box, anchor, side, align) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + GAP;
  const above = at.top - GAP - height;
  const fitsBelow = below + height <= window.innerHeight - EDGE;
  const top = side === "above" ? (above >= EDGE ? above : below) : fitsBelow || above < EDGE ? below : above;
  const left = align === "end" ? at.right - width : at.left;
  box.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - height - EDGE))}px`;
  box.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.box.contains(event.target) && !open.anchor.contains(event.target)) closePopover();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !open) return;
    const { anchor } = open;
    event.preventDefault();
    event.stopPropagation();
    closePopover();
    anchor.focus();
  },
  true,
);
window.addEventListener("resize", () => open?.place());
window.addEventListener("scroll", (event) => open && !open.box.contains(event.target) && open.place(), true);
