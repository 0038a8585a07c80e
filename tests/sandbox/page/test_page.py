import re

import pytest
from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn, Waiting
from sandbox.slack.seed import ANA, AR_TEAM, BEN
from tests.browser import IN_BROWSER, SlackPage, block, element

pytestmark = IN_BROWSER
AT_ONCE = Waiting(timeout_seconds=0)


@pytest.mark.usefixtures("bot")
class TestCommand:
    async def test_typing_completes_the_command_with_its_hint(self, page: SlackPage) -> None:
        await page.composer.fill("/te")
        await expect(page.page.get_by_test_id("command")).to_contain_text("invoice INV-12345")
        await page.composer.press("Tab")
        await expect(page.composer).to_have_value("/tesorio ")

    async def test_card_is_drawn_and_the_menu_replaces_it(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await expect(block(page.last_message, "name")).to_have_text("Sun Microsystems")
        await expect(block(page.last_message, "balance").locator("strong")).to_have_text("Sun Microsystems")
        await page.choose(page.last_message, "lookup.choose", "Sunrise")
        await expect(block(page.last_message, "name")).to_have_text("Sunrise Micro Devices")
        await expect(page.messages).to_have_count(1)

    async def test_menu_works_from_the_keyboard(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "lookup.choose").focus()
        await page.page.keyboard.press("Enter")
        await page.page.keyboard.press("ArrowDown")
        await page.page.keyboard.press("Enter")
        await expect(block(page.last_message, "name")).to_contain_text("& Co")

    async def test_unknown_command_is_refused_in_place(self, page: SlackPage) -> None:
        await page.say("/frobnicate now")
        await expect(page.last_message).to_contain_text("/frobnicate is not a valid command")

    async def test_dangerous_button_asks_first(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "dispute").click()
        await page.page.get_by_test_id("confirm-deny").click()
        await element(page.last_message, "dispute").click()
        await page.page.get_by_test_id("confirm-ok").click()
        await expect(page.last_message).to_contain_text("Disputed")
        await expect(page.messages).to_have_count(2)

    async def test_searching_select_asks_the_app(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "rep.choose").click()
        await page.page.get_by_test_id("menu-search").fill("be")
        await expect(page.options).to_have_text(["Ben Okafor", "Bea Lund"])
        await page.options.last.click()
        await expect(page.last_message).to_contain_text("Sales rep: Bea Lund")


@pytest.mark.usefixtures("bot")
class TestModal:
    async def test_errors_stay_under_their_input_until_it_is_right(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "note.open").click()
        error = block(page.modal, "text").get_by_test_id("input-error")
        await page.submit()
        await expect(error).to_have_text("Please complete this required field.")
        await page.modal.locator("textarea").fill("abc")
        await page.submit()
        await expect(error).to_have_text("Say a little more.")
        await expect(page.modal.locator("textarea")).to_have_value("abc")
        await page.modal.locator("textarea").fill("They pay on <Friday>")
        await page.submit()
        await expect(page.page.get_by_test_id("modal")).to_have_count(0)
        await expect(page.last_message).to_contain_text("Note: They pay on <Friday>, follow up 2026-11-20")

    async def test_date_is_picked_from_the_calendar(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "note.open").click()
        await page.modal.locator("textarea").fill("Call back")
        await page.modal.get_by_test_id("datepicker").click()
        await page.page.keyboard.press("ArrowDown")
        await page.page.keyboard.press("Enter")
        await expect(page.modal.get_by_test_id("datepicker")).to_have_text("Nov 27, 2026")
        await page.submit()
        await expect(page.last_message).to_contain_text("follow up 2026-11-27")

    async def test_escape_closes_it_and_gives_the_focus_back(self, page: SlackPage, slack: SlackStandIn) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "note.open").click()
        await expect(page.modal.locator("textarea")).to_be_focused()
        await page.page.keyboard.press("Escape")
        await expect(page.page.get_by_test_id("modal")).to_have_count(0)
        await expect(element(page.last_message, "note.open")).to_be_focused()
        assert slack.workspace.modal(ANA) is None

    async def test_tab_stays_inside(self, page: SlackPage) -> None:
        await page.say("/tesorio customer sun")
        await element(page.last_message, "note.open").click()
        await page.modal.get_by_test_id("modal-submit").focus()
        await page.page.keyboard.press("Tab")
        await expect(page.modal.get_by_test_id("modal-close")).to_be_focused()

    async def test_message_shortcut_opens_it(self, page: SlackPage) -> None:
        await page.say("They promised Friday")
        await expect(page.last_message).to_contain_text("They promised Friday")
        await page.last_message.hover()
        await page.last_message.get_by_test_id("message-more").click()
        await page.options.filter(has_text="Reply to Tesorio").click()
        await expect(page.modal.get_by_test_id("modal-title")).to_have_text("Add a note")

    async def test_global_shortcut_opens_it(self, page: SlackPage) -> None:
        await page.page.get_by_test_id("shortcuts").first.click()
        await page.options.filter(has_text="Find in Tesorio").click()
        await expect(page.modal.get_by_test_id("modal-title")).to_have_text("Find")


