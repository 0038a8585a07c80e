// Slack's mrkdwn as DOM nodes. `<…>` sequences are honoured only when they arrive unescaped; `&lt;!channel&gt;` is text.

import { h } from "./dom.js";
import { slackDate } from "./dates.js";
import { emoji, withSigns } from "./emoji.js";

const FENCE = /```\n?([\s\S]+?)\n?```/g;
const QUOTE = /^(?:&gt;|>) ?/;
const REST_QUOTE = /^(?:&gt;|>){3} ?/;
const SAFE_LINK = /^(?:https?:\/\/|mailto:|tel:)/i;
const TOKEN = new RegExp(
  [
    "<(?<control>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    "(?<url>https?:\\/\\/[^\\s<>|]*[^\\s<>|.,;:!?)'\"*_~])",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
    "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
    ":(?<emoji>[a-z0-9_+-]+):",
  ].join("|"),
  "g",
);

/** Nodes for an mrkdwn string. `directory` gives names for users and channels, and who is looking. */
export function mrkdwn(text, directory) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(FENCE)) {
    nodes.push(...paragraphs(text.slice(end, match.index), directory));
    nodes.push(h("pre", { class: "md-pre" }, unescape(match[1])));
    end = match.index + match[0].length;
  }
  nodes.push(...paragraphs(text.slice(end), directory));
  return nodes;
}

/** Nodes for a plain_text object: literal text, with emoji names resolved unless the object says not to. */
export function plainText(object) {
  const text = object?.text ?? "";
  if (object?.emoji === false) return withSigns(text);
  return text
    .split(/(:[a-z0-9_+-]+:)/)
    .flatMap((part) => (/^:.+:$/.test(part) && emoji(part.slice(1, -1))) || withSigns(part));
}

/** The same for a text that may have several lines. */
function plainLines(object) {
  const all = (object.text ?? "").split("\n").map((text) => plainText({ ...object, text }));
  return all.flatMap((line, index) => (index ? [h("br"), ...line] : line));
}

/** Nodes for a text object of either kind. */
export function textObject(object, directory) {
  if (!object) return [];
  if (object.type !== "mrkdwn") return plainLines(object);
  // `verbatim` text turns no bare address into a link.
  return mrkdwn(
    object.text ?? "",
    object.verbatim ? Object.assign(Object.create(directory), { verbatim: true }) : directory,
  );
}

/** A link that leaves the page, or plain text where the address is of a kind that a page should not open. */
export function link(address, label) {
  if (!SAFE_LINK.test(address)) return h("span", null, label);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** A mention chip for a user, channel or group. */
export function mention(kind, id, label, directory) {
  const mine = kind === "broadcast" || (kind === "user" && id === directory.me);
  return h("span", { class: mine ? "mention mention-me" : "mention", data: { mention: kind, id } }, label);
}

export function userMention(id, fallback, directory) {
  return mention("user", id, `@${directory.userName(id) ?? fallback ?? id}`, directory);
}

export function channelMention(id, fallback, directory) {
  return mention("channel", id, `#${directory.channelName(id) ?? fallback ?? id}`, directory);
}

function paragraphs(text, directory) {
  if (!text) return [];
  const nodes = [];
  for (const run of quoteRuns(text.split("\n"))) {
    if (run.quoted) nodes.push(h("blockquote", { class: "md-quote" }, lines(run.lines, directory)));
    else nodes.push(...lines(run.lines, directory));
  }
  return nodes;
}

function quoteRuns(all) {
  const runs = [];
  let rest = false;
  for (const line of all) {
    rest ||= REST_QUOTE.test(line);
    const quoted = rest || QUOTE.test(line);
    const bare = line.replace(REST_QUOTE, "").replace(QUOTE, "");
    if (runs.at(-1)?.quoted === quoted) runs.at(-1).lines.push(bare);
    else runs.push({ quoted, lines: [bare] });
  }
  return runs;
}

function lines(all, directory) {
  return all.flatMap((line, index) => (index ? [h("br"), ...inline(line, directory)] : inline(line, directory)));
}

function inline(text, directory) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const node = token(match.groups, directory);
    if (node === null) continue;
    nodes.push(...withSigns(unescape(text.slice(end, match.index))), node);
    end = match.index + match[0].length;
  }
  nodes.push(...withSigns(unescape(text.slice(end))));
  return nodes;
}

function token(groups, directory) {
  if (groups.control !== undefined) return control(groups.control, directory);
  if (groups.code !== undefined) return h("code", { class: "md-code" }, unescape(groups.code));
  if (groups.url !== undefined) return directory.verbatim ? null : link(unescape(groups.url), unescape(groups.url));
  if (groups.bold !== undefined) return h("strong", null, inline(groups.bold, directory));
  if (groups.italic !== undefined) return h("em", null, inline(groups.italic, directory));
  if (groups.strike !== undefined) return h("del", null, inline(groups.strike, directory));
  return emoji(groups.emoji);
}

function control(body, directory) {
  const [target, label] = halves(body, "|");
  if (target.startsWith("@")) return userMention(target.slice(1), label, directory);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, directory);
  if (target.startsWith("!")) return special(target.slice(1), label, directory);
  if (!SAFE_LINK.test(target)) return document.createTextNode(unescape(`<${body}>`));
  return link(unescape(target), unescape(label ?? target.replace(/^mailto:/, "")));
}

function special(body, label, directory) {
  if (body.startsWith("date^")) return document.createTextNode(slackDate(body, label ?? ""));
  if (body.startsWith("subteam^")) return mention("group", body.slice(8), label ?? "@group", directory);
  return mention("broadcast", body, `@${body}`, directory);
}

function halves(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
