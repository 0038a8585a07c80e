"""Document types that an answer of a hostile service could begin with, for readers that must not believe them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Prolog:
    """A document type, and a reference to what it declares; empty where declaring it is the whole attack."""

    doctype: str
    reference: str = ""


def billion_laughs(depth: int = 9) -> Prolog:
    """Ten entities in ten, `depth` deep: a few hundred bytes that expand to 10 to the power of the depth."""
    nested = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, depth + 1))
    return Prolog(doctype=f'<!DOCTYPE laughs [<!ENTITY l0 "ha">{nested}]>', reference=f"&l{depth};")


def external_entity(address: str) -> Prolog:
    """An entity whose content lies at an address, such as file:///etc/hostname."""
    return Prolog(doctype=f'<!DOCTYPE stolen [<!ENTITY x SYSTEM "{address}">]>', reference="&x;")


def external_dtd(address: str) -> Prolog:
    """A document type that lies at an address."""
    return Prolog(doctype=f'<!DOCTYPE fetched SYSTEM "{address}">')
