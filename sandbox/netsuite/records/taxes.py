"""Tax codes and rates: each line of a transaction has its own, and a customer the one of its country."""

from sandbox.ledger.records import Customer, InvoiceLine
from sandbox.ledger.setup import TAX_PER_MILLE
from sandbox.netsuite.records.writer import ref_body
from sandbox.netsuite.texts import double

_NAMES = {"JP": "JCT:S-JP", "CA": "GST:S-CA"}
_TAXED = {
    country: (ref_body(number, _NAMES.get(country, f"VAT:S-{country}")), double(per_mille, 1))
    for number, (country, per_mille) in enumerate(TAX_PER_MILLE.items(), start=1)
    if per_mille
}
# The system's own code for what no tax is charged on.
_UNTAXED = (ref_body(-8, "-Not Taxable-"), "0.0")


def tax_code(line: InvoiceLine, customer: Customer | None) -> str:
    """What follows the name of the line's taxCode element."""
    return _tax(line, customer)[0]


def tax_rate(line: InvoiceLine, customer: Customer | None) -> str:
    """The rate in percent; tax is charged where the customer is."""
    return _tax(line, customer)[1]


def _tax(line: InvoiceLine, customer: Customer | None) -> tuple[str, str]:
    return _TAXED.get(customer.address.country, _UNTAXED) if customer and line.tax_minor else _UNTAXED


def tax_item(customer: Customer) -> str:
    """Whether tax is charged, and by which code."""
    found = _TAXED.get(customer.address.country)
    if found is None:
        return "<listRel:taxable>false</listRel:taxable>"
    return f"<listRel:taxable>true</listRel:taxable><listRel:taxItem{found[0]}</listRel:taxItem>"
