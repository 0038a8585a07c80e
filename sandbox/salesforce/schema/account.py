"""Account, with the custom fields that this org's admin made on it."""

from collections.abc import Callable
from datetime import datetime

from sandbox.salesforce.field import Field, FieldType, ObjectType, Row, object_type
from sandbox.salesforce.schema.common import (
    address,
    choice,
    master,
    number,
    owner,
    record_id,
    reference,
    system_fields,
    text,
    yes_no,
)

ERP_KEY = "ERP_Customer_Id__c"
TIERS = ("Gold", "Silver", "Bronze")
TYPES = ("Prospect", "Customer - Direct", "Customer - Channel", "Other")


def account() -> ObjectType:
    fields = (
        record_id("Account"),
        *system_fields(),
        master("Account"),
        text("Name", "Account Name", 255, is_required=True, is_name=True),
        choice("Type", "Account Type", *TYPES),
        reference("ParentId", "Parent Account ID", "Account"),
        *address("Billing"),
        *address("Shipping"),
        text("Phone", "Account Phone", 40, FieldType.PHONE),
        text("Fax", "Account Fax", 40, FieldType.PHONE),
        text("AccountNumber", "Account Number", 40),
        text("Website", "Website", 255, FieldType.URL),
        choice("Industry", "Industry", "Banking", "Manufacturing", "Retail", "Technology", "Other"),
        number("AnnualRevenue", "Annual Revenue", 18, 0, FieldType.CURRENCY),
        number("NumberOfEmployees", "Employees", 8, 0, FieldType.INT),
        text("Description", "Account Description", 32_000, FieldType.TEXTAREA),
        owner(),
        *_custom(),
    )
    return object_type("Account", "Account", "Accounts", "001", fields, is_mergeable=True)


def _custom() -> tuple[Field, ...]:
    return (
        text(ERP_KEY, "ERP Customer Id", 40, is_external_id=True, is_custom=True),
        reference(
            "Billing_Contact__c", "Billing Contact", "Contact", relationship="Billing_Contact__r", is_custom=True
        ),
        choice("Customer_Tier__c", "Customer Tier", *TIERS, is_custom=True, is_restricted=True),
        text("Region__c", "Region", 60, is_custom=True),
        Field(name="Contract_End__c", label="Contract End", type=FieldType.DATE, is_custom=True),
        yes_no("Credit_Insured__c", "Credit Insured", is_custom=True),
        text("AP_Email__c", "AP Email", 80, FieldType.EMAIL, is_custom=True),
        text("Renewal_Notes__c", "Renewal Notes", 32_768, FieldType.TEXTAREA, is_custom=True),
        number("Outstanding_Balance__c", "Outstanding Balance", 18, 2, FieldType.CURRENCY, is_custom=True),
        number("Past_Due_Balance__c", "Past Due Balance", 18, 2, FieldType.CURRENCY, is_custom=True),
        number("Open_Invoices__c", "Open Invoices", 18, 0, is_custom=True),
        number("Past_Due_Invoices__c", "Past Due Invoices", 18, 0, is_custom=True),
        number("Average_Payment_Delay__c", "Average Payment Delay (days)", 18, 1, is_custom=True),
        number(
            "Contract_Days_Left__c",
            "Contract Days Left",
            18,
            0,
            is_custom=True,
            is_createable=False,
            is_updateable=False,
            formula=_days_left,
        ),
    )


def _days_left(row: Row, _: Callable[[str], Row | None], at: datetime) -> int | None:
    end = row.get("Contract_End__c")
    return None if end is None else (end - at.date()).days
