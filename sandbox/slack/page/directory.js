// Names for ids, as the renderers need them.

import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { appUser, channelLabel, personName, state, user } from "./store.js";

export const directory = {
  get me() {
    return state.me;
  },
  userName: (id) => (user(id) ? personName(user(id)) : null),
  channelName: (id) => state.channels.get(id)?.name ?? null,
  conversationName: (id) => (state.channels.has(id) ? channelLabel(state.channels.get(id)) : null),
  people: () => [...state.users.values()].filter((person) => !person.deleted),
  conversations: () =>
    [...state.channels.values()].map((item) => ({
      ...item,
      label: channelLabel(item),
      mark: () => channelMark(item, 20),
    })),
};

/** The sign in front of a channel's name. */
export function channelMark(item, size = 18) {
  if (item.kind === "app_dm") return avatar(appUser(), size);
  if (item.kind === "im") return avatar(user(item.with), size);
  return icon(item.kind === "private" ? "lock" : "hash", size);
}
