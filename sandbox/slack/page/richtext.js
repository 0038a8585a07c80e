// rich_text blocks: sections, lists, quotes and preformatted text.

import { h } from "./dom.js";
import { shortDate } from "./dates.js";
import { emoji, withSigns } from "./emoji.js";
import { channelMention, link, mention, userMention } from "./mrkdwn.js";

const STYLE_TAGS = { bold: "strong", italic: "em", strike: "del", code: "code", underline: "u" };
const BULLETS = { bullet: ["disc", "circle", "square"], ordered: ["decimal", "lower-alpha", "lower-roman"] };

/** The nodes of a rich_text block (or of a rich_text table cell). */
export function richText(block, directory) {
  return (block.elements ?? []).map((element) => part(element, directory));
}

function part(element, directory) {
  const content = () => (element.elements ?? []).map((item) => inline(item, directory));
  if (element.type === "rich_text_list") return list(element, directory);
  if (element.type === "rich_text_quote") return h("blockquote", { class: "md-quote rich-section" }, content());
  if (element.type === "rich_text_preformatted") return h("pre", { class: "md-pre" }, content());
  return h("div", { class: "rich-section" }, content());
}

function list(element, directory) {
  const level = element.indent ?? 0;
  const marks = BULLETS[element.style] ?? BULLETS.bullet;
  const items = (element.elements ?? []).map((item) => h("li", null, part(item, directory)));
  return h(
    element.style === "ordered" ? "ol" : "ul",
    {
      class: element.border ? "rich-list rich-list-border" : "rich-list",
      start: element.offset ? element.offset + 1 : null,
      css: { "list-style-type": marks[level % marks.length], "margin-left": `${level * 24}px` },
    },
    items,
  );
}

function inline(element, directory) {
  return Object.entries(STYLE_TAGS)
    .filter(([name]) => element.style?.[name])
    .reduce((node, [, tag]) => h(tag, tag === "code" ? { class: "md-code" } : null, node), bare(element, directory));
}

function text(content) {
  const nodes = withSigns(content);
  if (nodes.length === 1) return document.createTextNode(content);
  const run = document.createDocumentFragment();
  run.append(...nodes);
  return run;
}

function bare(element, directory) {
  const draw = {
    text: () => text(element.text ?? ""),
    link: () => link(element.url ?? "", element.text ?? element.url ?? ""),
    emoji: () => emoji(element.name) ?? document.createTextNode(`:${element.name}:`),
    user: () => userMention(element.user_id, null, directory),
    channel: () => channelMention(element.channel_id, null, directory),
    usergroup: () => mention("group", element.usergroup_id, "@group", directory),
    broadcast: () => mention("broadcast", element.range, `@${element.range}`, directory),
    date: () => document.createTextNode(element.fallback ?? shortDate(new Date(element.timestamp * 1000))),
    color: () => h("code", { class: "md-code" }, element.value ?? ""),
  };
  return draw[element.type]?.() ?? document.createTextNode(element.text ?? "");
}
