"""The wizard's durable work: what asks the CRM, and the switch itself. No click waits for any of it.

Each step is asked for by an open modal and answered in it; a modal that was closed meanwhile is answered in a message
where something came of it.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.commands.home import show_home
from bot.crm.allowed import person_of, still_runs_the_house
from bot.crm.keys import KeyChoice, key_named
from bot.crm.port import CrmConnection, CrmError
from bot.crm.reading import fields_now, found_now, login_of, summary_of, titles_of
from bot.crm.steps import Wanted, choices_of
from bot.deliver import slack_post
from bot.deps import Deps
from bot.reading.cards import place_of
from bot.slack.modals import update_modal
from bot.views.card_modal import card_modal
from bot.views.crm import (
    failed_modal,
    key_modal,
    short_message,
    summary_message,
    summary_modal,
    taken_modal,
    tested_modal,
    title_of,
)
from bot.views.misses import outdated_button
from bot.views.parts import Message
from store.audit import AuditEvent, append_audit
from store.crm.setup import Switched, switch_off, switch_on, switched
from store.deliveries import add_deliveries
from store.errors import StoreError
from store.runs import Outcome, latest_runs
from store.work import Payload, TryLaterError, WorkState

ASK, SWITCH = "crm.ask", "crm.switch"
KIND = "crm"
# Between two looks at a reading under way, unless a page of it rings first.
_LOOK_SECONDS = 0.5
_SECONDS_TO_FOLLOW = 20.0
_GONE = "The field that was chosen is there no more. Choose another."
_ANOTHER = "This is not the organisation that was allowed. Start again."


async def ask(deps: Deps, _work_id: str, payload: Payload) -> None:
    """Test the login, or look at the fields; the modal then shows its next step."""
    crm, view_id = deps.crm, payload["view_id"]
    if crm is None or not await _may(deps, crm, payload):
        return
    try:
        view = await _ASKED[payload["step"]](deps, crm, payload)
    except CrmError as error:
        view = failed_modal(titles_of(crm, deps.source_titles), str(error))
    await update_modal(deps, view_id, view)


def new_nonce() -> str:
    """The name of a modal, by which what it starts is done once."""
    return uuid4().hex


async def tested(deps: Deps, crm: CrmConnection, payload: Payload) -> dict[str, Any]:
    """How the login ended; one that was refused is no trouble of ours."""
    found = await login_of(crm)
    memory = {"nonce": payload["next_nonce"], "organisation": found.organisation}
    return tested_modal(titles_of(crm, deps.source_titles), found, memory)


async def fields(deps: Deps, crm: CrmConnection, payload: Payload) -> dict[str, Any]:
    """By which fields accounts could be matched."""
    found = await found_now(deps.store, crm, deps.source_titles)
    titles = titles_of(crm, deps.source_titles)
    memory = {"nonce": payload["next_nonce"], "organisation": payload["organisation"]}
    values = {each.choice.value for each in found.offers}
    known = payload.get("key", "")
    return key_modal(titles, found.offers, memory, chosen=known if known in values else "", notice=payload["notice"])


async def summary(deps: Deps, crm: CrmConnection, _payload: Payload) -> dict[str, Any]:
    """What the CRM has come to, if it is switched on."""
    async with deps.store.read() as conn:
        last = await switched(conn)
        if last is None or not last.is_on:
            return card_modal(outdated_button(), title_of(titles_of(crm, deps.source_titles)))
        found = await summary_of(conn, crm, now=deps.clock(), daily_at=deps.rules.sync.daily_at, zone=deps.zone)
    return summary_modal(titles_of(crm, deps.source_titles), found, place_of(deps))


async def switch(deps: Deps, work_id: str, payload: Payload) -> None:
    """Switch the CRM on or off, and tell what came of it."""
    if deps.crm is None or not await _may(deps, deps.crm, payload):
        return
    turn = _turn_off if payload["step"] == "off" else _turn_on
    try:
        await turn(deps, deps.crm, work_id, payload)
    except StoreError as error:
        raise TryLaterError(str(error)) from error


async def _turn_on(deps: Deps, crm: CrmConnection, work_id: str, payload: Payload) -> None:
    titles, key = titles_of(crm, deps.source_titles), key_named(payload["key"])
    wanted = Wanted(
        rules=payload["rules"], contacts=bool(payload["contacts"]), account_managers=bool(payload["account_managers"])
    )
    if key is None:
        return
    try:
        refused = await _outdated(deps, crm, key, payload)
    except CrmError as error:
        memory = {name: payload[name] for name in ("organisation", "key")} | {"nonce": payload["next_nonce"]}
        refused = taken_modal(titles, wanted, crm.settled, memory, notice=str(error))
    if refused is not None:
        await update_modal(deps, payload["view_id"], refused)
        return
    decision = _decision(crm, work_id, payload, is_on=True)
    choices = choices_of(key, wanted)
    async with deps.store.write() as conn:
        if await switch_on(conn, crm.settled, choices, decision):
            detail = {"key": payload["key"], "rules": wanted.rules, "organisation": payload["organisation"]}
            detail |= {name: payload[name] for name in ("contacts", "account_managers")}
            await append_audit(conn, [_event(deps, payload, "crm.switched_on", crm, detail)])
    await show_home(deps, person_of(payload))
    await crm.pull(f"{work_id}/read")
    trouble = await _read(deps, crm, f"{work_id}/read")
    await _tell_summary(deps, crm, work_id, payload, trouble)


async def _turn_off(deps: Deps, crm: CrmConnection, work_id: str, payload: Payload) -> None:
    async with deps.store.write() as conn:
        if await switch_off(conn, _decision(crm, work_id, payload, is_on=False)):
            await append_audit(conn, [_event(deps, payload, "crm.switched_off", crm, {})])
    try:
        await crm.follow()
    except CrmError as error:
        raise TryLaterError(str(error), after_seconds=_SECONDS_TO_FOLLOW) from error
    deps.changed.ring()
    titles = titles_of(crm, deps.source_titles)
    await _post(deps, work_id, payload, short_message(f"{titles.crm} is switched off: contacts are {titles.erp}'s."))
    await show_home(deps, person_of(payload))


async def _outdated(deps: Deps, crm: CrmConnection, key: KeyChoice, payload: Payload) -> dict[str, Any] | None:
    """What is shown instead when what was allowed or chosen holds no more. Raises CrmError."""
    titles = titles_of(crm, deps.source_titles)
    if await crm.organisation() != payload["organisation"]:
        return failed_modal(titles, _ANOTHER)
    if (await fields_now(deps.store, crm, deps.source_titles)).has(key):
        return None
    return await fields(deps, crm, {**payload, "notice": _GONE})


async def _read(deps: Deps, crm: CrmConnection, pull_id: str) -> str:
    """Wait for the end of a reading; why it failed, «» when it did not."""
    with deps.changed.listen() as listener:
        while (state := await deps.work.status(pull_id)) in {None, WorkState.PENDING}:
            await listener.wait(_LOOK_SECONDS)
    if state is WorkState.DONE:
        return ""
    async with deps.store.read() as conn:
        runs = [run for run in await latest_runs(conn) if run.source == crm.name and run.outcome is Outcome.FAILED]
    return f"The first reading failed: {runs[0].error if runs else 'see the log'}. It is tried again by itself."


async def _tell_summary(deps: Deps, crm: CrmConnection, work_id: str, payload: Payload, trouble: str) -> None:
    """In the wizard, if it is still open, else in a message; and on Home."""
    if not await _may(deps, crm, payload):
        return
    titles, place = titles_of(crm, deps.source_titles), place_of(deps)
    async with deps.store.read() as conn:
        found = await summary_of(conn, crm, now=deps.clock(), daily_at=deps.rules.sync.daily_at, zone=deps.zone)
    if not await update_modal(deps, payload["view_id"], summary_modal(titles, found, place, trouble=trouble)):
        await _post(deps, work_id, payload, summary_message(titles, found, place, trouble=trouble))
    await show_home(deps, person_of(payload))


async def _post(deps: Deps, work_id: str, payload: Payload, told: Message) -> None:
    post = slack_post(told, id=f"{work_id}/told", kind=KIND, channel=payload["slack_user"], at=deps.clock())
    async with deps.store.write() as conn:
        await add_deliveries(conn, [post])
    deps.outbox.ring()


async def _may(deps: Deps, crm: CrmConnection, payload: Payload) -> bool:
    title = title_of(titles_of(crm, deps.source_titles))
    return await still_runs_the_house(deps, payload, action="crm", subject=payload["step"], title=title)


def _decision(crm: CrmConnection, work_id: str, payload: Payload, *, is_on: bool) -> Switched:
    at = datetime.fromisoformat(payload["at"])
    return Switched(
        system=crm.name,
        key=work_id,
        is_on=is_on,
        at=at,
        since=at,
        by=payload["by"],
        organisation=payload.get("organisation", ""),
    )


def _event(deps: Deps, payload: Payload, action: str, crm: CrmConnection, detail: dict[str, str]) -> AuditEvent:
    return AuditEvent(at=deps.clock(), actor=payload["actor"], action=action, subject=crm.name, detail=detail)


_ASKED = {"login": tested, "fields": fields, "summary": summary}
