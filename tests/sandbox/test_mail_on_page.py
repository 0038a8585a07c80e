"""What was mailed, on the workspace's page."""

from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib

from sandbox.slack import SlackStandIn
from sandbox.slack.records import Json
from sandbox.smtp import MailStandIn
from sandbox.stand_ins import show_mail
from tests.patient import patient
from tests.sandbox.slack.test_page_link import page_of


def letters_in(frame: Json) -> Any:
    """What the one box of a frame shows."""
    [box] = frame["outside"]
    assert (box["id"], box["title"]) == ("mail", "Mail sent")
    return box["letters"]


async def send(mail: MailStandIn, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ana@corvane.example", "ap@sun.example", subject
    message.set_content("Please <pay>.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="INV-1.pdf")
    url = urlsplit(mail.url)
    await aiosmtplib.send(
        message,
        hostname=url.hostname,
        port=url.port,
        username=url.username,
        password=url.password,
        start_tls=False,
        timeout=60,
    )


class TestMailOnPage:
    async def test_without_a_mail_server_there_is_no_box(self) -> None:
        async with SlackStandIn(deadlines=patient()) as slack, page_of(slack) as page:
            assert (await page.next("state"))["outside"] == []

    async def test_letters_come_while_one_looks_newest_first(self) -> None:
        async with SlackStandIn(deadlines=patient()) as slack, MailStandIn() as mail:
            show_mail(slack, mail)
            async with page_of(slack) as page:
                assert letters_in(await page.next("state")) == []
                await send(mail, "First")
                assert letters_in(await page.next("outside")) == [
                    {
                        "from": "ana@corvane.example",
                        "to": ["ap@sun.example"],
                        "subject": "First",
                        "text": "Please <pay>.\n",
                        "attachments": ["INV-1.pdf"],
                    }
                ]
                await send(mail, "Second")
                assert [one["subject"] for one in letters_in(await page.next("outside"))] == ["Second", "First"]
