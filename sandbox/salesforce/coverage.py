"""What of Salesforce's API is served, resource by resource; everything else is NOT_FOUND.

Not there: aggregates but COUNT(), queries within SELECT, GROUP BY, TYPEOF and FIELDS() of SOQL; SOSL; composite graphs
and batches; ingest jobs; Apex, Tooling and Metadata.
"""

from collections.abc import Mapping

COVERAGE: Mapping[str, str] = {
    "token": "client credentials, JWT bearer (RS256), user name and password with security token",
    "soap_login": "login() of the SOAP API, up to version 64.0",
    "versions": "31.0 to 66.0; older ones are retired",
    "resources": "the names of those below",
    "user_info": "who the session's user is",
    "limits": "requests and query jobs of the day; Sforce-Limit-Info is on every answer",
    "query": "query and queryAll, by the grammar of soql/grammar.py, in pages of 200 to 2,000 rows",
    "query_more": "locators, for two days",
    "describe_global": "the objects that the user sees, with If-Modified-Since",
    "describe": "an object and its fields that the user sees, with If-Modified-Since",
    "get": "a record by its id or by an external id, all fields or some; 300 when several records hold the key",
    "content": "a ContentNote's own text, as HTML",
    "create": "Account, Contact, Note, ContentNote, ContentDocumentLink and custom objects",
    "update": "the same, and User, but ContentDocumentLink's ends and Note's parent",
    "upsert": "by an external id",
    "delete": "to the recycle bin, with what hangs on the record",
    "collections": "create, update, upsert and delete of up to 200, each with its result, all or none on demand",
    "updated": "ids by SystemModstamp, 30 days back, whole minutes",
    "deleted": "ids of the delete log, 15 days back, whole minutes",
    "bulk_create": "query jobs of Bulk API 2.0, without compound fields and aggregates",
    "bulk_job": "their state, aborting and dropping them",
    "bulk_results": "their answer as CSV, in pages",
}
