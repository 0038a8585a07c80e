// Puts the page together and keeps it in step with the server.

import { settleAll } from "./busy.js";
import { composer } from "./composer.js";
import { mountBanner, mountHeader } from "./header.js";
import { mountHome } from "./home.js";
import { intro } from "./intro.js";
import { closePopover } from "./layers.js";
import { openLink } from "./link.js";
import { messageList } from "./messages.js";
import { closeAllViews, receiveView } from "./modal.js";
import { greet, openChannel, useLink } from "./session.js";
import { mountSidebar } from "./sidebar.js";
import { channel, channelLabel, emit, isReply, messagesIn, on, receive, state } from "./store.js";
import { mountThread } from "./thread.js";

const slot = (name) => document.getElementById(name);

mountSidebar(slot("sidebar"));
mountHeader(slot("header"));
mountBanner(slot("banner"));
mountHome(slot("home"));
mountThread(slot("thread"));
mountChannel(slot("conversation"));
useLink(openLink(onFrame, onLink));

function mountChannel(root) {
  const list = messageList("Messages", "messages");
  const writer = composer({ testid: "composer", place: () => placeholder(channel()), threadTs: () => null });
  let lead = null;
  let shown = null;
  root.append(list.node, writer.node);

  function drawMessages() {
    if (!channel() || state.tab === "home") return;
    const messages = messagesIn(state.active).filter((message) => !isReply(message));
    list.draw({ channelId: state.active, messages, lead, threads: true, busy: !state.read.has(state.active) });
  }

  on("channel", () => {
    const home = state.tab === "home";
    slot("home").hidden = !home;
    root.hidden = home || !channel();
    lead = channel() ? intro(channel(), writer.fill) : null;
    drawMessages();
    writer.refresh();
    if (shown !== state.active && !home) writer.focus();
    shown = state.active;
  });
  on("messages", drawMessages);
}

function placeholder(item) {
  if (!item) return "Message";
  return item.kind === "channel" || item.kind === "private" ? `Message #${item.name}` : `Message ${channelLabel(item)}`;
}

const ANSWERS = new Set(["message", "view", "home_view", "error", "submit_result"]);

let fresh = true; // since the link came up

function onFrame(frame) {
  const before = state.me;
  if (ANSWERS.has(frame.type)) settleAll();
  if (frame.type === "view" || frame.type === "submit_result") return receiveView(frame);
  receive(frame);
  if (frame.type === "state" && (fresh || before !== state.me || !channel())) settleChannel();
}

function settleChannel() {
  fresh = false;
  closePopover();
  closeAllViews();
  const wanted = [state.active, location.hash.slice(1), firstChannel()].find((id) => state.channels.has(id));
  if (wanted) openChannel(wanted, state.tab);
  document.title = state.workspace.name;
}

// People land where the app is, so that the first command gets its answer in the open.
function firstChannel() {
  const rooms = [...state.channels.values()].filter(({ kind }) => kind === "channel" || kind === "private");
  const joined = rooms.find(({ members, is_ext_shared: shared }) => members.includes(state.app.user_id) && !shared);
  return (joined ?? rooms[0] ?? [...state.channels.values()][0])?.id;
}

function onLink(up) {
  state.linked = up;
  fresh ||= up;
  if (up) greet();
  emit("status");
}
