import time

import pytest

from sync.plain_text import plain_text


class TestPlainText:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("They pay on Friday.\nAsk for Ada.", "They pay on Friday.\nAsk for Ada."),
            ("a < b & c > d", "a < b & c > d"),
            ("<ada@example.com> wrote: 1 &lt; 2", "<ada@example.com> wrote: 1 &lt; 2"),
            ("<p>Hello&nbsp;<b>Ada</b>,</p><p>x<br>y</p>", "Hello Ada,\n\nx\ny"),
            ("<div>a</div>\n<div>b\nc</div>", "a\nb c"),
            ("<ul><li>1</li><li>2</li></ul>tail", "1\n2\n\ntail"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc"),
            ("line 1\nline 2 <b>bold</b>", "line 1\nline 2 bold"),
            ("one\r\ntwo\x00\x07", "one\ntwo"),
            ("", ""),
        ],
    )
    def test_is_what_a_person_would_read(self, body: str, expected: str) -> None:
        assert plain_text(body) == expected

    @pytest.mark.parametrize(
        "body",
        [
            "<p>kept</p><script>alert(1)</script>",
            "<style>p { color: red }</style><p>kept</p>",
            "<html><head><title>no</title></head><body><p>kept</p></body></html>",
            "<p onclick='x()'>kept<img src='http://example.com/pixel' onerror='x()'></p>",
            "<p>kept</p><!-- no -->",
            "<?xml version='1.0' encoding='latin1'?><p>kept</p>",
            "<p>kept",
        ],
    )
    def test_leaves_out_what_is_not_text(self, body: str) -> None:
        assert plain_text(body) == "kept"

    def test_follows_no_entity_out_of_the_text(self) -> None:
        body = "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>"
        assert "root" not in plain_text(body)

    @pytest.mark.parametrize("piece", ["<p>", "<b>", "<b ", "</div>", "<br", "&", "<p>a</p>", "<table>", "\n"])
    def test_takes_its_time_with_nothing(self, piece: str) -> None:
        started = time.process_time()
        plain_text(f"<p>{piece * 100_000}")
        assert time.process_time() - started < 5
