"""Where an answer may go, and what Slack's answer to it means."""

import pytest

from bot.delivery import is_slack_address, verdict_of_answer

SLACK = "https://slack.com/api/"
OURS = "http://127.0.0.1:8765/api/"


class TestIsSlackAddress:
    @pytest.mark.parametrize(
        ("url", "api_url"),
        [
            ("https://hooks.slack.com/commands/T1/2/x", SLACK),
            ("https://slack.com/x", SLACK),
            ("https://hooks.slack.com/commands/T1/2/x", OURS),
            ("http://127.0.0.1:9999/response/x", OURS),
            ("https://hooks.slack-gov.com/x", "https://slack-gov.com/api/"),
        ],
    )
    def test_slack_and_what_the_settings_call_so(self, url: str, api_url: str) -> None:
        assert is_slack_address(url, api_url=api_url)

    @pytest.mark.parametrize(
        ("url", "api_url"),
        [
            ("", SLACK),
            ("http://hooks.slack.com/x", SLACK),
            ("https://evil.example/x", SLACK),
            ("https://slack.com.evil.example/x", SLACK),
            ("https://evilslack.com/x", SLACK),
            ("https://slack.com@evil.example/x", SLACK),
            ("http://169.254.169.254/latest", OURS),
            ("http://127.0.0.1:6379/", SLACK),
            ("file:///etc/passwd", OURS),
            ("https://[broken", OURS),
            ("http:///x", "http:///api/"),
        ],
    )
    def test_and_nothing_else(self, url: str, api_url: str) -> None:
        assert not is_slack_address(url, api_url=api_url)


class TestVerdict:
    def test_ok_is_done(self) -> None:
        assert verdict_of_answer(200, {}, "ok").is_done

    @pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "invalid_attachments"])
    def test_a_refusal_of_the_blocks_is_known_by_its_code(self, code: str) -> None:
        for status, method in ((400, "response_url"), (200, "chat.postMessage")):
            verdict = verdict_of_answer(status, {}, f"{{'ok': False, 'error': '{code}'}}", method=method)
            assert verdict.refuses_blocks
            assert not verdict.is_done
            assert verdict.wait_seconds is None

    @pytest.mark.parametrize(("told", "seconds"), [("7", 7.0), ("soon", 1.0), ("-1", 1.0)])
    def test_a_rate_limit_says_how_long(self, told: str, seconds: float) -> None:
        assert verdict_of_answer(429, {"Retry-After": told}, "").wait_seconds == seconds
        assert verdict_of_answer(429, {}, "").wait_seconds == 1.0

    def test_a_server_error_may_pass(self) -> None:
        assert verdict_of_answer(503, {}, "<html>").wait_seconds == 1.0

    def test_any_other_refusal_is_final_for_this_way(self) -> None:
        verdict = verdict_of_answer(404, {}, '{"ok":false,"error":"expired_url"}')
        assert not verdict.is_done
        assert verdict.wait_seconds is None
        assert "404" in verdict.reason
