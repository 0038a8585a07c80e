"""What a system of record may answer, named by what to do next. A docstring is the sentence that people read."""


class SourceError(Exception):
    """The system did not do what it was asked.

    `detail` is for the log and for the status page; it never holds a secret.
    """

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        meaning = " ".join((self.__doc__ or "").split())
        return f"{meaning} ({self.detail})" if self.detail else meaning


class RetryError(SourceError):
    """The system is busy or did not answer; the same request may work a little later."""

    def __init__(self, detail: str = "", *, after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.after_seconds = after_seconds


class BusyError(RetryError):
    """The system says that too many requests run at once; the same request works when fewer do."""


class TakenError(RetryError):
    """Another run is reading this system, or was killed a moment ago. Try again in a minute."""


class RestingError(RetryError):
    """The system did not answer several times in a row, and is left alone for a minute."""


class UsedUpError(RetryError):
    """The system's allowance of requests is used up, or nearly; it is asked again when it has grown."""


class UnreadableAnswerError(RetryError):
    """The answer was cut off, or is not in the system's language; the same request may work a little later."""


class ExpiredPositionError(SourceError):
    """The place in the list that was being read is gone; the window has to be read from its start."""


class ReauthoriseError(SourceError):
    """The system refused our credentials. Check the tokens in the settings, then run `tesorio doctor`."""


class NotPermittedError(SourceError):
    """The system knows us but our role may not do this. Give the role the permission that is named."""


class RejectedError(SourceError):
    """The system refused this request for what it contains; sending it again changes nothing."""


class UnknownOutcomeError(SourceError):
    """The system may or may not have stored what was sent. It is looked for before it is sent again."""


class StopError(SourceError):
    """Something only a person can decide. Nothing was changed; the detail says what to look at."""
