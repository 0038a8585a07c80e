import pytest

from bot.views.quoted import MAX_QUOTE, people_in, quotation


class TestQuotation:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("a\nb", "> a\n> b\n\n"),
            ("&lt;b&gt; &amp;amp;", "> <b> &amp;\n\n"),
            ("<@U1> and <@U2|ben>", "> @Ana and @ben\n\n"),
            ("<@U9>", "> @somebody\n\n"),
            ("<#C1|ar> <#C2>", "> #ar #a channel\n\n"),
            ("<!here> <!date^1^{date}|today> <!subteam^S1>", "> @here today @subteam\n\n"),
            (
                "<https://x.example|our site> <https://y.example>",
                "> our site (https://x.example) https://y.example\n\n",
            ),
            ("<mailto:a@b.example|a@b.example>", "> a@b.example\n\n"),
            ("", ""),
            ("  \n ", ""),
        ],
    )
    def test_is_what_people_read(self, text: str, read: str) -> None:
        assert quotation(text, {"U1": "Ana"}) == read

    def test_names_its_author_and_leaves_room_to_write(self) -> None:
        assert quotation("Friday", {}, "Ben") == "> Ben: Friday\n\n"
        assert len(quotation("x" * 9000, {})) <= MAX_QUOTE + 10

    def test_asks_for_the_names_of_a_few_people(self) -> None:
        assert people_in("<@U1> <@W2|x> <@U1> <#C1>") == ("U1", "W2")
        assert len(people_in("".join(f"<@U{n}>" for n in range(99)))) == 5
