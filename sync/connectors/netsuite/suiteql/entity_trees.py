"""Rows of customers and contacts in the shape of SuiteTalk's records. Pure."""

from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql.fields import custom_field_list
from sync.connectors.netsuite.suiteql.parts import Row, flag, named, reference, without_nulls
from sync.connectors.netsuite.suiteql.related import Context

_HOLDS = {"ON": "_on", "OFF": "_off", "AUTO": "_auto"}
_PRIMARY = "-10"


def customer_tree(row: Row, context: Context) -> Tree:
    """A row of customers as a Customer record."""
    hold, source_id = row.get("creditholdoverride"), row.get("id", "")
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "@type": "Customer",
            "entityId": row.get("entityid"),
            "altName": row.get("altname"),
            "companyName": row.get("companyname"),
            "isPerson": flag(row, "isperson"),
            "firstName": row.get("firstname"),
            "middleName": row.get("middlename"),
            "lastName": row.get("lastname"),
            "parent": reference(row, "parent"),
            "email": row.get("email"),
            "phone": row.get("phone"),
            "fax": row.get("fax"),
            "url": row.get("url"),
            "defaultAddress": context.related.addresses.get(source_id),
            "currency": reference(row, "currency"),
            "terms": reference(row, "terms", "terms_name"),
            "salesRep": reference(row, "salesrep", "salesrep_name"),
            "category": reference(row, "category", "category_name"),
            "subsidiary": named(context.related.subsidiaries.get(source_id)),
            "creditLimit": row.get("creditlimit"),
            "creditHoldOverride": None if hold is None else _HOLDS.get(hold.upper(), hold),
            "isInactive": flag(row, "isinactive"),
            "comments": row.get("comments"),
            "stage": row.get("searchstage"),
            "dateCreated": row.get("created"),
            "lastModifiedDate": row.get("changed"),
            "customFieldList": custom_field_list(row, context.fields, context.account.zone),
        }
    )


def contact_tree(row: Row, context: Context) -> Tree:
    """A row of contacts as a Contact record."""
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "@externalId": row.get("externalid"),
            "@type": "Contact",
            "entityId": row.get("entityid"),
            "company": reference(row, "company"),
            "firstName": row.get("firstname"),
            "middleName": row.get("middlename"),
            "lastName": row.get("lastname"),
            "title": row.get("title"),
            "email": row.get("email"),
            "altEmail": row.get("altemail"),
            "phone": row.get("phone"),
            "officePhone": row.get("officephone"),
            "mobilePhone": row.get("mobilephone"),
            "isInactive": flag(row, "isinactive"),
            "subsidiary": reference(row, "subsidiary", "subsidiary_name"),
            "comments": row.get("comments"),
            "dateCreated": row.get("created"),
            "lastModifiedDate": row.get("changed"),
            "customFieldList": custom_field_list(row, context.fields, context.account.zone),
        }
    )


def is_primary(row: Row) -> bool:
    """Whether the contact is its company's primary one, by the id that every account has for that role."""
    return row.get("contactrole") == _PRIMARY
