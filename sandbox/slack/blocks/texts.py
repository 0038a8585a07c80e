"""Composition objects: text, options, option groups, confirmation dialogs."""

from sandbox.slack.blocks.checks import Check, Shape, either, flag, items, one_of, shaped, string, typed

MAX_TEXT = 3000


def plain_text(most: int) -> Check:
    return typed({"plain_text": _plain(most)})


def any_text(most: int = MAX_TEXT) -> Check:
    mrkdwn = Shape(required={"text": string(most=most, least=1)}, optional={"verbatim": flag})
    return either(typed({"plain_text": _plain(most), "mrkdwn": mrkdwn}))


def options(most: int, *, mrkdwn: bool = False, urls: bool = False) -> Check:
    return items(option(mrkdwn=mrkdwn, urls=urls), least=1, most=most)


def option(*, mrkdwn: bool = False, urls: bool = False) -> Check:
    text = any_text if mrkdwn else plain_text
    link = {"url": string(most=3000)} if urls else {}
    return shaped(
        Shape(
            required={"text": text(75), "value": string(most=150, least=1)},
            optional={"description": text(75), **link},
        )
    )


def option_groups() -> Check:
    group = Shape(required={"label": plain_text(75), "options": options(100)})
    return items(shaped(group), least=1, most=100)


def _plain(most: int) -> Shape:
    return Shape(required={"text": string(most=most, least=1)}, optional={"emoji": flag})


CONFIRM = shaped(
    Shape(
        required={
            "title": plain_text(100),
            "text": any_text(300),
            "confirm": plain_text(30),
            "deny": plain_text(30),
        },
        optional={"style": one_of("primary", "danger")},
    )
)
