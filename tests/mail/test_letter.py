"""An e-mail as bytes: nothing that is typed gets out of its header, and any text arrives as it was."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mail.letter import Letter, as_bytes, message_id_of

SENDER = Address(display_name="Räten, GmbH", addr_spec="ar@meridian.example")
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def letter(**values: Any) -> Letter:
    known: dict[str, Any] = {
        "message_id": "<1@meridian.example>",
        "sender": SENDER,
        "to": ("pat@sun.example",),
        "cc": (),
        "reply_to": "ana@meridian.example",
        "subject": "Hello",
        "text": "Text",
        "at": AT,
    }
    return Letter(**(known | values))


def read(made: Letter) -> EmailMessage:
    return message_from_bytes(as_bytes(made), policy=policy.default)


class TestAsBytes:
    @pytest.mark.parametrize(
        "values",
        [
            {"subject": "One\r\nBcc: spy@evil.example"},
            {"subject": "One\nBcc: spy@evil.example"},
            {"to": ("a@b.example\r\nBcc: spy@evil.example",)},
            {"reply_to": "a@b.example, spy@evil.example"},
        ],
    )
    def test_a_line_break_in_a_header_is_refused(self, values: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r".+"):
            as_bytes(letter(**values))

    @settings(max_examples=60)
    @given(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=400),
    )
    def test_any_words_arrive_as_lines_of_ascii(self, subject: str, text: str) -> None:
        made = as_bytes(letter(subject=" ".join(subject.split()), text=text))
        assert made.isascii()
        assert max(map(len, made.split(b"\r\n"))) <= 998
        found = message_from_bytes(made, policy=policy.default)
        assert set(found.keys()) == {
            *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Content-Type"),
            *("Content-Transfer-Encoding", "MIME-Version"),
        }

    def test_umlauts_and_files_arrive(self) -> None:
        found = read(letter(subject="Überfällig", text="Grüße", files=(("Rechnung ä.pdf", b"%PDF"),)))
        assert found["Subject"] == "Überfällig"
        assert found["From"].addresses == (SENDER,)
        body = found.get_body()
        assert body is not None
        assert body.get_content().splitlines() == ["Grüße"]
        [part] = found.iter_attachments()
        assert (part.get_filename(), part.get_content_type()) == ("Rechnung ä.pdf", "application/pdf")

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("x.pdf", "application/pdf"),
            ("data:text/html,x.pdf", "application/pdf"),
            ("earlier.eml", "application/octet-stream"),
            ("no end", "application/octet-stream"),
        ],
    )
    def test_kind_of_a_file_is_that_of_its_end(self, name: str, expected: str) -> None:
        [part] = read(letter(files=((name, b"content"),))).iter_attachments()
        assert part.get_content_type() == expected
        assert part.get_payload(decode=True) == b"content"


class TestMessageId:
    def test_is_the_same_for_the_same_delivery_only(self) -> None:
        assert message_id_of("email/1", SENDER) == message_id_of("email/1", SENDER)
        assert message_id_of("email/1", SENDER) != message_id_of("email/2", SENDER)
        assert message_id_of("email/1", SENDER).endswith("@meridian.example>")
