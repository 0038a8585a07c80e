"""Customer, as listRel:Customer. Its balances are left out: only an advanced search returns them."""

from sandbox.ledger.balances import balance, currencies_of, deposit_balance, past_due_balance, unbilled_orders
from sandbox.ledger.records import Contact, Customer, Kind
from sandbox.ledger.setup import CONTACT_ROLES, PRIMARY_CONTACT_ID
from sandbox.netsuite.records.addresses import LABEL, address_element, address_key, default_address
from sandbox.netsuite.records.defaults import CUSTOMER_FORM, RECEIVABLES_PREFERENCE
from sandbox.netsuite.records.taxes import tax_item
from sandbox.netsuite.records.writer import Writer, optional, ref_body
from sandbox.netsuite.texts import boolean, text

_IN_CURRENCY = (
    ("balance", balance),
    ("depositBalance", deposit_balance),
    ("overdueBalance", past_due_balance),
    ("unbilledOrders", unbilled_orders),
)
CATEGORY_IDS = {"Enterprise": 1, "Mid-market": 2, "Small business": 3, "Public sector": 4, "Distributor": 5}
# The id of a category that is none of these.
UNLISTED = 9


def customer_xml(customer: Customer, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its address book, contacts and currencies only when `full`."""
    return (
        f"{_identity(customer, writer)}{_terms(customer, writer)}"
        f"<listRel:shipComplete>false</listRel:shipComplete>{tax_item(customer)}"
        "<listRel:alcoholRecipientType>_consumer</listRel:alcoholRecipientType>"
        f"{RECEIVABLES_PREFERENCE}<listRel:webLead>No</listRel:webLead><listRel:billPay>false</listRel:billPay>"
        f"<listRel:lastModifiedDate>{writer.calendar.instant(customer.last_modified)}</listRel:lastModifiedDate>"
        "<listRel:stage>_customer</listRel:stage><listRel:emailTransactions>false</listRel:emailTransactions>"
        "<listRel:printTransactions>false</listRel:printTransactions>"
        "<listRel:faxTransactions>false</listRel:faxTransactions>"
        "<listRel:isBudgetApproved>false</listRel:isBudgetApproved>"
        "<listRel:globalSubscriptionStatus>_softOptOut</listRel:globalSubscriptionStatus>"
        f"{_lists(customer, writer) if full else ''}{writer.custom_fields('listRel', customer.custom_fields)}"
        "</platformCore:record>"
    )


def _identity(customer: Customer, writer: Writer) -> str:
    name = text(customer.name)
    parent = f"<listRel:parent{writer.customer_ref(customer.parent_id)}</listRel:parent>" if customer.parent_id else ""
    return (
        f"{writer.opening('listRel', 'relationships', 'Customer', customer.id)}{CUSTOMER_FORM}"
        f"<listRel:entityId>{customer.number}</listRel:entityId><listRel:altName>{name}</listRel:altName>"
        f"<listRel:isPerson>false</listRel:isPerson><listRel:companyName>{name}</listRel:companyName>"
        '<listRel:entityStatus internalId="13"><platformCore:name>CUSTOMER-Closed Won</platformCore:name>'
        f"</listRel:entityStatus>{parent}{optional('listRel', 'phone', customer.phone)}"
        f"{optional('listRel', 'fax', customer.fax)}<listRel:email>{text(customer.email)}</listRel:email>"
        f"{optional('listRel', 'url', customer.url)}{default_address(customer, writer)}"
        f"<listRel:isInactive>{boolean(customer.is_inactive)}</listRel:isInactive>"
        f"<listRel:category{ref_body(CATEGORY_IDS.get(customer.category, UNLISTED), customer.category)}"
        f"</listRel:category><listRel:language>_englishUS</listRel:language>"
        f"{optional('listRel', 'comments', customer.comments)}"
        f"<listRel:dateCreated>{writer.calendar.instant(customer.created_at)}</listRel:dateCreated>"
        "<listRel:emailPreference>_default</listRel:emailPreference>"
        f"<listRel:subsidiary{writer.subsidiaries[customer.subsidiary_id]}</listRel:subsidiary>"
        f"<listRel:salesRep{writer.employees[customer.sales_rep_id]}</listRel:salesRep>"
    )


def _terms(customer: Customer, writer: Writer) -> str:
    return (
        f"<listRel:terms{writer.terms[customer.terms_id]}</listRel:terms>{_credit_limit(customer, writer)}"
        f"<listRel:creditHoldOverride>_{customer.credit_hold}</listRel:creditHoldOverride>"
        f"{writer.currency_formats[customer.currency]}"
        f"<listRel:currency{writer.currencies[customer.currency]}</listRel:currency>"
    )


def _credit_limit(customer: Customer, writer: Writer) -> str:
    if customer.credit_limit_minor is None:
        return ""
    amount = writer.amount(customer.credit_limit_minor, customer.currency)
    return f"<listRel:creditLimit>{amount}</listRel:creditLimit>"


def _lists(customer: Customer, writer: Writer) -> str:
    return f"{_addressbook(customer, writer)}{_contacts(customer, writer)}{_currencies(customer, writer)}"


def _addressbook(customer: Customer, writer: Writer) -> str:
    return (
        "<listRel:addressbookList><listRel:addressbook><listRel:defaultShipping>true</listRel:defaultShipping>"
        "<listRel:defaultBilling>true</listRel:defaultBilling><listRel:isResidential>false</listRel:isResidential>"
        f"<listRel:label>{LABEL}</listRel:label>"
        f"{address_element('listRel:addressbookAddress', customer, writer)}"
        f"<listRel:internalId>{address_key(customer)}</listRel:internalId>"
        "</listRel:addressbook></listRel:addressbookList>"
    )


def _contacts(customer: Customer, writer: Writer) -> str:
    """The company's own contacts and those that were attached to it, each with its role."""
    ledger = writer.ledger
    roles: dict[int, int | None] = {
        contact.id: PRIMARY_CONTACT_ID if contact.is_primary else None for contact in ledger.contacts_of(customer.id)
    }
    roles |= ledger.attached_contacts(Kind.CUSTOMER, customer.id)
    written = "".join(
        _contact_role(ledger.contacts[found], role) for found, role in roles.items() if found in ledger.contacts
    )
    return f"<listRel:contactRolesList>{written}</listRel:contactRolesList>" if written else ""


def _contact_role(contact: Contact, role: int | None) -> str:
    reference = "" if role is None else f"<listRel:role{ref_body(role, CONTACT_ROLES[role])}</listRel:role>"
    return (
        "<listRel:contactRoles><listRel:giveAccess>false</listRel:giveAccess>"
        f"<listRel:contact{ref_body(contact.id, contact.name)}</listRel:contact>"
        f"{optional('listRel', 'email', contact.email)}{reference}</listRel:contactRoles>"
    )


def _currencies(customer: Customer, writer: Writer) -> str:
    used = currencies_of(writer.ledger, customer.id)
    return (
        f"<listRel:currencyList>{''.join(_in_currency(customer, code, writer) for code in used)}</listRel:currencyList>"
    )


def _in_currency(customer: Customer, code: str, writer: Writer) -> str:
    """What the customer owes in one currency; unlike the body, the list says it in every kind of reading."""
    amounts = "".join(
        f"<listRel:{name}>{writer.amount(amount(writer.ledger, customer.id, code), code)}</listRel:{name}>"
        for name, amount in _IN_CURRENCY
    )
    return (
        f"<listRel:currency><listRel:currency{writer.currencies[code]}</listRel:currency>{amounts}"
        f"{writer.currency_formats[code]}</listRel:currency>"
    )
