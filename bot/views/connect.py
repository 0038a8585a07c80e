"""What people read while a Slack user is being connected to an account: the form, the outcomes, the admin's part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.models.blocks import ButtonElement

from bot.views.buttons import confirmation, plain_button
from bot.views.metadata import pack
from bot.views.modal import modal, notice_modal
from bot.views.names import MAX_NAME
from bot.views.parts import Message, buttons_row, facts, message, paragraph, small_print
from bot.views.text import literal
from store.users import Role, User


class Situation(StrEnum):
    """How it stands with a person and an account: the first keeps going, the others say why nothing can be done."""

    READY = "ready"
    LINKED = "linked"
    WAITING = "waiting for an admin"
    REFUSED = "refused by an admin"
    NO_ACCOUNT = "no account has this e-mail"
    TAKEN = "the account is linked to somebody else"
    NO_ADMIN = "no admin is linked who could approve it"
    NO_EMAIL = "Slack tells no e-mail"
    UNCONFIRMED = "the e-mail is not confirmed"
    GUEST = "a guest"
    STRANGER = "of another workspace"
    BOT = "a bot"
    DEACTIVATED = "deactivated in Slack"
    UNREACHABLE = "Slack did not answer"
    OUTDATED = "the request is void"


TITLE = "Connect to Tesorio"
PURPOSE = "connect"
_MAX_EMAIL = 120
_MAX_QUESTION = 80
_ADMINS_NAMED = 3
_NOBODY = "whoever runs Tesorio here"
_MAY: Mapping[Role, str] = {
    Role.VIEWER: "Viewer: looks up customers and invoices",
    Role.FINANCE: "Finance: looks up, writes notes, promises and disputes, shares and subscribes",
    Role.ADMIN: "Admin: everything, and decides who is connected and what becomes of trouble",
}
_AGAIN = "Close this and press Connect again."
_OUTCOMES: Mapping[Situation, str] = {
    Situation.LINKED: "You are connected as {account}. Type /tesorio help to see what you can ask.",
    Situation.WAITING: "Your request waits for an administrator: {admins}. You get a message when it is decided.",
    Situation.REFUSED: "An administrator has declined your request. If that is a mistake, talk to {admins}.",
    Situation.NO_ACCOUNT: "No account here has the e-mail of your Slack profile, {email}. Ask {admins} for one, then "
    "press Connect again.",
    Situation.TAKEN: "The account with your e-mail, {email}, is connected to another Slack user already. Ask {admins} "
    "to disconnect that one, then press Connect again.",
    Situation.NO_ADMIN: "An administrator has to approve you, and none is connected to Slack yet. Talk to {admins}.",
    Situation.NO_EMAIL: "Your Slack profile shows no e-mail, by which we would find your account. Ask {admins} to link "
    "you by hand.",
    Situation.UNCONFIRMED: "The e-mail of your Slack profile, {email}, is not confirmed. Confirm it in Slack's account "
    "settings, then press Connect again.",
    Situation.GUEST: "You are a guest of this workspace, and only its full members can be connected.",
    Situation.STRANGER: "You belong to another workspace, and only members of this one can be connected.",
    Situation.BOT: "Only people can be connected, not bots and workflows.",
    Situation.DEACTIVATED: "This Slack user is deactivated, so it cannot be connected.",
    Situation.UNREACHABLE: f"Slack did not say just now who you are. {_AGAIN}",
    Situation.OUTDATED: "This form is void: it was used, it is older than ten minutes, or your e-mail or account has "
    f"changed. {_AGAIN}",
}
_NOT_APPROVED: Mapping[Situation, str] = {
    Situation.TAKEN: "the account is connected to another Slack user by now; `tesorio users unlink` cuts that",
    Situation.GUEST: "this Slack user is a guest now",
    Situation.DEACTIVATED: "this Slack user is deactivated now",
    Situation.UNCONFIRMED: "the e-mail of the Slack profile is not confirmed any more",
    Situation.UNREACHABLE: "Slack did not say just now who they are; press once more",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request that waits for an admin: who in Slack wants to be which account."""

    id: str
    name: str
    account: User


