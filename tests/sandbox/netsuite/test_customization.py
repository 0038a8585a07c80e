"""Custom fields: their values on records, and what their definitions say of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.custom_fields import DEFINITIONS, AppliesTo
from sandbox.ledger.records import CustomField, FieldKind
from tests.sandbox.netsuite.soap import SoapClient, refusal

SUN, ABC = 1001, 1002
TYPES = {AppliesTo.CUSTOMER: "entityCustomField", AppliesTo.INVOICE: "transactionBodyCustomField"}


def values(record: Any) -> dict[str, Any]:
    """The custom fields of a record by script id, with their types."""
    fields = record.customFieldList.customField
    return {field.scriptId: (type(field).__name__.removesuffix("CustomFieldRef"), field.value) for field in fields}


async def identified(soap: SoapClient, record_type: str, *, with_inactive: bool = False) -> Any:
    asked = soap.make("core.CustomizationType", getCustomizationType=record_type)
    body = await soap.call("getCustomizationId", customizationType=asked, includeInactives=with_inactive)
    return body.getCustomizationIdResult


class TestValues:
    async def test_every_type_on_customers_and_invoices(self, soap: SoapClient, ledger: Ledger) -> None:
        for search, expected in (
            (soap.customers(), {"String", "Long", "Double", "Boolean", "Date", "Select", "MultiSelect"}),
            (soap.transactions(), {"String", "Long", "Double", "Boolean", "Date", "Select", "MultiSelect"}),
        ):
            found = await soap.search(search)
            held = [record for record in found.recordList.record if record.customFieldList]
            assert {kind for record in held for kind, _ in values(record).values()} == expected
        assert {field.kind for one in ledger.customers.values() for field in one.custom_fields} == {
            made.kind for made in DEFINITIONS if made.applies_to is AppliesTo.CUSTOMER
        }

    async def test_one_several_and_invalid_addresses(self, soap: SoapClient) -> None:
        found = await soap.search(soap.customers(internalId=soap.refs(SUN, ABC)))
        several, invalid = (values(record)["custentity_dunning_emails"] for record in found.recordList.record)
        assert several == ("String", "ap@sun-microsystems-inc.example; treasury@sun-microsystems-inc.example")
        assert invalid == ("String", "ap@abc-inc.example; see portal")

    async def test_values_keep_their_meaning(self, soap: SoapClient, ledger: Ledger) -> None:
        at = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
        fields = (
            CustomField(script_id="custentity_last_visit", kind=FieldKind.DATETIME, value=at),
            CustomField(script_id="custentity_credit_review", kind=FieldKind.DATE, value=date(2026, 3, 2)),
            CustomField(script_id="custentity_unheard_of", kind=FieldKind.TEXT, value="<b>"),
        )
        ledger.edit_customer(SUN, custom_fields=fields)
        (record,) = (await soap.search(soap.customers(internalId=soap.refs(SUN)))).recordList.record
        said = values(record)
        assert said["custentity_last_visit"] == ("Date", at)
        assert said["custentity_credit_review"][1].date() == date(2026, 3, 2)
        assert said["custentity_unheard_of"] == ("String", "<b>")


class TestDefinitions:
    @pytest.mark.parametrize("applies_to", list(AppliesTo))
    async def test_ids_of_each_type(self, soap: SoapClient, applies_to: AppliesTo) -> None:
        result = await identified(soap, TYPES[applies_to])
        made = [one for one in DEFINITIONS if one.applies_to is applies_to]
        references = result.customizationRefList.customizationRef
        assert result.totalRecords == len(made)
        assert [(ref.internalId, ref.scriptId, ref.name) for ref in references] == [
            (str(one.id), one.script_id, one.label) for one in made
        ]

    async def test_inactive_ones_come_when_asked_for(self, soap: SoapClient, ledger: Ledger) -> None:
        ledger.edit(Kind.CUSTOM_FIELD, 2101, is_inactive=True)
        fewer = await identified(soap, "entityCustomField")
        assert (await identified(soap, "entityCustomField", with_inactive=True)).totalRecords == fewer.totalRecords + 1

    async def test_other_types_have_none(self, soap: SoapClient) -> None:
        assert (await identified(soap, "itemCustomField")).totalRecords == 0

    async def test_an_email_field_is_told_by_its_definition_alone(self, soap: SoapClient) -> None:
        listed = (await identified(soap, "entityCustomField")).customizationRefList.customizationRef
        answers = (await soap.call("getList", baseRef=list(listed))).readResponseList.readResponse
        records = {one.record.scriptId: one.record for one in answers}
        assert {name for name, record in records.items() if record.fieldType == "_eMailAddress"} == {
            "custentity_billing_email", "custentity_dunning_emails",
        }  # fmt: skip
        billing = records["custentity_billing_email"]
        assert (billing.label, billing.appliesToCustomer, billing.internalId) == ("Billing e-mail", True, "2102")

    async def test_body_field_by_reference(self, soap: SoapClient, ledger: Ledger) -> None:
        ledger.edit(Kind.CUSTOM_FIELD, 2203, label="Freight & packing")
        body = await soap.call("get", baseRef=soap.ref("transactionBodyCustomField", 2203))
        freight = body.readResponse.record
        assert (freight.scriptId, freight.fieldType, freight.label) == (
            "custbody_freight", "_decimalNumber", "Freight & packing",
        )  # fmt: skip
        assert (freight.bodySale, freight.bodyCustomerPayment) == (True, False)

    async def test_neither_id_nor_type_may_be_wrong(self, soap: SoapClient) -> None:
        for record_type, internal_id in (("entityCustomField", 2203), ("transactionBodyCustomField", 9)):
            body = await soap.call("get", baseRef=soap.ref(record_type, internal_id))
            assert refusal(body.readResponse.status)[0] == "RCRD_DSNT_EXIST"
