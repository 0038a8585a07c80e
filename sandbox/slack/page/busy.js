// The ring on a button whose press the app has not answered yet.

import { spinner } from "./icons.js";

const LONGEST_MS = 3000;

const waiting = new Map();

/** Show that the app is at work; the ring goes with its answer, and after three seconds in any case. */
export function showBusy(button) {
  const ring = spinner(14);
  button.classList.add("is-busy");
  button.append(ring);
  waiting.set(button, ring);
  setTimeout(() => settle(button), LONGEST_MS);
}

export function settleAll() {
  for (const button of waiting.keys()) settle(button);
}

function settle(button) {
  button.classList.remove("is-busy");
  waiting.get(button)?.remove();
  waiting.delete(button);
}
