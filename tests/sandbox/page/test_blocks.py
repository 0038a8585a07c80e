from typing import Any

from playwright.async_api import expect

from sandbox.slack import SlackStandIn
from sandbox.slack.seed import AR_TEAM
from tests.browser import IN_BROWSER, SlackPage, block
from tests.sandbox.slack.running import web_client

pytestmark = IN_BROWSER

Json = dict[str, Any]


async def post(slack: SlackStandIn, *blocks: Json) -> None:
    await web_client(slack).chat_postMessage(channel=AR_TEAM, text="blocks", blocks=list(blocks))


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


class TestText:
    async def test_mrkdwn_is_formatted(self, page: SlackPage, slack: SlackStandIn) -> None:
        text = (
            "*bold _both_* ~gone~ `a*b*c` snake_case_name\n&gt; said\n"
            "```\n<https://x.example|raw>\n```\n:warning: :nope:"
        )
        await post(slack, {"type": "section", "block_id": "text", "text": {"type": "mrkdwn", "text": text}})
        shown = block(page.last_message, "text")
        await expect(shown.locator("strong")).to_have_text("bold both")
        await expect(shown.locator("strong em")).to_have_text("both")
        await expect(shown.locator("del")).to_have_text("gone")
        await expect(shown.locator("code")).to_have_text("a*b*c")
        await expect(shown.locator("blockquote")).to_have_text("said")
        await expect(shown.locator("pre")).to_have_text("<https://x.example|raw>")
        await expect(shown.locator(".emoji")).to_have_attribute("title", ":warning:")
        await expect(shown).to_contain_text("snake_case_name")
        await expect(shown).to_contain_text(":nope:")

    async def test_link_opens_outside_and_leaks_nothing(self, page: SlackPage, slack: SlackStandIn) -> None:
        linked = {"type": "mrkdwn", "text": "<https://erp.example/?a=1&amp;b=2|INV &amp; Co>"}
        await post(slack, {"type": "section", "block_id": "text", "text": linked})
        anchor = page.last_message.locator("a")
        await expect(anchor).to_have_text("INV & Co")
        await expect(anchor).to_have_attribute("href", "https://erp.example/?a=1&b=2")
        await expect(anchor).to_have_attribute("rel", "noopener noreferrer")

    async def test_rich_text_keeps_its_structure(self, page: SlackPage, slack: SlackStandIn) -> None:
        item = {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "call *Sun*", "style": {"bold": True}}],
        }
        listed = {"type": "rich_text_list", "style": "ordered", "elements": [item]}
        await post(slack, {"type": "rich_text", "block_id": "rich", "elements": [listed]})
        await expect(block(page.last_message, "rich").locator("ol li strong")).to_have_text("call *Sun*")


class TestTable:
    async def test_rows_and_alignment(self, page: SlackPage, slack: SlackStandIn) -> None:
        bold = rich({"type": "text", "text": "Over 90", "style": {"bold": True}})
        rows = [[raw("Currency"), bold], [raw("USD"), raw("$1,200.00")]]
        await post(
            slack, {"type": "table", "block_id": "aging", "rows": rows, "column_settings": [{}, {"align": "right"}]}
        )
        table = block(page.last_message, "aging")
        await expect(table.locator("th")).to_have_text(["Currency", "Over 90"])
        await expect(table.locator("td").last).to_have_text("$1,200.00")
        await expect(table.locator("td").last).to_have_css("text-align", "right")


class TestChart:
    async def test_figures_are_told_to_screen_readers(self, page: SlackPage, slack: SlackStandIn) -> None:
        segments = [{"label": "Current", "value": 75}, {"label": "Over 90", "value": 25}]
        await post(
            slack, {"type": "data_visualization", "title": "Aging", "chart": {"type": "pie", "segments": segments}}
        )
        chart = page.last_message.get_by_test_id("chart")
        await expect(chart.get_by_role("img")).to_have_attribute("aria-label", "Aging: Current 75, Over 90 25")
        await expect(chart.locator("path")).to_have_count(2)
        await expect(chart.locator("li").last).to_contain_text("25%")


class TestPicture:
    async def test_nothing_is_loaded_from_outside(self, page: SlackPage, slack: SlackStandIn) -> None:
        await post(
            slack, {"type": "image", "block_id": "logo", "image_url": "https://x.example/a.png", "alt_text": "Logo"}
        )
        await expect(block(page.last_message, "logo").get_by_role("img")).to_have_text("Logo")
        await expect(page.last_message.locator("img")).to_have_count(0)


class TestReading:
    async def test_tall_answer_begins_in_sight(self, page: SlackPage, slack: SlackStandIn) -> None:
        line = {"type": "section", "text": {"type": "mrkdwn", "text": "line"}}
        await post(
            slack, {"type": "header", "block_id": "top", "text": {"type": "plain_text", "text": "Top"}}, *[line] * 40
        )
        await expect(block(page.last_message, "top")).to_be_in_viewport()
        await expect(page.last_message.locator(".block").last).not_to_be_in_viewport()
        await page.page.get_by_test_id("messages-end").click()
        await expect(page.last_message.locator(".block").last).to_be_in_viewport()
        await post(slack, {"type": "section", "block_id": "newer", "text": {"type": "mrkdwn", "text": "Newer"}})
        await expect(block(page.last_message, "newer")).to_be_in_viewport()
