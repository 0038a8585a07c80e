"""The one way in which Slack says no."""


class ApiError(Exception):
    """Slack answers `{"ok": false, "error": code}`; `messages` go to `response_metadata`, `extra` beside the code."""

    def __init__(self, code: str, messages: tuple[str, ...] = (), **extra: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.extra = extra
