// The app's Home tab.

import { renderBlocks } from "./blocks.js";
import { directory } from "./directory.js";
import { h, reconcile } from "./dom.js";
import { FormState } from "./form.js";
import { spinner } from "./icons.js";
import { act, suggest } from "./session.js";
import { appUser, on, personName, state } from "./store.js";

/** Keep `root` showing the Home tab as the app last published it. */
export function mountHome(root) {
  const form = new FormState();
  const draw = () => {
    form.restart();
    reconcile(root, [content(form)]);
  };
  on("home", draw);
  on("channel", draw);
}

function content(form) {
  if (state.home === undefined) return h("div", { class: "home-empty", role: "status" }, spinner(22));
  if (state.home === null) return empty();
  return h(
    "div",
    { class: "home-view", data: { testid: "home", viewId: state.home.id } },
    renderBlocks(state.home.blocks ?? [], contextOf(state.home, form)),
  );
}

function contextOf(view, form) {
  const container = { kind: "view", view_id: view.id };
  return {
    directory,
    form,
    act: (blockId, element, value) => act(container, blockId, element, value, form.values()),
    suggest: (blockId, element, query) => suggest(container, blockId, element, query),
  };
}

function empty() {
  return h(
    "div",
    { class: "home-empty" },
    h("h2", null, "Nothing here yet"),
    h("p", null, `${personName(appUser())} has not published a Home tab.`),
  );
}
