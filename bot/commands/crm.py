"""The wizard on an admin's Home that connects a CRM; afterwards «Sync now», «Change» and «Switch off».

Every step is a modal. What asks the CRM is durable work, which fills the modal when it knows: a click only starts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, Decision
from bot.commands.guard import admitted, admitted_in, judged, refusal
from bot.commands.home import show_home
from bot.crm.keys import Titles, chosen_key, key_named
from bot.crm.port import CrmConnection
from bot.crm.reading import titles_of
from bot.crm.steps import RULES, NothingChosenError, Wanted, choices_of, offered, require_something
from bot.crm.work import ASK, SWITCH, ask, new_nonce, switch
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.slack.modals import open_over, update_modal
from bot.slack.view_request import ViewRequest, view_request
from bot.views.card_modal import card_modal
from bot.views.crm import (
    ALLOW,
    CONTACTS,
    FIELD,
    KEY,
    MANAGERS,
    OFF,
    ON,
    OPEN,
    PURPOSE,
    RULE_SET,
    SYNC,
    TAKEN,
    TEST,
    busy_modal,
    domain_modal,
    short_message,
    taken_modal,
)
from bot.views.metadata import Memory, OutdatedViewError, unpack
from bot.views.misses import outdated_button
from bot.views.modal import block_id_of
from store.crm.rules import CrmChoices
from store.crm.setup import switched
from store.crm.switch import ACCOUNTS, chosen
from store.cursors import read_cursor
from store.work import WorkState

_TITLE = "Connect"
_ENDED = frozenset({WorkState.DONE, WorkState.FAILED})
_READING = "Switching on, then reading it for the first time … You may close this: you will be told what came of it."


async def open_wizard(deps: Deps, request: ActionRequest) -> None:
    """The first step: which organisation it is."""
    view_id = await open_over(deps, request, _TITLE)
    if view_id is None:
        return
    action = request.action_id
    allowed = await admitted_in(
        deps, request.person, Capability.RUN_THE_HOUSE, action=action, subject="", view_id=view_id, title=_TITLE
    )
    if allowed is None:
        return
    crm = deps.crm
    if crm is None:
        await update_modal(deps, view_id, card_modal(outdated_button(), _TITLE))
        return
    titles = titles_of(crm, deps.source_titles)
    await update_modal(deps, view_id, domain_modal(titles, crm.address, crm.way, crm.settled, {"nonce": new_nonce()}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step that was submitted by somebody who may, and what its modal remembers."""

    crm: CrmConnection
    titles: Titles
    request: ViewRequest
    memory: Memory
    decision: Decision

    @property
    def by(self) -> dict[str, str]:
        """Who it was, for durable work."""
        person = self.request.person
        return {"team_id": person.team_id, "slack_user": person.user_id, "view_id": self.request.view_id}


async def next_step(deps: Deps, request: ViewRequest) -> dict[str, Any]:
    """A step was submitted: the answer to that, with the work started that it takes."""
    decision = await judged(
        deps, request.person, Capability.RUN_THE_HOUSE, action=request.callback_id, subject=_subject(request)
    )
    if not decision.allowed:
        return _shown(card_modal(refusal(decision), _TITLE))
    if deps.crm is None:
        return _shown(card_modal(outdated_button(), _TITLE))
    titles = titles_of(deps.crm, deps.source_titles)
    try:
        memory = unpack(PURPOSE, request.metadata)
        step = Step(crm=deps.crm, titles=titles, request=request, memory=memory, decision=decision)
        return await _STEPS[request.callback_id](deps, step)
    except OutdatedViewError:
        return _shown(card_modal(outdated_button(), _TITLE))


async def _test(deps: Deps, step: Step) -> dict[str, Any]:
    await _ask(deps, step, {"step": "login"})
    return _shown(busy_modal(step.titles, f"Logging in to {step.titles.crm} …"))


async def _allow(deps: Deps, step: Step) -> dict[str, Any]:
    async with deps.store.read() as conn:
        known = chosen_key(await chosen(conn))
    told = {"organisation": step.memory["organisation"], "key": known.value if known else "", "notice": ""}
    await _ask(deps, step, {"step": "fields", **told})
    return _shown(busy_modal(step.titles, f"Looking at {step.titles.crm}'s fields …"))


async def _key(deps: Deps, step: Step) -> dict[str, Any]:
    value = step.request.text(FIELD)
    if key_named(value) is None:
        return _error(step.request, FIELD, "Choose a field.")
    settled = step.crm.settled
    async with deps.store.read() as conn:
        last = await switched(conn)
        wanted = offered(settled, await chosen(conn) if last and last.is_on else None)
    told = {"nonce": new_nonce(), "organisation": step.memory["organisation"], "key": value}
    return _shown(taken_modal(step.titles, wanted, settled, told))


