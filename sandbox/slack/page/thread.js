// The side pane with one thread.

import { composer } from "./composer.js";
import { iconButton } from "./controls.js";
import { h } from "./dom.js";
import { messageList } from "./messages.js";
import { openThread } from "./session.js";
import { channel, channelLabel, on, repliesTo, state } from "./store.js";

/** Keep `root` (an aside) showing the open thread, hidden when there is none. */
export function mountThread(root) {
  const list = messageList("Thread", "thread-messages");
  const writer = composer({ testid: "thread-composer", place: () => "Reply…", threadTs: () => state.thread });
  const where = h("span", { class: "thread-where" });
  const close = iconButton("close", "Close thread", {
    click: () => openThread(null),
    testid: "thread-close",
    size: 20,
  });
  root.append(h("header", { class: "thread-head" }, h("h2", null, "Thread"), where, close), list.node, writer.node);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) openThread(null);
  });

  function draw() {
    root.hidden = state.thread === null || !channel();
    if (root.hidden) return;
    const head = state.messages.get(state.active)?.get(state.thread);
    where.textContent = channelLabel(channel());
    const messages = [head, ...repliesTo(state.active, state.thread)].filter(Boolean);
    list.draw({ channelId: state.active, messages, lead: null, threads: false });
  }

  on("thread", () => {
    draw();
    writer.refresh();
    if (!root.hidden) writer.focus();
  });
  on("channel", draw);
  on("messages", draw);
}
