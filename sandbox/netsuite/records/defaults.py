"""What all records of a kind share: the forms, and amounts that follow from others.

A record comes with every field that holds a value, whoever asks and for what: the flags that nobody ever set too.
Which those are is seen in answers of real accounts that the NetSweet client library publishes as its test data, and in
records that others have published; names and order are those of the account's schema. What a feature adds that this
company has not switched on (revenue commitments, SuiteTax, inventory, shipping, gift certificates) is absent, as in an
account without it.
"""

from sandbox.netsuite.records.writer import ref_body, reference


def _named(element: str, internal_id: int, name: str) -> str:
    return reference(element, ref_body(internal_id, name))


INVOICE_FORM = _named("tranSales:customForm", 105, "Corvane Product Invoice")
ORDER_FORM = _named("tranSales:customForm", 106, "Corvane Sales Order")
CREDIT_FORM = _named("tranCust:customForm", 107, "Corvane Credit Memo")
PAYMENT_FORM = _named("tranCust:customForm", 70, "Standard Customer Payment")
DEPOSIT_FORM = _named("tranCust:customForm", 71, "Standard Customer Deposit")
# The system's own forms and choices have ids below zero.
CUSTOMER_FORM = _named("listRel:customForm", -2, "Standard Customer Form")
RECEIVABLES_PREFERENCE = _named("listRel:receivablesAccount", -10, "Use System Preference")
# Items are sold at a price of the line's own, not at one of a list.
PRICE_LEVEL = ref_body(-1, "Custom")

CARD_FLAGS = (
    "<tranCust:chargeIt>false</tranCust:chargeIt><tranCust:ccApproved>false</tranCust:ccApproved>"
    "<tranCust:isRecurringPayment>false</tranCust:isRecurringPayment><tranCust:ignoreAvs>false</tranCust:ignoreAvs>"
)
_BY_CHECK = _named("tranCust:paymentMethod", 2, "Check")


def payment_method(check_number: str) -> str:
    """By what means the money came: of a cheque the ledger knows it, of nothing else."""
    return _BY_CHECK if check_number else ""


def gross_profit(prefix: str, subtotal: str) -> str:
    """The estimated profit on a subtotal: items cost nothing here, so that it is all of it."""
    percent = "" if subtotal == "0.0" else f"<{prefix}:estGrossProfitPercent>100.0</{prefix}:estGrossProfitPercent>"
    return (
        f"<{prefix}:totalCostEstimate>0.0</{prefix}:totalCostEstimate>"
        f"<{prefix}:estGrossProfit>{subtotal}</{prefix}:estGrossProfit>{percent}"
    )
