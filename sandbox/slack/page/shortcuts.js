// The app's shortcuts: global ones in the composer, message ones on each message.

import { avatar } from "./avatar.js";
import { openMenu } from "./menus.js";
import { runShortcut } from "./session.js";
import { appUser, personName, state } from "./store.js";

/** The app's shortcuts of a type, "global" or "message". */
export const shortcutsOf = (kind) => state.app.shortcuts.filter(({ type }) => type === kind);

/** The menu of the global shortcuts, over the composer. */
export function openGlobalShortcuts(anchor) {
  openMenu(anchor, {
    groups: [{ label: "Shortcuts", options: shortcutsOf("global").map(asOption) }],
    side: "above",
    filter: false,
    label: "Shortcuts",
    onPick: ({ raw }) => runShortcut(raw.callback_id),
  });
}

/** The menu of what the app can do with one message. */
export function openMessageShortcuts(anchor, message) {
  openMenu(anchor, {
    groups: [{ options: shortcutsOf("message").map(asOption) }],
    align: "end",
    filter: false,
    label: "Message shortcuts",
    onPick: ({ raw }) => runShortcut(raw.callback_id, message),
  });
}

function asOption(shortcut) {
  const app = appUser();
  return {
    key: shortcut.callback_id,
    text: shortcut.name,
    description: personName(app),
    lead: avatar(app, 24),
    raw: shortcut,
  };
}