@pytest.mark.usefixtures("bot")
class TestUntrustedText:
    async def test_escaped_text_is_shown_as_it_is(self, page: SlackPage) -> None:
        await page.say("/tesorio customer evil")
        literal = "<!channel> & Co <img src=x onerror=alert(1)>"
        await expect(block(page.last_message, "name")).to_have_text(literal)
        await expect(block(page.last_message, "balance")).to_have_text(f"{literal} owes USD 10.00")
        await expect(page.last_message.locator("img, .mention")).to_have_count(0)

    async def test_what_a_person_types_is_never_markup(self, page: SlackPage) -> None:
        await page.say("<!channel> & <@U1> <script>")
        await expect(page.last_message).to_contain_text("<!channel> & <@U1> <script>")
        await expect(page.last_message.locator(".mention, a")).to_have_count(0)

    async def test_unescaped_control_is_a_mention(self, page: SlackPage, slack: SlackStandIn) -> None:
        app = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        markup = f"<!channel> <@{BEN}> <#{AR_TEAM}> <javascript:alert(1)|x>"
        await app.chat_postMessage(channel=AR_TEAM, text=markup)
        await expect(page.last_message.locator(".mention")).to_have_text(["@channel", "@Ben Okafor", "#ar-team"])
        await expect(page.last_message).to_contain_text("<javascript:alert(1)|x>")
        await expect(page.last_message.locator("a")).to_have_count(0)


@pytest.mark.usefixtures("bot")
class TestPeople:
    async def test_ephemeral_answer_is_seen_by_its_person_alone(self, page: SlackPage) -> None:
        await page.say("/tesorio customer nobody")
        await expect(page.last_message).to_contain_text("Only visible to you")
        await expect(page.last_message).to_contain_text("No match for nobody")
        await page.act_as("Ben Okafor")
        await expect(page.page.get_by_test_id("intro")).to_be_visible()
        await expect(page.messages).to_have_count(0)
        await page.act_as("Ana Silva")
        await expect(page.messages).to_have_count(1)

    async def test_two_windows_see_one_conversation(
        self, page: SlackPage, slack: SlackStandIn, browser: Browser
    ) -> None:
        window = await SlackPage.new(browser)
        async with window.at(slack.page_url) as other:
            await other.act_as("Ben Okafor")
            await page.say("Good morning")
            await expect(other.last_message).to_contain_text("Good morning")
            await expect(other.last_message.locator(".author")).to_have_text("Ana Silva")
        await window.page.context.close()

    async def test_unread_channel_is_counted(self, page: SlackPage, slack: SlackStandIn) -> None:
        await slack.workspace.say(BEN, "#sales", "New order", AT_ONCE)
        row = page.page.locator('[data-testid="channel"][data-name="sales"]')
        await expect(row).to_have_class(re.compile("is-unread"))
        await row.click()
        await expect(row).not_to_have_class(re.compile("is-unread"))
        await expect(page.last_message).to_contain_text("New order")

    async def test_reply_goes_to_the_thread(self, page: SlackPage) -> None:
        await page.say("Question")
        await expect(page.last_message).to_contain_text("Question")
        await page.last_message.hover()
        await page.last_message.get_by_test_id("message-thread").click()
        await page.page.get_by_test_id("thread-composer").fill("Answer")
        await page.page.get_by_test_id("thread-composer").press("Enter")
        await expect(page.page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(2)
        await expect(page.messages).to_have_count(1)
        await expect(page.last_message.get_by_test_id("thread-line")).to_contain_text("1 reply")


class TestConnection:
    @pytest.mark.usefixtures("bot")
    async def test_home_tab_shows_what_the_app_publishes(self, page: SlackPage) -> None:
        await page.go_to("Tesorio")
        await page.page.get_by_test_id("tab-home").click()
        await expect(block(page.page.get_by_test_id("home"), "hello")).to_have_text("Your customers")

    async def test_banner_tells_that_the_bot_is_away(self, page: SlackPage) -> None:
        await expect(page.page.get_by_test_id("banner")).to_contain_text("not connected")
        await page.say("/tesorio help")
        await expect(page.last_message).to_contain_text("dispatch_failed")
