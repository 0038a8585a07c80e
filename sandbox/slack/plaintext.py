"""Blocks, messages, modals and what came of an act, as text that a person can read in a terminal. Pure."""

from collections.abc import Callable, Mapping, Sequence

from sandbox.slack.interactivity import CHOICES
from sandbox.slack.mrkdwn import Names, plain
from sandbox.slack.outcome import Outcome
from sandbox.slack.records import Json, Message
from sandbox.slack.tabular import bar_lines, table_lines

Lines = list[str]


def outcome_text(outcome: Outcome, names: Names) -> str:
    """All that the person saw: messages first, then the modal or Home tab, complaints, Slack's own notices."""
    parts = [message_text(each, names) for each in outcome.messages]
    parts += [view_text(view, names) for view in (outcome.view, outcome.home) if view is not None]
    parts += [f"! {text}" for text in (*outcome.errors.values(), *outcome.notices)]
    return "\n\n".join(parts)


def message_text(message: Message, names: Names) -> str:
    """Who said it and who sees it, then its blocks, or its text when it has none, and the previews of its links."""
    seen = " (only visible to you)" if message.ephemeral_to is not None else ""
    body = blocks_text(message.blocks, names) if message.blocks else plain(message.text, names)
    previews = [blocks_text(each.get("blocks", ()), names) for each in message.attachments]
    files = [f"[file: {each['name']}]" for each in message.files]
    return "\n".join((f"{names.get(message.user, message.user)}{seen}:", body, *previews, *files))


def view_text(view: Json, names: Names) -> str:
    title = (view.get("title") or {}).get("text", "Home")
    buttons = [view[name]["text"] for name in ("submit", "close") if view.get(name)]
    foot = " ".join(f"[{label}]" for label in buttons)
    return "\n".join(filter(None, (f"┌ {title}", blocks_text(view["blocks"], names), foot)))


def blocks_text(blocks: Sequence[Json], names: Names) -> str:
    lines: Lines = []
    for block in blocks:
        lines += _RENDERERS[block["type"]](block, names)
    return "\n".join(lines)


def _section(block: Json, names: Names) -> Lines:
    lines = plain(block["text"]["text"], names).splitlines() if block.get("text") else []
    lines += [plain(each["text"], names).replace("\n", ": ", 1) for each in block.get("fields", ())]
    return lines + ([_element(block["accessory"])] if block.get("accessory") else [])


def _header(block: Json, _: Names) -> Lines:
    text = block["text"]["text"]
    return [text, "═" * len(text)]


def _divider(_: Json, __: Names) -> Lines:
    return ["─" * 40]


def _context(block: Json, names: Names) -> Lines:
    parts = [plain(each["text"], names) if "text" in each else f"[{each['alt_text']}]" for each in block["elements"]]
    return [" · ".join(parts)]


def _actions(block: Json, _: Names) -> Lines:
    return [" ".join(_element(each) for each in block["elements"])]


def _input(block: Json, _: Names) -> Lines:
    optional = " (optional)" if block.get("optional") else ""
    return [f"{block['label']['text']}{optional}: {_element(block['element'])}"]


def _image(block: Json, _: Names) -> Lines:
    return [f"[image: {block['alt_text']}]"]


def _markdown(block: Json, _: Names) -> Lines:
    return str(block["text"]).splitlines()


def _rich_text(block: Json, names: Names) -> Lines:
    lines: Lines = []
    for part in block["elements"]:
        if part["type"] == "rich_text_list":
            lines += [f"• {_inline(item['elements'], names)}" for item in part["elements"]]
        else:
            lines += _inline(part["elements"], names).splitlines()
    return lines


def _inline(elements: Sequence[Json], names: Names) -> str:
    return "".join(_INLINE.get(each["type"], _unnamed)(each, names) for each in elements)


def _unnamed(element: Json, _: Names) -> str:
    return str(element.get("text") or element.get("fallback") or "")


_INLINE: Mapping[str, Callable[[Json, Names], str]] = {
    "link": lambda each, _: f"{each['text']} ({each['url']})" if each.get("text") else str(each["url"]),
    "emoji": lambda each, _: f":{each['name']}:",
    "user": lambda each, names: f"@{names.get(each['user_id'], each['user_id'])}",
    "channel": lambda each, names: f"#{names.get(each['channel_id'], each['channel_id'])}",
    "broadcast": lambda each, _: f"@{each['range']}",
}


def _table(block: Json, names: Names) -> Lines:
    rows = [[_cell(cell, names) for cell in row] for row in block["rows"]]
    caption = [block["caption"]] if block.get("caption") else []
    return caption + table_lines(rows, _right_aligned(block))


def _right_aligned(block: Json) -> frozenset[int]:
    settings = block.get("column_settings", ())
    by_setting = {at for at, each in enumerate(settings) if (each or {}).get("align") == "right"}
    numbers = {at for row in block["rows"][1:] for at, cell in enumerate(row) if cell["type"] == "raw_number"}
    return frozenset(by_setting | numbers)


def _cell(cell: Json, names: Names) -> str:
    if cell["type"] == "rich_text":
        return " ".join(_rich_text(cell, names))
    return str(cell["text"] if "text" in cell else cell["value"])


def _chart(block: Json, _: Names) -> Lines:
    chart = block["chart"]
    if chart["type"] == "pie":
        return [block["title"], *bar_lines([(each["label"], each["value"]) for each in chart["segments"]])]
    lines: Lines = [block["title"]]
    for series in chart["series"]:
        named = [series["name"]] if len(chart["series"]) > 1 else []
        lines += named + bar_lines([(point["label"], point["value"]) for point in series["data"]])
    return lines


def _element(element: Json) -> str:
    kind = element["type"]
    if kind == "button":
        return f"[{element['text']['text']}]"
    if kind == "image":
        return f"[image: {element['alt_text']}]"
    if kind == "overflow":
        return "[…]"
    return f"({_shown_choice(element) or (element.get('placeholder') or {}).get('text', '')} ▾)"


def _shown_choice(element: Json) -> str:
    preset = element.get(CHOICES[element["type"]][1])
    if isinstance(preset, dict):
        return str(preset["text"]["text"])
    if isinstance(preset, list):
        return ", ".join(each["text"]["text"] if isinstance(each, dict) else str(each) for each in preset)
    return "" if preset is None else str(preset)


_RENDERERS: Mapping[str, Callable[[Json, Names], Lines]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
}