def connect_modal(
    email: str, account: User, request_id: str, *, needs_approval: bool, question: str = ""
) -> dict[str, Any]:
    """«Is this you?», with what the person would be, and that what they asked will be answered."""
    asks = "An administrator has to approve it. " if needs_approval else ""
    when = "once you are approved, if that is within a day" if needs_approval else "right after that"
    answered = f"What you asked, «{literal(question, _MAX_QUESTION)}», is answered {when}." if question else ""
    return modal(
        TITLE,
        [
            paragraph("question", "There is an account with the e-mail of your Slack profile. Is it yours?"),
            *facts(
                [
                    ("E-mail of your Slack profile", literal(email, _MAX_EMAIL)),
                    ("Account", literal(account.name, MAX_NAME)),
                    ("Role", _MAY[account.role]),
                ]
            ),
            *([paragraph("asked", answered)] if answered else []),
            small_print("afterwards", f"{asks}You can disconnect on the app's Home tab at any time."),
        ],
        callback_id="connect.submit",
        metadata=pack(PURPOSE, {"request": request_id}),
        submit="Ask to connect" if needs_approval else "Connect",
    )


def outcome_modal(
    situation: Situation, *, account: User | None = None, email: str = "", admins: Sequence[str] = ()
) -> dict[str, Any]:
    """How it stands, and what to do about it."""
    text = _OUTCOMES[situation].format(
        account=_account(account), email=literal(email, _MAX_EMAIL), admins=_either(admins)
    )
    return notice_modal(TITLE, text)


def now_connected(account: User) -> Message:
    """The confirmation that stays in the person's messages."""
    return _notice(
        f"Your Slack user is now connected to the Tesorio account {_account(account)}. Was that not you? Disconnect it "
        "on the Home tab, and tell an administrator."
    )


def approval_asked(asked: Asked) -> Message:
    """For each admin: who wants to be connected to what."""
    text = f"{_person(asked)} would like to be connected to the account {_account(asked.account)}."
    blocks = [
        paragraph("asked", text),
        *facts([("Role", _MAY[asked.account.role])]),
        *buttons_row("decide", approval_buttons(asked)),
    ]
    return message(text, blocks)


def approval_buttons(asked: Asked) -> list[ButtonElement]:
    """Approve and refuse, the latter only after a question."""
    sure = confirmation(
        "Decline this request?", f"{_person(asked)} is told, and cannot ask again for a week.", "Decline", danger=True
    )
    return [
        plain_button("Approve", "connect.approve", asked.id, style="primary"),
        plain_button("Decline", "connect.refuse", asked.id, style="danger", confirm=sure),
    ]


def approval_decided(asked: Asked, admin: str, *, approved: bool) -> Message:
    """What stands where the admin decided."""
    verb = "approved" if approved else "declined"
    return _notice(f"{literal(admin, MAX_NAME)} {verb}: {_person(asked)} as {_account(asked.account)}.")


def not_approved(asked: Asked, situation: Situation) -> Message:
    """Why an approval changed nothing; the request still waits, so it can be decided below."""
    reason = _NOT_APPROVED.get(situation, "their e-mail or the account has changed since they asked")
    text = f"{_person(asked)} was not connected: {reason}."
    return message(text, [paragraph("notice", text), *buttons_row("decide", approval_buttons(asked))])


def request_gone() -> Message:
    """Somebody else decided, or nobody did for a week."""
    return _notice("This request is not open any more: it has been decided, or it is older than a week.")


def request_refused(admins: Sequence[str]) -> Message:
    """For the person who had asked."""
    return _notice(_OUTCOMES[Situation.REFUSED].format(admins=_either(admins)))


def disconnected() -> Message:
    """The person has cut their own link."""
    return _notice("Your Slack user is disconnected. You see nothing of Tesorio any more until you connect again.")


def _notice(text: str) -> Message:
    return message(text, [paragraph("notice", text)])


def _account(account: User | None) -> str:
    return f"{literal(account.name, MAX_NAME)} ({literal(account.email, _MAX_EMAIL)})" if account else "-"


def _person(asked: Asked) -> str:
    return literal(asked.name, MAX_NAME, empty="Somebody")


def _either(names: Sequence[str]) -> str:
    """«Ana Silva, Ben Okafor or Chloé Dubois»."""
    shown = [literal(name, MAX_NAME) for name in names[:_ADMINS_NAMED]]
    if not shown:
        return _NOBODY
    return " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
