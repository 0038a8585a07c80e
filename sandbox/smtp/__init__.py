"""A mail server on loopback that delivers nowhere: it keeps what it takes, and refuses on demand."""

from sandbox.smtp.faults import MailFaults, Stage
from sandbox.smtp.mailbox import Mail, Mailbox
from sandbox.smtp.server import MailStandIn

__all__ = ["Mail", "MailFaults", "MailStandIn", "Mailbox", "Stage"]