async def _on(deps: Deps, step: Step) -> dict[str, Any]:
    key, wanted = key_named(step.memory["key"]), _wanted(step.request, step.crm.settled)
    if key is None or wanted.rules not in RULES:
        raise OutdatedViewError("no key or rules")
    try:
        require_something(step.crm.settled, choices_of(key, wanted))
    except NothingChosenError as error:
        return _error(step.request, TAKEN, str(error))
    told = {
        "step": "on",
        "organisation": step.memory["organisation"],
        "key": step.memory["key"],
        "rules": wanted.rules,
        CONTACTS: "yes" if wanted.contacts else "",
        MANAGERS: "yes" if wanted.account_managers else "",
        "next_nonce": new_nonce(),
    }
    work_id = f"{SWITCH}-{step.memory['nonce']}"
    if await deps.work.status(work_id) is WorkState.DONE:
        # It was pressed twice, and what came of it may stand below this answer.
        await _ask(deps, step, {"step": "summary"})
    await deps.work.start(SWITCH, work_id, told | step.by | _decided(deps, step.decision))
    return _shown(busy_modal(step.titles, _READING))


async def sync_now(deps: Deps, request: ActionRequest) -> None:
    """Start a reading, unless one that was started so is under way."""
    allowed = await _admitted(deps, request)
    if allowed is None or deps.crm is None:
        return
    async with deps.store.read() as conn:
        cursor = await read_cursor(conn, deps.crm.name, ACCOUNTS)
    read_at = cursor.completed_at if cursor else None
    # The same id until it has been read: however often it is pressed, and on however many replicas, it is read once.
    name, attempt = f"crm-sync-{read_at.isoformat() if read_at else 'first'}", 1
    while (state := await deps.work.status(f"{name}/{attempt}")) in _ENDED:
        attempt += 1
    await deps.crm.pull(f"{name}/{attempt}")
    crm = titles_of(deps.crm, deps.source_titles).crm
    text = f"{crm} is being read already." if state else f"{crm} is being read now. Home shows what came of it."
    await deps.answering.post_privately(request.reply, short_message(text))


async def turn_off(deps: Deps, request: ActionRequest) -> None:
    """Contacts go back to the ERP; it is durable before the person is told."""
    allowed = await _admitted(deps, request)
    if allowed is None or deps.crm is None:
        return
    async with deps.store.read() as conn:
        last = await switched(conn)
    if last is None or not last.is_on:
        await deps.answering.post_privately(request.reply, outdated_button())
        await show_home(deps, request.person)
        return
    person = {"team_id": request.person.team_id, "slack_user": request.person.user_id, "view_id": ""}
    told = {"step": "off", "organisation": last.organisation, **person}
    await deps.work.start(SWITCH, f"{last.key}/off", told | _decided(deps, allowed))
    crm = titles_of(deps.crm, deps.source_titles).crm
    await deps.answering.post_privately(request.reply, short_message(f"Switching {crm} off … A message says when."))


async def _admitted(deps: Deps, request: ActionRequest) -> Decision | None:
    return await admitted(
        deps, request.person, Capability.RUN_THE_HOUSE, action=request.action_id, subject="", reply=request.reply
    )


async def _ask(deps: Deps, step: Step, told: Mapping[str, str]) -> None:
    """Have the modal filled; pressed again while that is under way, it is done once."""
    name, attempt = f"{ASK}-{step.memory['nonce']}", 1
    while await deps.work.status(f"{name}/{attempt}") in _ENDED:
        attempt += 1
    await deps.work.start(ASK, f"{name}/{attempt}", {**told, **step.by, "next_nonce": new_nonce()})


def _decided(deps: Deps, decision: Decision) -> dict[str, str]:
    """Who decided when, as the store and the audit trail keep it."""
    by = decision.user.name if decision.user else ""
    return {"actor": decision.actor, "by": by, "at": deps.clock().isoformat()}


def _wanted(request: ViewRequest, settled: CrmChoices) -> Wanted:
    ticked = request.choices(TAKEN)
    return Wanted(
        rules=settled.rules or request.text(RULE_SET),
        contacts=CONTACTS in ticked,
        account_managers=MANAGERS in ticked,
    )


def _subject(request: ViewRequest) -> str:
    """What was agreed to, for the audit trail."""
    try:
        return unpack(PURPOSE, request.metadata).get("organisation", "")
    except OutdatedViewError:
        return ""


def _shown(view: dict[str, Any]) -> dict[str, Any]:
    return {"response_action": "update", "view": view}


def _error(request: ViewRequest, action_id: str, text: str) -> dict[str, Any]:
    at = request.blocks.get(action_id, block_id_of(action_id))
    return {"response_action": "errors", "errors": {at: text}}


_STEPS = {TEST: _test, ALLOW: _allow, KEY: _key, ON: _on}


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_wizard(deps, action_request(body))

    async def on_step(ack: Any, body: dict[str, Any]) -> None:
        await ack(**await next_step(deps, view_request(body)))

    async def on_sync(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await sync_now(deps, action_request(body))

    async def on_off(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await turn_off(deps, action_request(body))

    app.action(OPEN)(on_open)
    for callback_id in _STEPS:
        app.view(callback_id)(on_step)
    app.action(SYNC)(on_sync)
    app.action(OFF)(on_off)


FEATURE = Feature(works={ASK: ask, SWITCH: switch}, register=_register)
