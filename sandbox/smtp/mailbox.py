"""The mail that was taken, oldest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One message with its envelope; `content` is as it came, with CRLF and without the dots of transparency."""

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def text(self) -> str:
        """The plain text; empty when there is none."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""

    @property
    def attachments(self) -> dict[str, bytes]:
        """Their contents by their names."""
        return {part.get_filename() or "": _bytes(part) for part in self.message.iter_attachments()}


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


class Mailbox:
    """Everything that was taken; `told` is called after each."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.told: Callable[[], None] = lambda: None

    def put(self, mail: Mail) -> None:
        self.mails.append(mail)
        self.told()

    def to(self, address: str) -> list[Mail]:
        """What was sent to this address, in whichever way it was named."""
        return [mail for mail in self.mails if address in mail.recipients]
