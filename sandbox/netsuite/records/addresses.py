"""The customer's one address, wherever records say it: common:Address, and references to the entry of its list.

A transaction takes its addresses from the customer's list; the ledger keeps none of its own for it.
"""

from sandbox.ledger.records import Customer
from sandbox.netsuite.records.writer import Writer, country, optional, ref_body
from sandbox.netsuite.texts import text
from sandbox.netsuite.wsdl import namespace

LABEL = "Main"
_ADDRESSES_EACH = 10


def address_key(customer: Customer) -> int:
    """The key of the customer's one address."""
    return customer.id * _ADDRESSES_EACH


def address_text(customer: Customer) -> str:
    """The address as it is printed, in lines."""
    address = customer.address
    place = " ".join(part for part in (address.city, address.state, address.postal_code) if part)
    return f"{customer.name}\n{address.line}\n{place}\n{address.country}"


def address_element(element: str, customer: Customer, writer: Writer) -> str:
    """The address as an element of type common:Address."""
    address = customer.address
    return (
        f'<{element} xmlns:platformCommon="{namespace("common", writer.version)}">'
        f"<platformCommon:internalId>{address_key(customer)}</platformCommon:internalId>"
        f"<platformCommon:country>{country(address.country)}</platformCommon:country>"
        f"<platformCommon:addressee>{text(customer.name)}</platformCommon:addressee>"
        f"<platformCommon:addr1>{text(address.line)}</platformCommon:addr1>"
        f"<platformCommon:city>{text(address.city)}</platformCommon:city>"
        f"{optional('platformCommon', 'state', address.state)}"
        f"{optional('platformCommon', 'zip', address.postal_code)}"
        f"<platformCommon:addrText>{text(address_text(customer))}</platformCommon:addrText>"
        f"<platformCommon:override>false</platformCommon:override></{element}>"
    )


def default_address(customer: Customer, _: Writer) -> str:
    return f"<listRel:defaultAddress>{text(address_text(customer))}</listRel:defaultAddress>"


def sales_addresses(customer: Customer, writer: Writer) -> str:
    """Where an invoice or an order is billed and shipped to."""
    chosen = ref_body(address_key(customer), LABEL)
    return (
        f"{address_element('tranSales:billingAddress', customer, writer)}"
        f"<tranSales:billAddressList{chosen}</tranSales:billAddressList>"
        f"{address_element('tranSales:shippingAddress', customer, writer)}"
        "<tranSales:shipIsResidential>false</tranSales:shipIsResidential>"
        f"<tranSales:shipAddressList{chosen}</tranSales:shipAddressList>"
    )


def credit_addresses(customer: Customer, writer: Writer) -> str:
    """Where a credit memo is sent to: nothing is shipped."""
    return (
        f"{address_element('tranCust:billingAddress', customer, writer)}"
        f"<tranCust:billAddressList{ref_body(address_key(customer), LABEL)}</tranCust:billAddressList>"
    )
