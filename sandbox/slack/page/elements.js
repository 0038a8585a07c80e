// Interactive Block Kit elements. Each renderer gets the element and its `field`:
//   {blockId, ctx, acts, rules}   acts: a change is sent to the app; rules: what an input block demands, or null.

import { showBusy } from "./busy.js";
import { openCalendar } from "./calendar.js";
import { confirmed } from "./confirm.js";
import { fromIso, shortDate } from "./dates.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { picture } from "./images.js";
import { plainText, textObject } from "./mrkdwn.js";
import { overflow, select } from "./selects.js";
import { severalSelect } from "./severals.js";
import { textInput } from "./textinput.js";

const SAFE_BUTTON_LINK = /^https?:\/\//i;

const RENDERERS = {
  button,
  overflow,
  static_select: select,
  external_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: severalSelect,
  multi_external_select: severalSelect,
  multi_users_select: severalSelect,
  multi_conversations_select: severalSelect,
  multi_channels_select: severalSelect,
  checkboxes: choices,
  radio_buttons: choices,
  datepicker,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  image: (element) => picture(element, "thumb"),
};

/** The node for one element; an element that the page does not know is named rather than dropped. */
export function renderElement(element, field) {
  const render = RENDERERS[element.type];
  if (!render) return h("span", { class: "unsupported" }, `Unsupported element: ${element.type}`);
  const node = render(element, field);
  node.dataset.actionId = element.action_id ?? "";
  return node;
}

function button(element, field) {
  const style = { primary: "button-primary", danger: "button-danger" }[element.style] ?? "";
  const node = h(
    "button",
    {
      type: "button",
      class: `button ${style}`,
      "aria-label": element.accessibility_label,
      on: { click: () => confirmed(element, field.ctx.directory, () => press(node, element, field)) },
    },
    h("span", { class: "button-text" }, plainText(element.text)),
  );
  return node;
}

function press(node, element, field) {
  if (SAFE_BUTTON_LINK.test(element.url ?? "")) window.open(element.url, "_blank", "noopener,noreferrer");
  else showBusy(node);
  field.ctx.act(field.blockId, element, null);
}

function choices(element, field) {
  const several = element.type === "checkboxes";
  const payload = (chosen) =>
    several
      ? { type: element.type, selected_options: chosen }
      : { type: element.type, selected_option: chosen[0] ?? null };
  const initial = several ? (element.initial_options ?? []) : [element.initial_option].filter(Boolean);
  const stored = field.ctx.form.register(field.blockId, element.action_id, payload(initial), field.rules);
  const chosen = several ? stored.selected_options : [stored.selected_option].filter(Boolean);
  const name = `${element.action_id}-${crypto.randomUUID()}`;
  const group = h("div", { class: "choices", role: several ? "group" : "radiogroup" });

  function change() {
    const picked = element.options.filter((_, index) => group.querySelectorAll("input")[index].checked);
    field.ctx.form.set(field.blockId, element.action_id, payload(picked));
    if (field.acts)
      confirmed(element, field.ctx.directory, () =>
        field.ctx.act(field.blockId, element, several ? picked : picked[0]),
      );
  }

  const isChosen = (option) => chosen.some(({ value }) => value === option.value);
  group.append(
    ...element.options.map((option) =>
      choice(option, several ? "checkbox" : "radio", name, isChosen(option), change, field),
    ),
  );
  return group;
}

function choice(option, type, name, checked, change, field) {
  return h(
    "label",
    { class: "choice", data: { value: option.value } },
    h("input", { type, name, checked, on: { change } }),
    h(
      "span",
      null,
      h("span", null, textObject(option.text, field.ctx.directory)),
      option.description &&
        h("span", { class: "choice-description" }, textObject(option.description, field.ctx.directory)),
    ),
  );
}

function datepicker(element, field) {
  const payload = (date) => ({ type: element.type, selected_date: date });
  let date = field.ctx.form.register(
    field.blockId,
    element.action_id,
    payload(element.initial_date ?? null),
    field.rules,
  ).selected_date;
  const label = h("span", { class: "select-label" });
  const show = () => {
    label.textContent = date ? shortDate(fromIso(date)) : (element.placeholder?.text ?? "Select a date");
    label.classList.toggle("is-placeholder", !date);
  };
  const pick = (day) =>
    confirmed(element, field.ctx.directory, () => {
      date = day;
      show();
      field.ctx.form.set(field.blockId, element.action_id, payload(day));
      if (field.acts) field.ctx.act(field.blockId, element, day);
    });
  const trigger = h(
    "button",
    {
      type: "button",
      class: "select",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      data: { testid: "datepicker" },
      on: { click: () => openCalendar(trigger, date, pick) },
    },
    icon("calendar", 16),
    label,
  );
  show();
  return trigger;
}
