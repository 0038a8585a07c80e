"""What `tesorio doctor` says of the fields into which customers' figures are written."""

from sync.connector import Finding
from sync.connectors.salesforce.describe import Description, Field
from sync.connectors.salesforce.settings import SalesforceSettings

_NUMBERS = frozenset({"currency", "double", "int", "percent"})
_REMEDY = (
    "In Setup > Object Manager > Account > Fields & Relationships make it a Currency or Number field, and let the "
    "permission set edit it; or take it out of [salesforce] figures."
)


def figure_findings(settings: SalesforceSettings, account: Description) -> list[Finding]:
    """One finding per field that cannot take its figure, or one that all can; none where no figures are wanted."""
    troubles = {field: trouble for field in settings.figures.values() if (trouble := _trouble(account, field))}
    if troubles:
        return [
            Finding(check="figures", ok=False, detail=f"{field} {trouble}", remedy=_REMEDY)
            for field, trouble in sorted(troubles.items())
        ]
    return [Finding(check="figures", ok=True, detail=f"{len(settings.figures)} fields")] if settings.figures else []


def _trouble(account: Description, name: str) -> str:
    field: Field | None = account.fields.get(name)
    if field is None:
        return "is no field of accounts that we may see"
    if field.type not in _NUMBERS:
        return f"holds no number but {field.type}"
    return "" if field.is_updateable else "may not be edited by our user"
