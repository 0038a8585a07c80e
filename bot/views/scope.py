"""What a table is about, in words: the filter that narrows it down."""

from bot.filters import Filter
from bot.views.amounts import counted
from bot.views.names import short_name
from bot.views.text import literal

_MAX_NAME = 60


def scope_words(wanted: Filter, customer: str = "") -> str:
    """«sales rep Robin Ray · subsidiary EU West · over 10,000»; «» when nothing is narrowed down.

    For places where Slack parses nothing; `customer` is a name that `literal` made.
    """
    amount, days = wanted.amount_over, wanted.days_over
    parts = (
        customer,
        f"sales rep {short_name(wanted.owner, _MAX_NAME)}" if wanted.owner else "",
        f"subsidiary {short_name(wanted.subsidiary, _MAX_NAME)}" if wanted.subsidiary else "",
        f"in {wanted.currency}" if wanted.currency else "",
        f"over {amount:,f}" if amount is not None else "",
        f"{short_name(wanted.field.label, _MAX_NAME)} {literal(wanted.field.value, _MAX_NAME)}" if wanted.field else "",
        f"more than {counted(days, 'day')} past due" if days else "",
    )
    return " · ".join(filter(None, parts))
