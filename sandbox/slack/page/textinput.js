// Text inputs: one line, many lines, with a counter where the app sets a limit.

import { h } from "./dom.js";

const LINE_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };

/** A plain_text_input or one of its one-line relatives. */
export function textInput(element, field) {
  const { ctx, blockId } = field;
  const payload = (value) => ({ type: element.type, value: value === "" ? null : value });
  const rules = field.rules && { ...field.rules, minLength: element.min_length, maxLength: element.max_length };
  const stored = ctx.form.register(blockId, element.action_id, payload(element.initial_value ?? ""), rules);
  const input = h(element.multiline ? "textarea" : "input", {
    class: "text-input",
    value: stored.value ?? "",
    placeholder: element.placeholder?.text ?? "",
    rows: element.multiline ? 4 : null,
    type: element.multiline ? null : (LINE_TYPES[element.type] ?? "text"),
    autocomplete: "off",
    maxlength: element.max_length,
  });
  if (element.focus_on_load) input.dataset.focusOnLoad = "";
  const counter = element.max_length && h("span", { class: "counter", "aria-hidden": "true" });
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];

  function changed() {
    if (counter) counter.textContent = String(element.max_length - input.value.length);
    ctx.form.set(blockId, element.action_id, payload(input.value));
  }

  input.addEventListener("input", () => {
    changed();
    if (field.acts && triggers.includes("on_character_entered")) ctx.act(blockId, element, input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || element.multiline) return;
    event.preventDefault();
    if (field.acts && triggers.includes("on_enter_pressed")) ctx.act(blockId, element, input.value);
    else ctx.submit?.();
  });
  changed();
  return h("div", { class: counter ? "text-field has-counter" : "text-field" }, input, counter);
}
