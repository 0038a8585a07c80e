"""An e-mail as it goes out: its headers cannot be broken out of, and its Message-ID is fixed. Pure."""

import hashlib
import mimetypes
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

# The target of deliveries that are e-mails, and their kind.
MAIL, KIND = "mail", "email"
# Whatever a server can do, it takes this: lines of ASCII.
_POLICY = policy.SMTP.clone(cte_type="7bit")
_OCTETS = ("application", "octet-stream")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What is sent, in plain addresses. `meant_for` are those in whose place a test address stands in `to`."""

    message_id: str
    sender: Address
    to: tuple[str, ...]
    cc: tuple[str, ...]
    reply_to: str
    subject: str
    text: str
    at: datetime
    files: tuple[tuple[str, bytes], ...] = ()
    meant_for: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody whom the envelope names, once each."""
        return tuple(dict.fromkeys((*self.to, *self.cc)))


def message_id_of(delivery_id: str, sender: Address) -> str:
    """The same for the same delivery, however often it is sent."""
    digest = hashlib.sha256(delivery_id.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.domain}>"


def as_bytes(letter: Letter) -> bytes:
    """The message as a mail server takes it. Raises ValueError for a header with a line break in it."""
    made = EmailMessage(policy=_POLICY)
    made["From"] = letter.sender
    made["To"] = [_address(each) for each in letter.to]
    if letter.cc:
        made["Cc"] = [_address(each) for each in letter.cc]
    if letter.reply_to:
        made["Reply-To"] = _address(letter.reply_to)
    made["Subject"] = letter.subject
    made["Date"] = letter.at
    made["Message-ID"] = letter.message_id
    if letter.meant_for:
        made["X-Tesorio-Meant-For"] = ", ".join(letter.meant_for)
    made.set_content(letter.text)
    for name, content in letter.files:
        _attach(made, name, content)
    return made.as_bytes()


def _attach(made: EmailMessage, name: str, content: bytes) -> None:
    # By its end alone: of a whole name that looks like an address, mimetypes would believe what it says of itself.
    guessed, encoding = mimetypes.guess_type(f"file.{name.rpartition('.')[2]}")
    main, sub = guessed.split("/") if guessed and not encoding else _OCTETS
    if main == "message":
        # What is called a message may not be put into lines of ASCII.
        main, sub = _OCTETS
    made.add_attachment(content, maintype=main, subtype=sub, filename=name)


def _address(plain: str) -> Address:
    return Address(addr_spec=plain)
