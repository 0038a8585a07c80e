// One message in a list: who, when, what, and what can be done with it.

import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { iconButton } from "./controls.js";
import { ago, clock, fullTime } from "./dates.js";
import { directory } from "./directory.js";
import { h } from "./dom.js";
import { FormState } from "./form.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, openThread, suggest } from "./session.js";
import { openMessageShortcuts, shortcutsOf } from "./shortcuts.js";
import { personName, user } from "./store.js";

/** The node of a message. `compact` leaves out the head; `replies` are those of its thread, or null inside one. */
export function messageNode(message, { compact, replies, channelId }) {
  const author = user(message.user) ?? {
    id: message.bot_id ?? "",
    real_name: message.username,
    is_bot: Boolean(message.bot_id),
  };
  const classes = ["message", compact && "message-compact", message.ephemeral && "message-ephemeral"].filter(Boolean);
  return h(
    "article",
    {
      class: classes.join(" "),
      tabIndex: -1,
      "aria-label": `${nameOf(message, author)}, ${clock(message.ts)}`,
      data: { testid: "message", ts: message.ts, channelId, ephemeral: String(Boolean(message.ephemeral)) },
    },
    message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
    h("div", { class: "gutter" }, compact ? time(message) : face(message, author)),
    h(
      "div",
      { class: "message-body" },
      !compact && head(message, author),
      commandLine(message),
      content(message, channelId),
      replies?.length ? threadLine(message, replies) : null,
    ),
    tools(message, replies !== null),
  );
}

function nameOf(message, author) {
  return message.username || personName(author);
}

function face(message, author) {
  return message.notice
    ? h("span", { class: "avatar avatar-notice", "aria-hidden": "true" }, icon("pulse", 22))
    : avatar(author);
}

function head(message, author) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, nameOf(message, author)),
    author.is_bot && h("span", { class: "app-badge" }, "APP"),
    time(message),
  );
}

function time(message) {
  return h("time", { class: "time", title: fullTime(message.ts) }, clock(message.ts));
}

function commandLine(message) {
  if (!message.command) return null;
  return h("div", { class: "command-line" }, icon("bolt", 13), h("code", null, message.command));
}

function content(message, channelId) {
  const edited = message.edited && h("span", { class: "edited" }, "(edited)");
  const attachments = (message.attachments ?? []).map((item) => attachment(item, message, channelId));
  if (!message.blocks?.length)
    return [
      message.text && h("div", { class: "text" }, mrkdwn(message.text, directory), edited ? [" ", edited] : null),
      attachments,
      (message.files ?? []).map(fileCard),
    ];
  return [
    h("div", { class: "blocks" }, renderBlocks(message.blocks, contextOf(message, channelId))),
    edited,
    attachments,
  ];
}

function fileCard(file) {
  return h(
    "a",
    { class: "file", href: file.url_private_download, download: file.name, data: { testid: "file" } },
    icon("file", 26),
    h(
      "span",
      { class: "file-words" },
      h("span", { class: "file-name" }, file.title),
      h("span", { class: "file-kind" }, `${file.pretty_type} · ${fileSize(file.size)} · Download`),
    ),
  );
}

function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function attachment(item, message, channelId) {
  const inner = item.blocks?.length
    ? renderBlocks(item.blocks, contextOf(message, channelId))
    : [
        item.title && h("strong", null, item.title),
        h("div", { class: "text" }, mrkdwn(item.text ?? item.fallback ?? "", directory)),
      ];
  const color = /^#?[0-9a-f]{6}$/i.test(item.color ?? "") ? `#${item.color.replace("#", "")}` : null;
  return h("div", { class: "attachment", css: color ? { "border-color": color } : {} }, inner);
}

function contextOf(message, channelId) {
  const container = { kind: "message", channel: channelId, ts: message.ts, ephemeral: Boolean(message.ephemeral) };
  const form = new FormState();
  return {
    directory,
    form,
    act: (blockId, element, value) => act(container, blockId, element, value, form.values()),
    suggest: (blockId, element, query) => suggest(container, blockId, element, query),
  };
}

function threadLine(message, replies) {
  const people = [...new Set(replies.map((reply) => reply.user))].slice(0, 4);
  return h(
    "button",
    {
      type: "button",
      class: "thread-line",
      data: { testid: "thread-line" },
      on: { click: () => openThread(message.ts) },
    },
    people.map((id) => avatar(user(id), 22)),
    h("span", { class: "thread-count" }, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`),
    h("span", { class: "thread-last" }, `Last reply ${ago(replies.at(-1).ts, Date.now())}`),
    icon("right", 15),
  );
}

function tools(message, canThread) {
  if (message.notice || message.ephemeral) return null;
  const tool = (name, label, testid, click) => iconButton(name, label, { click, testid, className: "tool" });
  const thread = canThread && tool("thread", "Reply in thread", "message-thread", () => openThread(message.ts));
  const offered = shortcutsOf("message").length > 0;
  const more =
    offered &&
    tool("dots", "More actions", "message-more", (event) => openMessageShortcuts(event.currentTarget, message));
  return (
    (thread || more) && h("div", { class: "tools", role: "toolbar", "aria-label": "Message actions" }, thread, more)
  );
}
