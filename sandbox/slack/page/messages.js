// A list of messages that keeps its nodes: only what changed is drawn again, and the newest line stays in sight.

import { iconButton } from "./controls.js";
import { dayName, instant, sameDay } from "./dates.js";
import { h, reconcile } from "./dom.js";
import { settlePopover } from "./layers.js";
import { messageNode } from "./message.js";
import { isReply, repliesTo, state } from "./store.js";

const SAME_BREATH_MS = 5 * 60 * 1000;
const NEAR_END_PX = 80;
const ROOM_ABOVE_PX = 8;

/** A list with its own node cache; `label` names it for screen readers. */
export function messageList(label, testid) {
  const list = h("div", { class: "messages", role: "log", "aria-label": label, tabIndex: 0, data: { testid } });
  const jump = iconButton("down", "Go to the end", {
    click: toVeryEnd,
    testid: `${testid}-end`,
    className: "jump",
    size: 20,
  });
  let cache = new Map();
  let shown = null;
  let stick = true;
  let size = "";
  const sizeNow = () => `${list.clientWidth} x ${list.clientHeight}`;

  function toEnd() {
    size = sizeNow();
    if (stick) list.scrollTop = restingPlace(list);
    showJump();
  }

  function toVeryEnd() {
    stick = true;
    list.scrollTop = list.scrollHeight;
  }

  const showJump = () => {
    jump.hidden = list.scrollHeight - list.clientHeight - list.scrollTop < NEAR_END_PX;
  };

  /** Draw `messages`; `lead` stands above them, `threads` adds the line with the replies, `busy` says that more come. */
  function draw({ channelId, messages, lead, threads, busy = false }) {
    list.setAttribute("aria-busy", String(busy));
    const fresh = shown !== channelId;
    const newest = messages.at(-1);
    stick ||= fresh || (newest?.user === state.me && !cache.has(newest.ts));
    const focus = focusPath(list);
    const next = new Map();
    const nodes = lead ? [lead] : [];
    const place = { channelId, threads, cache: fresh ? new Map() : cache, next };
    messages.forEach((message, index) => nodes.push(...entry(message, messages[index - 1], place)));
    cache = next;
    shown = channelId;
    reconcile(list, nodes);
    restoreFocus(list, focus);
    settlePopover();
    toEnd();
  }

  list.addEventListener("scroll", () => {
    // A list that changed its size moves by itself; only a reader's own scrolling decides whether to follow the newest line.
    if (size === sizeNow()) stick = restingPlace(list) - list.scrollTop < NEAR_END_PX;
    showJump();
  });
  // Pictures arrive late and make the list taller; the composer grows and makes its window smaller.
  list.addEventListener("load", toEnd, true);
  new ResizeObserver(toEnd).observe(list);
  return { node: h("div", { class: "messages-frame" }, list, jump), draw };
}

// The end of the list, or the beginning of the newest message where that is too tall to be seen whole.
function restingPlace(list) {
  const top = (list.lastElementChild?.offsetTop ?? 0) - list.offsetTop - ROOM_ABOVE_PX;
  return Math.min(list.scrollHeight - list.clientHeight, top);
}

function entry(message, previous, { channelId, threads, cache, next }) {
  const replies = threads ? repliesTo(channelId, message.ts) : null;
  const compact = continues(previous, message);
  const key = `${compact}|${replies?.length}|${replies?.at(-1)?.ts}`;
  const kept = cache.get(message.ts);
  const same = kept?.message === message && kept.key === key;
  const node = same ? kept.node : messageNode(message, { compact, replies, channelId });
  next.set(message.ts, { message, key, node, day: kept?.day });
  if (previous && sameDay(previous.ts, message.ts)) return [node];
  return [dayLine(next.get(message.ts)), node];
}

function dayLine(record) {
  record.day ??= h("div", { class: "day-line", role: "separator" }, h("span", null, dayName(record.message.ts)));
  return record.day;
}

function continues(previous, message) {
  if (!previous || !sameDay(previous.ts, message.ts)) return false;
  const same =
    previous.user === message.user && previous.bot_id === message.bot_id && previous.username === message.username;
  const plain = !message.ephemeral && !previous.ephemeral && !message.command && isReply(previous) === isReply(message);
  return same && plain && instant(message.ts) - instant(previous.ts) < SAME_BREATH_MS;
}

// A message that the app replaces takes its buttons with it; the keyboard stays on the button that takes its place.
function focusPath(list) {
  const active = document.activeElement;
  const message = active?.closest?.("[data-ts]");
  if (!message || !list.contains(active) || message === active) return null;
  return { ts: message.dataset.ts, action: active.closest("[data-action-id]")?.dataset.actionId, active };
}

function restoreFocus(list, focus) {
  if (!focus || focus.active.isConnected) return;
  const message = list.querySelector(`[data-ts="${CSS.escape(focus.ts)}"]`);
  const twin = focus.action && message?.querySelector(`[data-action-id="${CSS.escape(focus.action)}"]`);
  (twin || message)?.focus({ preventScroll: true });
}
