"""Every address of the REST API that is answered, with the name of its operation."""

from dataclasses import dataclass

from sandbox.salesforce.rest import bulk, collections, describing, querying, records, replication
from sandbox.salesforce.rest.call import Handler


@dataclass(frozen=True, slots=True)
class Route:
    """`path` follows /services/data/vXX.X; the first route that fits an address answers it."""

    method: str
    path: str
    operation: str
    handler: Handler


ROUTES = (
    Route("GET", "", "resources", describing.resources),
    Route("GET", "/limits", "limits", describing.limits),
    Route("GET", "/query", "query", querying.query),
    Route("GET", "/queryAll", "query", querying.query_all),
    Route("GET", "/query/{locator}", "query_more", querying.query_more),
    Route("GET", "/queryAll/{locator}", "query_more", querying.query_more),
    Route("POST", "/composite/sobjects", "collections", collections.create),
    Route("PATCH", "/composite/sobjects", "collections", collections.update),
    Route("DELETE", "/composite/sobjects", "collections", collections.delete),
    Route("PATCH", "/composite/sobjects/{object}/{field}", "collections", collections.upsert),
    Route("POST", "/jobs/query", "bulk_create", bulk.create_job),
    Route("GET", "/jobs/query/{job}", "bulk_job", bulk.read_job),
    Route("PATCH", "/jobs/query/{job}", "bulk_job", bulk.change_job),
    Route("DELETE", "/jobs/query/{job}", "bulk_job", bulk.delete_job),
    Route("GET", "/jobs/query/{job}/results", "bulk_results", bulk.job_results),
    Route("GET", "/sobjects", "describe_global", describing.global_description),
    Route("GET", "/sobjects/{object}", "describe", describing.object_outline),
    Route("POST", "/sobjects/{object}", "create", records.create),
    Route("GET", "/sobjects/{object}/describe", "describe", describing.description),
    Route("GET", "/sobjects/{object}/updated", "updated", replication.updated),
    Route("GET", "/sobjects/{object}/deleted", "deleted", replication.deleted),
    Route("GET", "/sobjects/{object}/{id}", "get", records.read),
    Route("PATCH", "/sobjects/{object}/{id}", "update", records.update),
    Route("DELETE", "/sobjects/{object}/{id}", "delete", records.delete),
    Route("GET", "/sobjects/ContentNote/{id}/Content", "content", records.read_content),
    Route("GET", "/sobjects/{object}/{field}/{key}", "get", records.read_by_key),
    Route("PATCH", "/sobjects/{object}/{field}/{key}", "upsert", records.upsert),
    Route("DELETE", "/sobjects/{object}/{field}/{key}", "delete", records.delete_by_key),
)
