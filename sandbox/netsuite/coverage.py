"""What of the port is served, operation by operation; every other operation is refused with a fault.

Beside it the account runs the bot's own RESTlet (rest/restlet.py, signed by OAuth 1.0a), and answers SuiteQL over REST
for tokens that a certificate buys (suiteql/grammar.py and tables.py say what of it, without joins and groups). Of
records over REST there is their schema, and whether one is there; besides the time and the limits. Other scripts are
not there.
"""

from collections.abc import Mapping

COVERAGE: Mapping[str, str] = {
    "search": (
        "customers, contacts, invoices, payments, deposits and what was drawn from them, credit memos, refunds, sales"
        " orders, notes, messages, subsidiaries, accounts, exchange rates and employees, by the criteria of fields.py;"
        " advanced with the columns of rows.py; of journal entries those that post to a customer's receivables; bank"
        " deposits are not kept"
    ),
    "searchMoreWithId": "every page of a search, which is run again for each page; an id lives for 15 minutes",
    "get": "the same kinds, currency and definitions of custom fields, with all lists",
    "getList": "the same, up to 1,000 at once, a status for each",
    "getAll": "currency",
    "add": "notes, contacts and messages; what a note may be about is a customer or a transaction",
    "addList": "the same, up to 200 at once, a status for each",
    "update": "notes and contacts, by internal or external id",
    "updateList": "the same, up to 100 at once",
    "upsert": "notes and contacts, by external id alone",
    "upsertList": "the same, up to 100 at once",
    "delete": "notes, contacts and messages",
    "deleteList": "the same, up to 200 at once",
    "attach": "a contact in a role to a customer or a transaction, a file to an invoice",
    "detach": "a contact from a customer or a transaction",
    "getServerTime": "the account's clock",
    "getAccountGovernanceInfo": "how many requests the account bears at a time, and how many of them are for all",
    "getIntegrationGovernanceInfo": "how many of them our integration may have, and whether that is its own limit",
    "getDataCenterUrls": "without login; every domain is the stand-in's own address",
    "getDeleted": "deletions by date and type, of every kind but accounts and subsidiaries",
    "getCustomizationId": "custom fields of entities and of the bodies of transactions; other types have none",
    "getCurrencyRate": "the rates in force on a day, by base currency and currency",
}
