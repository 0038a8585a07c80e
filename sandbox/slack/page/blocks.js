// Block Kit. A context says who is looking and where actions go:
//   {directory, form, act(blockId, element, value), suggest(blockId, element, query), submit?()}

import { chart } from "./charts.js";
import { h } from "./dom.js";
import { renderElement } from "./elements.js";
import { picture } from "./images.js";
import { mrkdwn, plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

const RENDERERS = {
  section,
  header: (block) => h("h3", null, plainText(block.text)),
  divider: () => h("hr"),
  context,
  actions,
  input,
  image,
  rich_text: (block, ctx) => h("div", null, richText(block, ctx.directory)),
  markdown: (block, ctx) => h("div", null, mrkdwn(block.text ?? "", ctx.directory)),
  table: (block, ctx) => table(block, ctx.directory),
  data_table: (block, ctx) => dataTable(block, ctx.directory),
  data_visualization: (block) => chart(block),
};

/** The nodes of a list of blocks, each marked with its block_id. */
export function renderBlocks(blocks, ctx) {
  return blocks.map((block, index) => renderBlock({ block_id: `block-${index}`, ...block }, ctx));
}

function renderBlock(block, ctx) {
  const render = RENDERERS[block.type];
  const content = render ? render(block, ctx) : h("span", { class: "unsupported" }, `Unsupported block: ${block.type}`);
  return h(
    "div",
    { class: `block block-${block.type}`, data: { blockId: block.block_id, blockType: block.type } },
    content,
  );
}

function section(block, ctx) {
  const text = block.text && h("div", { class: "section-text" }, textObject(block.text, ctx.directory));
  const fields =
    block.fields &&
    h(
      "div",
      { class: "fields" },
      block.fields.map((field) => h("div", { class: "field" }, textObject(field, ctx.directory))),
    );
  const accessory =
    block.accessory && h("div", { class: "accessory" }, renderElement(block.accessory, acting(block, ctx)));
  return [h("div", { class: "section-main" }, text, fields), accessory];
}

function context(block, ctx) {
  return (block.elements ?? []).map((element) =>
    element.type === "image"
      ? renderElement(element, acting(block, ctx))
      : h("span", { class: "context-text" }, textObject(element, ctx.directory)),
  );
}

function actions(block, ctx) {
  return (block.elements ?? []).map((element) => renderElement(element, acting(block, ctx)));
}

function acting(block, ctx) {
  return { blockId: block.block_id, ctx, acts: true, rules: null };
}

function input(block, ctx) {
  const rules = { optional: Boolean(block.optional) };
  const control = renderElement(block.element, {
    blockId: block.block_id,
    ctx,
    acts: Boolean(block.dispatch_action),
    rules,
  });
  const name = `label-${crypto.randomUUID()}`;
  (control.querySelector("input.text-input, textarea") ?? control).setAttribute("aria-labelledby", name);
  return [
    h(
      "div",
      { class: "input-label", id: name },
      plainText(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    control,
    h("div", { class: "input-error", role: "alert", data: { testid: "input-error" }, hidden: true }),
    block.hint && h("div", { class: "input-hint" }, plainText(block.hint)),
  ];
}

/** Show messages under the inputs they belong to (block_id -> text) and clear all others; returns those that found no input. */
export function showErrors(root, errors) {
  const left = new Map(Object.entries(errors));
  for (const block of root.querySelectorAll("[data-block-type=input]")) {
    const message = errors[block.dataset.blockId];
    const line = block.querySelector(".input-error");
    left.delete(block.dataset.blockId);
    line.hidden = !message;
    line.textContent = message ?? "";
    block.classList.toggle("has-error", Boolean(message));
  }
  root.querySelector(".has-error :is(input, textarea, button)")?.focus();
  return [...left.values()];
}

function image(block) {
  return h(
    "figure",
    { class: "image-figure" },
    block.title && h("figcaption", null, plainText(block.title)),
    picture(block, "image"),
  );
}
