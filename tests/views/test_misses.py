from bot.views.match import Candidate
from bot.views.misses import (
    failed,
    help_message,
    missing_query,
    no_match,
    not_linked,
    not_permitted,
    outdated_button,
    role_refused,
    too_long,
)
from bot.views.values import RecordRef
from store.records import RecordId
from tests.views.shown import buttons, texts

NEAREST = tuple(
    Candidate(
        ref=RecordRef(kind="invoice", record_id=RecordId(f"netsuite:invoice:{n}")), label=f"INV-{n}", detail="Acme"
    )
    for n in range(7)
)


class TestNoMatch:
    def test_says_so_and_offers_the_nearest(self) -> None:
        message = no_match("inv99", "invoice", NEAREST)
        assert texts(message.blocks)[:2] == ["No invoice matches «inv99». The nearest are:", "INV-0 · Acme"]
        assert [each["value"] for each in buttons(message.blocks)] == [
            f"1:invoice:netsuite:invoice:{n}" for n in range(5)
        ]
        assert {each["text"]["text"] for each in buttons(message.blocks)} == {"Open card"}
        assert message.text == "No invoice matches «inv99». The nearest are: INV-0, INV-1, INV-2, INV-3, INV-4"

    def test_says_what_to_try_when_nothing_is_near(self) -> None:
        message = no_match("zzz", "customer")
        assert texts(message.blocks) == ["No customer matches «zzz». Check the spelling, or try a part of the name."]
        assert "part of the number" in no_match("zzz", "invoice").text

    def test_says_when_the_first_reading_is_under_way(self) -> None:
        message = no_match("zzz", "customer", being_read="NetSuite")
        assert message.text == (
            "No customer matches «zzz». NetSuite is still being read for the first time; try again in a minute."
        )
        with_nearest = no_match("inv99", "invoice", NEAREST[:1], being_read="NetSuite")
        assert "try again in a minute. The nearest are: INV-0" in with_nearest.text

    def test_a_candidate_needs_no_detail(self) -> None:
        bare = Candidate(ref=NEAREST[0].ref, label="INV-0")
        assert "INV-0" in texts(no_match("x", "invoice", (bare,)).blocks)

    def test_an_empty_query_is_named_as_such(self) -> None:
        assert no_match("\u200b", "invoice").text.startswith("No invoice matches «-».")


ENTRIES = (("customer ABC Inc", "what a customer owes"), ("invoice INV-12345", "what is owed"))


class TestHelp:
    def test_shows_every_command_with_an_example(self) -> None:
        message = help_message(ENTRIES)
        assert "/tesorio invoice INV-12345" in texts(message.blocks)
        assert "/tesorio customer ABC Inc" in texts(message.blocks)
        assert message.text.startswith("You can ask: /tesorio customer ABC Inc: what a customer owes;")

    def test_an_unknown_subcommand_is_named(self) -> None:
        assert "you can leave out /tesorio" in texts(help_message(ENTRIES).blocks)[-1]
        said = texts(help_message(ENTRIES, unknown="<!here>").blocks)[0]
        assert said == "No command, invoice or customer matches «<!here>». You can ask:"
        assert "&lt;!here&gt;" in help_message(ENTRIES, unknown="<!here>").text

    def test_a_missing_query_gets_an_example(self) -> None:
        assert (
            missing_query("customer", "customer ABC Inc").text
            == "Which customer? Type for example /tesorio customer ABC Inc"
        )
        assert (
            missing_query("invoice", "invoice INV-12345", "/ar").text
            == "Which invoice? Type for example /ar invoice INV-12345"
        )


class TestNotices:
    def test_an_unlinked_user_learns_what_to_do(self) -> None:
        assert "Connect it" in not_linked().text

    def test_a_user_without_the_role_learns_whom_to_ask(self) -> None:
        assert "Ask your administrator" in not_permitted().text

    def test_a_refusal_by_role_names_the_role_and_the_admins(self) -> None:
        said = role_refused("finance", "viewer", ("Chloé Dubois", "Dan Ek")).text
        assert said == (
            "Your role here does not allow this. It takes the role finance; yours is viewer. "
            "Ask Chloé Dubois or Dan Ek."
        )
        assert role_refused("admin", "finance", ()).text.endswith("yours is finance. Ask your administrator.")

    def test_an_overlong_text_is_named_as_such(self) -> None:
        assert too_long().text == "That text is too long to be a name or number. Try a part of it."

    def test_a_failure_has_a_reference(self) -> None:
        assert failed("ab12-cd").text.endswith("reference: ab12-cd")

    def test_an_outdated_button_says_how_to_go_on(self) -> None:
        assert "Ask again with /tesorio" in outdated_button().text
