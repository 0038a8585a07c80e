"""The addresses of the Bulk API 2.0's query jobs."""

from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.rest.call import Call
from sandbox.salesforce.rest.jobs import DELIMITERS, LINE_ENDINGS, Job, job_info, results

LARGEST_PAGE = 250_000


def create_job(call: Call) -> Answer:
    body = call.json_object
    operation, text = body.get("operation"), body.get("query")
    if operation not in {"query", "queryAll"} or not isinstance(text, str):
        raise ApiError("INVALIDJOB", "A query job has an operation, query or queryAll, and a query.")
    formats = str(body.get("columnDelimiter", "COMMA")), str(body.get("lineEnding", "LF"))
    if formats[0] not in DELIMITERS or formats[1] not in LINE_ENDINGS:
        raise ApiError("INVALIDJOB", "No such delimiter or line ending.")
    found = call.site.queries.found(text, with_deleted=operation == "queryAll")
    return _info(call, call.site.jobs.add(operation, found, formats, call.at))


def read_job(call: Call) -> Answer:
    return _info(call, call.site.jobs.polled(call.part("job"), call.at))


def change_job(call: Call) -> Answer:
    if call.json_object.get("state") != "Aborted":
        raise ApiError("INVALIDJOBSTATE", "A query job can only be Aborted.")
    return _info(call, call.site.jobs.abort(call.part("job"), call.at))


def delete_job(call: Call) -> Answer:
    call.site.jobs.drop(call.part("job"), call.at)
    return Answer(status=204)


def job_results(call: Call) -> Answer:
    job = call.site.jobs.get(call.part("job"), call.at)
    asked = call.query.get("maxRecords", str(LARGEST_PAGE))
    if not asked.isdecimal() or int(asked) < 1:
        raise ApiError("INVALID_ARGUMENT", f"maxRecords is not {asked}")
    text, count, locator = results(job, call.query.get("locator", ""), min(int(asked), LARGEST_PAGE))
    headers = {"Sforce-NumberOfRecords": str(count), "Sforce-Locator": locator}
    return Answer(body=text, headers=headers, content_type="text/csv")


def _info(call: Call, job: Job) -> Answer:
    return Answer(body=job_info(job, call.org.acting_user, call.version))
