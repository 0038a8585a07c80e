"""Whose value of a customer's field shows, when the ERP and the CRM both have one. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.crm.rules import Policy

_BESIDE_THE_POINT = re.compile(r"[\W_]+")
# So many digits a phone number has at least, without its country.
_WHOLE_NUMBER = 7
_SCHEME = re.compile(r"\s*(?:https?://)?(?:www\.)?", re.IGNORECASE)


class FieldState(StrEnum):
    """Where a field stands on which the systems do not agree.

    `filled`: the ERP has nothing, the CRM's shows. `ruled`: the rules give the field to the CRM. `open`: the ERP's
    shows, and nobody has looked at it. `kept` and `accepted`: a person has chosen the ERP's, or the CRM's.
    """

    FILLED = "filled"
    RULED = "ruled"
    OPEN = "open"
    KEPT = "kept"
    ACCEPTED = "accepted"


_BY_A_PERSON = frozenset({FieldState.KEPT, FieldState.ACCEPTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Both values of a field that are not the same, or of which a person has chosen, and since when it is so."""

    erp_value: str | None
    crm_value: str | None
    state: FieldState
    since: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """The value that shows, and how the field stands; None where there is nothing to remember."""

    value: str | None
    standing: Standing | None


def decided(
    field: str,
    policy: Policy,
    *,
    erp: str | None,
    crm: str | None,
    before: Standing | None,
    at: datetime,
    name: str = "",
) -> Decided:
    """What shows of these two values. What a person chose goes before the policy, and stays when values change.

    A chosen or owning side that has nothing leaves the field to the other. `name` is the customer's, with which an
    address may begin.
    """
    chosen = before if before and before.state in _BY_A_PERSON else None
    crm_first = chosen.state is FieldState.ACCEPTED if chosen else policy is Policy.CRM
    if policy is Policy.OFF:
        # What was chosen is not forgotten: it holds again when the rules ask for the field again.
        return Decided(value=erp, standing=_standing(chosen.state, erp, crm, before, at) if chosen else None)
    shown = (_filled(crm) or erp) if crm_first else (_filled(erp) or _filled(crm))
    is_alike = is_same(field, erp, crm, name=name)
    state = chosen.state if chosen else _state(policy, _filled(erp), _filled(crm), is_alike=is_alike)
    if state is None:
        return Decided(value=erp, standing=None)
    return Decided(value=shown, standing=_standing(state, erp, crm, before, at))


def is_conflict(field: str, standing: Standing) -> bool:
    """Whether both systems have something, and not the same."""
    both = _filled(standing.erp_value), _filled(standing.crm_value)
    return all(both) and not is_same(field, *both)


def is_same(field: str, one: str | None, other: str | None, *, name: str = "") -> bool:
    """Whether two values say the same, however they are written: with other signs, in other case.

    Of phone numbers one may lack the country, and an address may begin with the `name` of whom it is.
    """
    essences = _essence(field, one or "", name), _essence(field, other or "", name)
    if field not in {"phone", "fax"}:
        return essences[0] == essences[1]
    shorter, longer = sorted(essences, key=len)
    return longer.endswith(shorter) and (shorter == longer or len(shorter) >= _WHOLE_NUMBER)


def _state(policy: Policy, erp: str | None, crm: str | None, *, is_alike: bool) -> FieldState | None:
    if crm is None:
        return None
    if erp is None:
        return FieldState.FILLED
    if is_alike or policy is Policy.FILL:
        return None
    return FieldState.RULED if policy is Policy.CRM else FieldState.OPEN


def _standing(state: FieldState, erp: str | None, crm: str | None, before: Standing | None, at: datetime) -> Standing:
    same = before if before and before.state is state else None
    return Standing(
        erp_value=erp,
        crm_value=crm,
        state=state,
        since=same.since if same else at,
        decided_by=same.decided_by if same else None,
        decided_at=same.decided_at if same else None,
    )


def _filled(value: str | None) -> str | None:
    return value if value and value.strip() else None


def _essence(field: str, value: str, name: str) -> str:
    if field == "website":
        return _SCHEME.sub("", value, count=1).strip().rstrip("/").casefold()
    bare = _letters(value)
    return bare.removeprefix(_letters(name)) if field == "address" else bare


def _letters(value: str) -> str:
    return _BESIDE_THE_POINT.sub("", value).casefold()
