// What people do: each function tells the server, and moves the page along.

import { closePopover } from "./layers.js";
import { channel, emit, state } from "./store.js";

const USER_KEY = "act-as";

let link = { send: () => false, ask: async () => null };

export const useLink = (opened) => {
  link = opened;
};

/** Say who is looking; the choice holds for this browser tab. */
export function greet(userId = sessionStorage.getItem(USER_KEY)) {
  return link.send({ type: "hello", user: userId });
}

export function actAs(userId) {
  sessionStorage.setItem(USER_KEY, userId);
  greet(userId);
}

/** Go to a channel; an app's DM opens on the tab that was asked for. */
export function openChannel(id, tab = "messages") {
  closePopover();
  Object.assign(state, { active: id, tab: channel(id)?.kind === "app_dm" ? tab : "messages", thread: null });
  if (location.hash.slice(1) !== id) history.replaceState(null, "", `#${id}`);
  if (state.tab === "home") link.send({ type: "home" });
  else {
    state.unread.delete(id);
    link.send({ type: "open", channel: id });
  }
  emit("people", "channel");
}

export function openThread(ts) {
  state.thread = ts;
  emit("thread");
}

/** Send a message or a slash command; false when the link is down. */
export function say(text, threadTs = null) {
  return link.send({ type: "say", channel: state.active, text, thread_ts: threadTs });
}

export function runShortcut(callbackId, message = null) {
  return link.send({
    type: "shortcut",
    callback_id: callbackId,
    channel: message ? state.active : null,
    ts: message?.ts ?? null,
  });
}

/** `values` are what the container's fields hold now, as Slack's `state.values`. */
export function act(container, blockId, element, value, values) {
  return link.send({
    type: "action",
    container,
    block_id: blockId,
    action_id: element.action_id,
    element,
    value,
    values,
  });
}

/** Options from the app for an external_select: `{options}` or `{option_groups}`. */
export async function suggest(container, blockId, element, query) {
  const answer = await link.ask({ type: "suggest", container, block_id: blockId, action_id: element.action_id, query });
  return answer ?? { options: [] };
}

export const submitView = (viewId, values) => link.send({ type: "submit", view_id: viewId, values });
/** Let something happen outside Slack, where the sandbox offers it. */
export const letHappen = (boxId, actId) => link.send({ type: "happen", box: boxId, act: actId });
export const closeView = (viewId) => link.send({ type: "close", view_id: viewId });
