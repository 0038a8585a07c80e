// Modal views: a stack of dialogs as the app opens, pushes, updates and closes them.

import { renderBlocks, showErrors } from "./blocks.js";
import { iconButton } from "./controls.js";
import { directory } from "./directory.js";
import { h, reconcile } from "./dom.js";
import { FormState } from "./form.js";
import { spinner } from "./icons.js";
import { closePopover, showDialog } from "./layers.js";
import { plainText } from "./mrkdwn.js";
import { act, closeView, submitView, suggest } from "./session.js";

const stack = [];

/** Take in a `view` or `submit_result` frame. */
export function receiveView(frame) {
  if (frame.type === "submit_result") return settle(frame);
  const handle = { open, push, update, close: ({ id }) => drop(id), clear: closeAllViews };
  handle[frame.op]?.(frame.view ?? {});
}

/** Take every modal off the screen, without telling the app. */
export function closeAllViews() {
  while (stack.length) drop(stack.at(-1).view.id);
}

function open(view) {
  closeAllViews();
  push(view);
}

function push(view) {
  const layer = { view, form: new FormState(), returnTo: document.activeElement };
  layer.dialog = h("dialog", { class: "dialog modal", data: { testid: "modal" } });
  stack.push(layer);
  draw(layer);
  showDialog(layer.dialog, () => dismiss(layer));
  focusFirst(layer);
}

function update(view) {
  const layer = stack.find((item) => item.view.id === view.id);
  if (!layer) return;
  const focused = document.activeElement?.closest("[data-action-id]")?.dataset.actionId;
  layer.view = view;
  draw(layer);
  const twin = focused && layer.dialog.querySelector(`[data-action-id="${CSS.escape(focused)}"]`);
  if (twin) (twin.querySelector("input, textarea") ?? twin).focus();
  else focusFirst(layer);
}

function drop(viewId) {
  const at = stack.findIndex((item) => item.view.id === viewId);
  if (at < 0) return;
  closePopover();
  for (const layer of stack.splice(at).reverse()) {
    layer.dialog.remove();
    if (layer.returnTo?.isConnected) layer.returnTo.focus();
  }
}

function dismiss(layer) {
  closeView(layer.view.id);
  drop(layer.view.id);
}

// The cross leaves the whole stack; «Cancel» and Escape go back by one.
function dismissAll() {
  while (stack.length) dismiss(stack.at(-1));
}

function draw(layer) {
  const { dialog, view, form } = layer;
  closePopover();
  form.restart();
  dialog.dataset.viewId = view.id;
  dialog.dataset.callbackId = view.callback_id ?? "";
  dialog.setAttribute("aria-label", view.title?.text ?? "Dialog");
  const body = h("div", { class: "dialog-body" }, renderBlocks(view.blocks ?? [], contextOf(layer)));
  layer.trouble = h("div", { class: "dialog-trouble", role: "alert", data: { testid: "modal-trouble" }, hidden: true });
  reconcile(
    dialog,
    [head(layer), body, layer.trouble, view.submit || view.close || hasInputs(view) ? foot(layer) : null].filter(
      Boolean,
    ),
  );
}

function hasInputs(view) {
  return (view.blocks ?? []).some(({ type }) => type === "input");
}

function contextOf(layer) {
  const container = { kind: "view", view_id: layer.view.id };
  return {
    directory,
    form: layer.form,
    act: (blockId, element, value) => act(container, blockId, element, value, layer.form.values()),
    suggest: (blockId, element, query) => suggest(container, blockId, element, query),
    submit: () => submit(layer),
  };
}

function head(layer) {
  return h(
    "header",
    { class: "dialog-head" },
    h("h2", { class: "dialog-title", data: { testid: "modal-title" } }, plainText(layer.view.title)),
    iconButton("close", "Close", { click: dismissAll, testid: "modal-close", size: 20 }),
  );
}

function foot(layer) {
  const { view } = layer;
  const cancel = h(
    "button",
    { type: "button", class: "button", data: { testid: "modal-cancel" }, on: { click: () => dismiss(layer) } },
    plainText(view.close ?? { text: "Cancel" }),
  );
  if (!view.submit && !hasInputs(view)) return h("footer", { class: "dialog-foot" }, cancel);
  layer.button = h(
    "button",
    {
      type: "button",
      class: "button button-primary",
      data: { testid: "modal-submit" },
      on: { click: () => submit(layer) },
    },
    h("span", { class: "button-text" }, plainText(view.submit ?? { text: "Submit" })),
  );
  return h("footer", { class: "dialog-foot" }, cancel, layer.button);
}

function submit(layer) {
  if (!layer.button || layer.button.disabled) return;
  const complaints = layer.form.complaints();
  complain(layer, complaints);
  if (Object.keys(complaints).length) return;
  if (submitView(layer.view.id, layer.form.values())) setBusy(layer, true);
}

function settle({ view_id: viewId, errors }) {
  const layer = stack.find((item) => item.view.id === viewId);
  if (!layer) return;
  setBusy(layer, false);
  complain(layer, errors ?? {});
}

// What belongs to no input of the view is said above the buttons.
function complain(layer, errors) {
  const rest = showErrors(layer.dialog, errors);
  layer.trouble.hidden = !rest.length;
  layer.trouble.textContent = rest.join(" ");
}

function setBusy(layer, busy) {
  if (!layer.button) return;
  layer.button.disabled = busy;
  layer.button.classList.toggle("is-busy", busy);
  layer.button.querySelector(".spinner")?.remove();
  if (busy) layer.button.append(spinner(15));
}

function focusFirst({ dialog }) {
  const wanted =
    dialog.querySelector("[data-focus-on-load]") ?? dialog.querySelector(".dialog-body :is(input, textarea, .select)");
  (wanted ?? dialog.querySelector("[data-testid=modal-submit], [data-testid=modal-close]"))?.focus();
}
