// Menus of which several options may be chosen: what is chosen stands in the field, and the menu stays open.

import { confirmed } from "./confirm.js";
import { iconButton } from "./controls.js";
import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, isOpenOn, settlePopover } from "./layers.js";
import { openMenu } from "./menus.js";
import { plainText } from "./mrkdwn.js";
import { keyOf, nameOf, source } from "./selects.js";

const VALUE_KEYS = {
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  multi_users_select: "selected_users",
  multi_conversations_select: "selected_conversations",
  multi_channels_select: "selected_channels",
};

/** A multi-select of any source: a field with what is chosen, each with its cross, and a button that opens the menu. */
export function severalSelect(element, field) {
  const { ctx, blockId } = field;
  const key = VALUE_KEYS[element.type];
  const payload = (values) => ({ type: element.type, [key]: values });
  const initial = element[key.replace("selected", "initial")] ?? [];
  let chosen = ctx.form.register(blockId, element.action_id, payload(initial), field.rules)[key];
  const picks = h("span", { class: "picks" });

  function take(values) {
    confirmed(element, ctx.directory, () => {
      chosen = values;
      show();
      ctx.form.set(blockId, element.action_id, payload(chosen));
      if (field.acts) ctx.act(blockId, element, chosen);
    });
  }

  function toggle({ raw }) {
    const others = without(raw);
    const room = others.length < (element.max_selected_items ?? Infinity);
    if (others.length < chosen.length) take(others);
    else if (room) take([...chosen, raw]);
    return chosen.map(keyOf);
  }

  const without = (value) => chosen.filter((each) => keyOf(each) !== keyOf(value));
  const pick = (value) =>
    h(
      "span",
      { class: "pick", data: { testid: "pick" } },
      h("span", { class: "pick-text" }, nameOf(value, ctx.directory)),
      iconButton("close", "Remove", { click: () => take(without(value)), className: "pick-remove", size: 12 }),
    );

  function show() {
    reconcile(picks, chosen.map(pick));
    label.hidden = chosen.length > 0;
    settlePopover();
  }

  const label = h(
    "span",
    { class: "select-label is-placeholder" },
    plainText(element.placeholder ?? { text: "Select options" }),
  );
  const open = () =>
    openMenu(trigger, {
      ...source(element, field),
      selected: chosen.map(keyOf),
      onToggle: toggle,
      label: element.placeholder?.text,
    });
  const trigger = h(
    "button",
    {
      type: "button",
      class: "select-open",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": element.placeholder?.text ?? "Select options",
      data: { testid: "select" },
      on: { click: () => (isOpenOn(trigger) ? closePopover() : open()) },
    },
    label,
    icon("down", 16),
  );
  show();
  return h("div", { class: "select select-several" }, picks, trigger);
}
