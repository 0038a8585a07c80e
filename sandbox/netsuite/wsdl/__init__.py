"""The stand-in's own WSDL and schemas: the shapes of the real service, with only the types that are served."""

from sandbox.netsuite.wsdl.documents import request_schema, schema_document, service_document
from sandbox.netsuite.wsdl.namespaces import SCHEMAS, namespace

__all__ = ["SCHEMAS", "namespace", "request_schema", "schema_document", "service_document"]
