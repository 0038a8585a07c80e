"""What customers, their balances and contacts are read from, as constants."""

from sync.connectors.netsuite.suiteql.tables import CHANGED, UTC_TEXT, WINDOW, Select, Table, shown

_STAGES = {"_customer": "Customer", "_prospect": "Prospect", "_lead": "Lead"}
CUSTOMERS = Table(
    name="customer",
    columns=(
        "id",
        "entityid",
        "altname",
        "companyname",
        "isperson",
        "firstname",
        "middlename",
        "lastname",
        "parent",
        "email",
        "phone",
        "fax",
        "url",
        "currency",
        "terms",
        shown("terms"),
        "salesrep",
        shown("salesrep"),
        "category",
        shown("category"),
        "creditlimit",
        "creditholdoverride",
        "isinactive",
        "comments",
        "searchstage",
        UTC_TEXT.format("datecreated", "created"),
        CHANGED,
    ),
    conditions={
        "internalId": "id IN (:values)",
        "lastModifiedDate": WINDOW,
        "stage": "searchstage IN (:values)",
    },
    words=_STAGES,
    optional=frozenset({"category", "comments", "currency", "datecreated", "fax", "middlename", "salesrep", "terms"}),
)
BALANCES = Table(
    name="customer",
    columns=("id", "currency", "balancesearch", "overduebalancesearch", "daysoverduesearch"),
    conditions={"internalId": "id IN (:values)", "stage": "searchstage IN (:values)"},
    words=_STAGES,
    optional=frozenset({"currency", "daysoverduesearch"}),
)
CONTACTS = Table(
    name="contact",
    columns=(
        "id",
        "externalid",
        "entityid",
        "company",
        "firstname",
        "middlename",
        "lastname",
        "title",
        "email",
        "altemail",
        "phone",
        "officephone",
        "mobilephone",
        "contactrole",
        "subsidiary",
        shown("subsidiary"),
        "isinactive",
        "comments",
        UTC_TEXT.format("datecreated", "created"),
        CHANGED,
    ),
    conditions={
        "internalId": "id IN (:values)",
        "company": "company IN (:values)",
        "lastModifiedDate": WINDOW,
    },
    words={},
    optional=frozenset(
        {"altemail", "comments", "contactrole", "datecreated", "externalid", "middlename", "officephone", "subsidiary"}
    ),
)

# A customer's subsidiaries are relationships, of which one is the primary one.
SUBSIDIARIES_OF = Select(
    table="customersubsidiaryrelationship",
    columns=("entity", shown("subsidiary")),
    where="isprimarysub = 'T' AND entity IN (:ids) AND entity > :after",
    order="entity",
)
ADDRESS_KEYS_OF = Select(
    table="customeraddressbook",
    columns=("entity", "addressbookaddress"),
    where="defaultbilling = 'T' AND entity IN (:ids) AND entity > :after",
    order="entity",
)
ADDRESSES = Select(
    table="customeraddressbookentityaddress",
    columns=("nkey", "addrtext"),
    where="nkey IN (:ids) AND nkey > :after",
    order="nkey",
)
# What is open of every kind, to tell a balance in the customer's own currency. An invoice that waits for its approval
# has an amount that is unpaid, and posts nothing yet.
OPEN_ITEMS_OF = Select(
    table="transaction",
    columns=(
        "id",
        "entity",
        "type",
        "currency",
        "foreignamountunpaid",
        "foreignpaymentamountunused",
        "TO_CHAR(duedate, 'YYYY-MM-DD') AS due",
    ),
    where="type IN ('CustInvc', 'CustCred', 'CustPymt', 'CustDep', 'CustRfnd', 'DepAppl') AND entity IN (:ids)"
    " AND posting = 'T' AND (foreignamountunpaid > 0 OR foreignpaymentamountunused > 0) AND id > :after",
    optional=frozenset({"currency"}),
)
# What the books alone moved is told by its lines.
OPEN_LINES_OF = Select(
    table="transactionline",
    columns=("uniquekey", "transaction", "entity", "foreignamountunpaid", "foreignpaymentamountunused"),
    where="entity IN (:ids) AND (foreignamountunpaid > 0 OR foreignpaymentamountunused > 0) AND uniquekey > :after",
    order="uniquekey",
)
ENTRIES = Select(
    table="transaction",
    columns=("id", "type", "currency"),
    where="type = 'Journal' AND posting = 'T' AND id IN (:ids) AND id > :after",
    optional=frozenset({"currency"}),
)
