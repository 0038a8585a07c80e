"""The rules of a CRM as its table in tesorio.toml has them; what is not set there, people choose in Slack."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from store.crm.keys import OWN_FIELDS
from store.crm.rules import FIELDS, CrmChoices, MatchBy, Policy
from store.custom_values import is_script_id


class CrmSettings(BaseModel):
    """To be inherited by a CRM connector's settings. None is what the set of rules says.

    `fields` are policies of single fields of a customer, such as {"phone": "crm"}.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    rules: Literal["tesorio", "upflow"] | None = None
    match_by: MatchBy | None = None
    account_field: str | None = Field(None, pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")
    customer_field: str | None = None
    contacts: bool | None = None
    account_managers: bool | None = None
    sales_rep_contact: bool | None = None
    lookup_contacts: bool | None = None
    account_notes: bool | None = None
    fields: Mapping[str, Policy] = Field(default_factory=dict)

    @field_validator("customer_field")
    @classmethod
    def _is_field(cls, value: str | None) -> str | None:
        if value is not None and value not in OWN_FIELDS and not is_script_id(value):
            raise ValueError(f"is neither a custom field's id nor one of {', '.join(sorted(OWN_FIELDS))}")
        return value

    @field_validator("fields")
    @classmethod
    def _are_fields(cls, value: Mapping[str, Policy]) -> Mapping[str, Policy]:
        unknown = sorted(value.keys() - set(FIELDS))
        if unknown:
            raise ValueError(f"knows {', '.join(FIELDS)}, not {', '.join(unknown)}")
        return value

    @property
    def choices(self) -> CrmChoices:
        """The same as the store takes it."""
        return CrmChoices(
            rules=self.rules,
            match_by=self.match_by,
            account_field=self.account_field,
            customer_field=self.customer_field,
            contacts=self.contacts,
            account_managers=self.account_managers,
            owner_contact=self.sales_rep_contact,
            lookup_contacts=self.lookup_contacts,
            notes=self.account_notes,
            policies=dict(self.fields),
        )
