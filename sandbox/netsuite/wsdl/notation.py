"""A compact notation for schemas, and its translation into XML Schema.

One definition per line, indented lines continue it:

    Name: name:type …            a complex type; `abstract` before it, `< base` or `~ simple base` after the name
    enum Name: value …           an enumeration of strings
    element name: type           a global element

A member is optional; `!` makes it obligatory, `*` any number, `+` at least one. `@` marks an attribute and `&` a
reference to a global element. A type with a point is `schema.Type`, any other one is XML Schema's own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_OCCURS = {"": ' minOccurs="0"', "!": "", "*": ' minOccurs="0" maxOccurs="unbounded"', "+": ' maxOccurs="unbounded"'}
_MEMBER = re.compile(r"(?P<mark>[@&]?)(?P<name>[\w.]+)(?::(?P<type>[\w.]+))?(?P<occurs>[!*+]?)")


class NotationError(ValueError):
    """A schema is written in a way that the notation does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    head: tuple[str, ...]
    members: tuple[str, ...]


def definitions(source: str) -> Iterator[Definition]:
    """The definitions of one schema, comments and blank lines left out."""
    folded = re.sub(r"\n[ \t]+(?=\S)", " ", source)
    for line in folded.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, separator, members = line.partition(":")
        if not separator:
            raise NotationError(line)
        yield Definition(head=tuple(head.split()), members=tuple(members.split()))


def prefixes_used(source: str, known: Callable[[str], bool]) -> list[str]:
    """The other schemas that one refers to, for its imports."""
    return sorted({found for found in re.findall(r"\b(\w+)\.\w", source) if known(found)})


def schema_body(source: str) -> str:
    """The XML Schema definitions, to be put between the tags of a schema that declares the prefixes."""
    return "\n".join(_definition(definition) for definition in definitions(source))


def _definition(definition: Definition) -> str:
    match definition.head:
        case ("enum", name):
            values = "".join(f'<enumeration value="{value}"/>' for value in definition.members)
            return f'<simpleType name="{name}"><restriction base="xsd:string">{values}</restriction></simpleType>'
        case ("element", name):
            return f'<element name="{name}" type="{_type(definition.members[0])}"/>'
        case ("abstract", *rest):
            return _complex(tuple(rest), definition.members, ' abstract="true"')
        case head:
            return _complex(head, definition.members, "")


def _complex(head: tuple[str, ...], members: tuple[str, ...], flags: str) -> str:
    name, *base = head
    particles = [_element(member) for member in members if not member.startswith("@")]
    attributes = "".join(_attribute(member) for member in members if member.startswith("@"))
    sequence = f"<sequence>{''.join(particles)}</sequence>" if particles else ""
    return f'<complexType name="{name}"{flags}>{_derived(base, sequence + attributes)}</complexType>'


def _derived(base: list[str], content: str) -> str:
    match base:
        case []:
            return content
        case ["<", parent]:
            return f'<complexContent><extension base="{_type(parent)}">{content}</extension></complexContent>'
        case ["~", simple]:
            return f'<simpleContent><extension base="{_type(simple)}">{content}</extension></simpleContent>'
    raise NotationError(" ".join(base))


def _element(member: str) -> str:
    mark, name, type_name, occurs = _parts(member)
    if mark == "&":
        return f'<element ref="{_type(name)}"{_OCCURS[occurs]}/>'
    return f'<element name="{name}" type="{_type(type_name)}"{_OCCURS[occurs]}/>'


def _attribute(member: str) -> str:
    _, name, type_name, occurs = _parts(member)
    use = ' use="required"' if occurs else ""
    return f'<attribute name="{name}" type="{_type(type_name)}"{use}/>'


def _parts(member: str) -> tuple[str, str, str, str]:
    found = _MEMBER.fullmatch(member)
    if not found:
        raise NotationError(member)
    return found["mark"], found["name"], found["type"] or "", found["occurs"]


def _type(name: str) -> str:
    prefix, point, local = name.partition(".")
    return f"{prefix}:{local}" if point else f"xsd:{name}"
