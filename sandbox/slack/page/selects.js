// Select menus of every source, and the overflow menu.

import { avatar } from "./avatar.js";
import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, isOpenOn } from "./layers.js";
import { openMenu } from "./menus.js";
import { plainText } from "./mrkdwn.js";

const VALUE_KEYS = {
  static_select: "selected_option",
  external_select: "selected_option",
  users_select: "selected_user",
  conversations_select: "selected_conversation",
  channels_select: "selected_channel",
};
const DEFAULT_MIN_QUERY = 3;

/** A select of any kind: a button that shows the choice and opens the menu. */
export function select(element, field) {
  const { ctx, blockId } = field;
  const key = VALUE_KEYS[element.type];
  const initial = element[key.replace("selected", "initial")] ?? null;
  let chosen = ctx.form.register(blockId, element.action_id, { type: element.type, [key]: initial }, field.rules)[key];
  const label = h("span", { class: "select-label" });

  function show() {
    label.classList.toggle("is-placeholder", !chosen);
    label.replaceChildren(
      ...(chosen ? nameOf(chosen, ctx.directory) : plainText(element.placeholder ?? { text: "Select an item" })),
    );
  }

  function pick(option) {
    confirmed(element, ctx.directory, () => {
      chosen = option.raw;
      show();
      ctx.form.set(blockId, element.action_id, { type: element.type, [key]: chosen });
      if (field.acts) ctx.act(blockId, element, chosen);
    });
  }

  const trigger = h(
    "button",
    {
      type: "button",
      class: "select",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      data: { testid: "select" },
      on: {
        click: () =>
          toggle(trigger, {
            ...source(element, field),
            selected: keyOf(chosen),
            onPick: pick,
            label: element.placeholder?.text,
          }),
      },
    },
    label,
    icon("down", 16),
  );
  show();
  return trigger;
}

/** The ⋯ menu; an option with a link opens it as well. */
export function overflow(element, field) {
  const options = element.options.map(asOption);
  const pick = ({ raw }) =>
    confirmed(element, field.ctx.directory, () => {
      if (/^https?:\/\//i.test(raw.url ?? "")) window.open(raw.url, "_blank", "noopener,noreferrer");
      field.ctx.act(field.blockId, element, raw);
    });
  const trigger = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-label": "More options",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      on: {
        click: () =>
          toggle(trigger, { groups: [{ options }], onPick: pick, label: "More options", align: "end", filter: false }),
      },
    },
    icon("dots", 16),
  );
  return trigger;
}

function toggle(trigger, menu) {
  if (isOpenOn(trigger)) closePopover();
  else openMenu(trigger, menu);
}

/** Where the options of a select come from, whether one or several may be chosen: `groups` or `load` of openMenu. */
export function source(element, field) {
  const { ctx, blockId } = field;
  const kind = element.type.replace("multi_", "");
  if (kind === "static_select") return { groups: optionGroups(element) };
  if (kind === "users_select") return { groups: [{ options: ctx.directory.people().map(asUser) }] };
  if (kind !== "external_select")
    return { groups: [{ options: conversations(element, ctx.directory).map(asChannel) }] };
  const load = async (query) => optionGroups(await ctx.suggest(blockId, element, query));
  return { load, minLength: element.min_query_length ?? DEFAULT_MIN_QUERY };
}

function conversations(element, directory) {
  const kinds = element.filter?.include;
  const wanted = (channel) =>
    !kinds || kinds.includes({ channel: "public", private: "private", im: "im", app_dm: "im" }[channel.kind]);
  const group = (channel) => !element.type.endsWith("channels_select") || channel.kind === "channel";
  const inside = (channel) => !element.filter?.exclude_external_shared_channels || !channel.is_ext_shared;
  return directory.conversations().filter((channel) => wanted(channel) && group(channel) && inside(channel));
}

function optionGroups(holder) {
  if (!holder.option_groups) return [{ options: (holder.options ?? []).map(asOption) }];
  return holder.option_groups.map((group) => ({
    label: group.label?.text,
    options: (group.options ?? []).map(asOption),
  }));
}

function asOption(option) {
  return {
    key: option.value ?? option.text?.text,
    text: option.text?.text ?? "",
    label: plainText(option.text),
    description: option.description?.text,
    raw: option,
  };
}

function asUser(user) {
  return {
    key: user.id,
    text: user.real_name ?? user.name,
    description: user.title,
    lead: avatar(user, 24),
    raw: user.id,
  };
}

function asChannel(channel) {
  return { key: channel.id, text: channel.label, lead: channel.mark(), raw: channel.id };
}

/** What tells a chosen option, person or channel from others. */
export function keyOf(chosen) {
  return typeof chosen === "string" || !chosen ? chosen : (chosen.value ?? chosen.text?.text);
}

/** How it is called. */
export function nameOf(chosen, directory) {
  if (typeof chosen !== "string") return plainText(chosen.text);
  return [directory.userName(chosen) ?? directory.conversationName(chosen) ?? chosen];
}
