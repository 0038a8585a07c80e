"""What the company's own lists are read from, as constants."""

from sync.connectors.netsuite.suiteql.tables import CHANGED, DAY_TEXT, Select, Table, shown

SUBSIDIARIES = Table(
    name="subsidiary",
    columns=(
        "id",
        "name",
        "legalname",
        "parent",
        shown("parent"),
        "currency",
        "country",
        "email",
        "url",
        "iselimination",
        "isinactive",
        CHANGED,
    ),
    conditions={"internalId": "id IN (:values)"},
    words={},
    optional=frozenset({"currency", "email", "iselimination", "lastmodifieddate", "legalname", "url"}),
)
ACCOUNTS = Table(
    name="account",
    columns=(
        "id",
        "acctnumber",
        "accountsearchdisplaynamecopy",
        "fullname",
        "accttype",
        "parent",
        "currency",
        "description",
        "eliminate",
        "isinactive",
        CHANGED,
    ),
    conditions={"internalId": "id IN (:values)"},
    words={},
    optional=frozenset(
        {"accountsearchdisplaynamecopy", "acctnumber", "currency", "description", "eliminate", "lastmodifieddate"}
    ),
)
EXCHANGE_RATES = Table(
    name="currencyrate",
    columns=("id", "basecurrency", "transactioncurrency", "exchangerate", DAY_TEXT.format("effectivedate", "day")),
    conditions={
        "internalId": "id IN (:values)",
        "effectiveDate": "effectivedate >= :since AND effectivedate <= :until",
    },
    words={},
)
CURRENCIES = Select(table="currency", columns=("id", "symbol", "isbasecurrency", "exchangerate"), where="id > :after")
CUSTOM_FIELDS = Select(
    table="customfield",
    columns=("internalid", "scriptid", "fieldtype", "fieldvaluetype"),
    where="fieldtype IN ('ENTITY', 'BODY') AND internalid > :after",
    order="internalid",
)
# In the order of deletion, as no number of its own tells one entry from another.
DELETIONS = Select(
    table="deletedrecord",
    columns=(
        "type",
        "recordid",
        'TO_CHAR(SYS_EXTRACT_UTC(deleteddate), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') AS deleted',
    ),
    where="SYS_EXTRACT_UTC(deleteddate) >= :since AND SYS_EXTRACT_UTC(deleteddate) <= :until",
    order="deleteddate, recordtypeid, recordid",
)
