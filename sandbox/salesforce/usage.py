"""How many requests the org has answered of those that it may in a day, as every answer tells."""

from sandbox.salesforce.errors import limit_exceeded

HEADER = "Sforce-Limit-Info"
DAILY = 100_000


class Usage:
    """`used` and `limit` may be set; a request beyond the limit is refused until `used` falls again."""

    def __init__(self, limit: int = DAILY) -> None:
        self.limit = limit
        self.used = 0

    @property
    def header(self) -> dict[str, str]:
        return {HEADER: f"api-usage={self.used}/{self.limit}"}

    def count(self) -> None:
        """One more request. Raises ApiError, REQUEST_LIMIT_EXCEEDED, when there are no more."""
        if self.used >= self.limit:
            raise limit_exceeded()
        self.used += 1

    def limits(self) -> dict[str, dict[str, int]]:
        """What the limits resource says."""
        left = max(0, self.limit - self.used)
        return {
            "DailyApiRequests": {"Max": self.limit, "Remaining": left},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
            "DataStorageMB": {"Max": 1_024, "Remaining": 871},
        }
