// What the page knows. `receive` folds a server frame into the state and tells the listeners of what changed.

const listeners = new Map();

export const state = {
  workspace: { id: "", name: "" },
  me: null,
  app: { name: "", user_id: null, commands: [], shortcuts: [], connected: false },
  users: new Map(),
  channels: new Map(),
  outside: [], // other systems, with what may be let happen and what arrived there: {id, title, acts, letters}
  openBox: null, // the id of the one of them that is open
  happened: "", // and what has happened there last
  messages: new Map(), // channel -> ts -> message
  read: new Set(), // channels whose earlier messages have come
  unread: new Map(), // channel -> count
  active: null,
  tab: "messages", // of the app's DM: "home" or "messages"
  home: undefined, // undefined: not asked yet; null: the app has none
  thread: null, // ts of the message whose thread is open
  linked: true,
  loaded: false,
};

/** Open one of the boxes outside; null closes all of them. */
export function openBox(id) {
  state.openBox = id;
  emit("people");
}

/** Topics: people, channel, messages, home, thread, status. */
export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function emit(...topics) {
  for (const topic of topics) for (const listener of listeners.get(topic) ?? []) listener();
}

export const channel = (id = state.active) => state.channels.get(id);
export const user = (id) => state.users.get(id);
export const me = () => state.users.get(state.me);
export const appUser = () =>
  state.users.get(state.app.user_id) ?? { id: state.app.user_id, real_name: state.app.name, is_bot: true };

/** The messages of a channel, oldest first. */
export function messagesIn(id) {
  return [...(state.messages.get(id)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;
export const repliesTo = (channelId, ts) =>
  messagesIn(channelId).filter((message) => isReply(message) && message.thread_ts === ts);

/** What a channel is called in lists and titles. */
export function channelLabel(item) {
  if (item.kind === "app_dm") return personName(appUser());
  if (item.kind === "im") return personName(user(item.with));
  return item.name;
}

export function personName(person) {
  return person?.real_name || person?.name || "Someone";
}

const FOLDS = {
  state: foldState,
  history: foldHistory,
  message: foldMessage,
  error: foldError,
  home_view: foldHome,
  connected: foldConnected,
  happened: foldHappened,
  outside: foldOutside,
};

/** Take in one frame from the server; frames about views belong to the modals and are not handled here. */
export function receive(frame) {
  FOLDS[frame.type]?.(frame);
}

function foldState(frame) {
  const changed = state.me !== null && state.me !== frame.me;
  Object.assign(state, {
    workspace: frame.workspace,
    me: frame.me,
    app: frame.app,
    loaded: true,
    users: byId(frame.users),
    channels: byId(frame.channels),
    outside: frame.outside,
    openBox: state.openBox ?? frame.outside[0]?.id ?? null,
  });
  if (changed) Object.assign(state, { messages: new Map(), read: new Set(), unread: new Map(), thread: null, home: undefined });
  emit("people", "channel", "status");
}

function foldHistory(frame) {
  state.messages.set(frame.channel, new Map(frame.messages.map((message) => [message.ts, message])));
  state.read.add(frame.channel);
  emit("messages");
}

function foldMessage({ op, channel: id, message }) {
  const known = state.messages.get(id) ?? new Map();
  state.messages.set(id, known);
  if (op === "delete") known.delete(message.ts);
  else known.set(message.ts, message);
  if (op === "add" && !inView(id)) state.unread.set(id, (state.unread.get(id) ?? 0) + 1);
  emit("messages", "people");
}

// Errors live in the page alone: they are told to one person once, and no history keeps them.
function foldError({ channel: id, text }) {
  const ts = (Date.now() / 1000).toFixed(6);
  const message = {
    ts,
    user: null,
    bot_id: null,
    username: state.workspace.name,
    text,
    blocks: [],
    attachments: [],
    thread_ts: null,
    ephemeral: true,
    notice: true,
  };
  foldMessage({ op: "add", channel: id || state.active, message });
}

function foldHome(frame) {
  state.home = frame.view;
  emit("home");
}

function foldConnected(frame) {
  state.app = { ...state.app, connected: frame.connected };
  emit("status", "people");
}

function foldHappened({ text }) {
  state.happened = text;
  emit("people");
}

function foldOutside({ outside }) {
  const known = new Map(state.outside.map((box) => [box.id, JSON.stringify(box.letters)]));
  state.openBox = outside.find((box) => known.get(box.id) !== JSON.stringify(box.letters))?.id ?? state.openBox;
  state.outside = outside;
  emit("people");
}

function inView(id) {
  return state.active === id && (channel(id)?.kind !== "app_dm" || state.tab === "messages");
}

function byId(items) {
  return new Map(items.map((item) => [item.id, item]));
}
