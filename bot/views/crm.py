"""The wizard that connects a CRM, step by step: where it leads, the login, the key, what is taken, what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.crm.keys import KeyOffer, Titles
from bot.crm.port import Check
from bot.crm.reading import Login
from bot.crm.steps import RULES, Summary, Wanted, key_words, match_words, settled_lines, taken_words
from bot.views.amounts import Place, moment
from bot.views.metadata import pack
from bot.views.modal import Choice, checks_input, choice_input, modal, notice_modal, radio_input
from bot.views.names import MAX_NAME
from bot.views.parts import Message, lines, message, paragraph, small_print, words
from bot.views.text import as_written, esc, literal
from store.crm.rules import CrmChoices

PURPOSE = "crm"
OPEN, SYNC, OFF = "crm.open", "crm.sync", "crm.off"
TEST, ALLOW, KEY, ON = "crm.test", "crm.allow", "crm.key", "crm.on"
FIELD, RULE_SET, TAKEN = "crm.field", "crm.rules", "crm.taken"
CONTACTS, MANAGERS = "contacts", "account_managers"
# What to do before a key can match anybody; {} is the ERP.
FIRST_READ = "Was {} read here, and is the key filled in?"
_MAX_DETAIL, _MAX_REASON, _MAX_SETTLED = 200, 400, 600


def title_of(titles: Titles) -> str:
    """What the wizard is called."""
    return f"Connect {titles.crm}"


def domain_modal(titles: Titles, address: str, way: str, settled: CrmChoices, memory: Mapping[str, str]) -> Any:
    """Which organisation it is: what the settings name, which nobody types into Slack."""
    crm = literal(titles.crm, MAX_NAME)
    blocks = [
        paragraph("crm.domain", f"{crm} is at {literal(address, _MAX_DETAIL)}\nLogin: {literal(way, _MAX_DETAIL)}"),
        small_print("crm.env", "Address and credentials come from this installation's environment, never from Slack."),
        *_settled(settled),
    ]
    return _step(titles, blocks, TEST, "Test the login", memory)


def tested_modal(titles: Titles, found: Login, memory: Mapping[str, str]) -> dict[str, Any]:
    """What the login showed: to be allowed, or what is to be put right before it is tried again."""
    crm, checks = literal(titles.crm, MAX_NAME), _checks(found.checks)
    if not found.organisation:
        blocks = [paragraph("crm.refused", f"{crm} did not let us in."), *checks]
        return _step(titles, blocks, TEST, "Test again", memory)
    asked = (
        f"Allow Tesorio to read {crm} organisation {literal(found.organisation, MAX_NAME)}: accounts, their owners, "
        "contacts and notes? Whoever may look something up here sees what is taken from there."
    )
    return _step(titles, [paragraph("crm.asked", asked), *checks], ALLOW, "Allow", memory)


def key_modal(
    titles: Titles, offers: Sequence[KeyOffer], memory: Mapping[str, str], *, chosen: str = "", notice: str = ""
) -> dict[str, Any]:
    """Which field says which account is which customer; `chosen` is the value of an offer."""
    if not offers:
        return notice_modal(title_of(titles), _nothing_offered(titles))
    options = [Choice(label=each.label, value=each.choice.value, detail=each.detail) for each in offers]
    first = chosen or (offers[0].choice.value if offers[0].matches else "")
    nobody = f"No field matches any customer yet. {FIRST_READ.format(literal(titles.erp, MAX_NAME))}"
    blocks: list[Block] = [
        *_notice(notice or ("" if any(each.matches for each in offers) else nobody)),
        paragraph("crm.why", "An account is used only if its key and one customer's are exactly the same."),
        choice_input(FIELD, "Which field holds the common key?", options, initial=first),
    ]
    return _step(titles, blocks, KEY, "Next", memory)


def taken_modal(
    titles: Titles, wanted: Wanted, settled: CrmChoices, memory: Mapping[str, str], *, notice: str = ""
) -> dict[str, Any]:
    """What is taken from the CRM; what tesorio.toml sets is shown and not asked for."""
    crm = literal(titles.crm, MAX_NAME)
    blocks: list[Block] = _notice(notice)
    if settled.rules is None:
        rules = [
            Choice(label=text.format(crm=titles.crm, erp=titles.erp), value=name, detail=f"{name.capitalize()}'s rules")
            for name, text in RULES.items()
        ]
        blocks.append(radio_input(RULE_SET, "By whose rules?", rules, initial=wanted.rules))
    boxes = {CONTACTS: (settled.contacts, "Contacts"), MANAGERS: (settled.account_managers, "Account managers")}
    choices = [Choice(label=label, value=name) for name, (is_set, label) in boxes.items() if is_set is None]
    if choices:
        ticked = [name for name, on in ((CONTACTS, wanted.contacts), (MANAGERS, wanted.account_managers)) if on]
        blocks.append(checks_input(TAKEN, f"What is taken from {crm}?", choices, initial=ticked))
    blocks += _settled(settled)
    return _step(titles, blocks, ON, "Switch on", memory)


def busy_modal(titles: Titles, text: str) -> dict[str, Any]:
    """What stands while the CRM is asked."""
    return notice_modal(title_of(titles), text)


def failed_modal(titles: Titles, reason: str) -> dict[str, Any]:
    """The CRM did not answer a step; `reason` comes from outside."""
    return notice_modal(title_of(titles), as_written(reason, _MAX_REASON))


def summary_modal(titles: Titles, found: Summary, place: Place, *, trouble: str = "") -> dict[str, Any]:
    """What the first reading came to."""
    first, *rest = summary_rows(titles, found, place)
    told = lines("crm.summary", [[words(first, bold=True)], *([words(line)] for line in rest)])
    return modal(title_of(titles), [*_notice(trouble), told])


def summary_message(titles: Titles, found: Summary, place: Place, *, trouble: str = "") -> Message:
    """The same, for whoever has closed the wizard."""
    text = "\n".join([*([as_written(trouble, _MAX_REASON)] if trouble else []), *summary_rows(titles, found, place)])
    return message(text, [paragraph("crm.summary", text)])


def summary_rows(titles: Titles, found: Summary, place: Place) -> tuple[str, ...]:
    """The summary in lines: the answer first."""
    crm, erp = literal(titles.crm, MAX_NAME), literal(titles.erp, MAX_NAME)
    return (
        f"{crm} is switched on: {match_words(found.figures)}",
        *taken_words(found.rules, found.counts, erp),
        literal(key_words(found.rules, erp, crm), _MAX_DETAIL),
        f"Next reading: {moment(found.next_at, place)}",
        *_left_out(found),
    )


def _left_out(found: Summary) -> tuple[str, ...]:
    """Where the accounts that are used for nobody can be looked up, if there are any."""
    figures = found.figures
    kinds = [word for number, word in ((figures.unmatched, "unmatched"), (figures.ambiguous, "ambiguous")) if number]
    where = f"On the command line, tesorio match {found.rules.system} lists the accounts that are"
    return (f"{where} {' or '.join(kinds)}, and what to do",) if kinds else ()


def short_message(text: str) -> Message:
    """A sentence of ours."""
    return message(text, [paragraph("crm.told", text)])


def _step(
    titles: Titles, blocks: Iterable[Block], callback_id: str, submit: str, memory: Mapping[str, str]
) -> dict[str, Any]:
    return modal(
        title_of(titles), blocks, callback_id=callback_id, metadata=pack(PURPOSE, memory), submit=submit, close="Cancel"
    )


def _checks(several: Sequence[Check]) -> list[Block]:
    """Those that are not well with what to do; of the others the login, and how many there are."""
    wrong, fine = [each for each in several if not each.ok], [each for each in several if each.ok]
    login = next((each.detail for each in fine if each.check.endswith("login")), "")
    well = f"{login}: {len(fine)} of {len(several)} checks are well" if login else ""
    blocks = [small_print("crm.fine", f"✓ {esc(well, _MAX_REASON)}")] if well else []
    for number, each in enumerate(wrong[:5]):
        told = f"⚠️ *{esc(each.check, MAX_NAME)}* · {esc(each.detail, _MAX_REASON)}"
        remedy = f"\n{esc(each.remedy, _MAX_REASON)}" if each.remedy else ""
        blocks.append(small_print(f"crm.check.{number}", told + remedy))
    return blocks


def _settled(settled: CrmChoices) -> list[Block]:
    lines = settled_lines(settled)
    if not lines:
        return []
    return [small_print("crm.settled", f"Set in tesorio.toml: {esc(', '.join(lines), _MAX_SETTLED)}")]


def _notice(text: str) -> list[Block]:
    return [paragraph("crm.notice", f"⚠️ {as_written(text, _MAX_REASON)}")] if text else []


def _nothing_offered(titles: Titles) -> str:
    crm, erp = literal(titles.crm, MAX_NAME), literal(titles.erp, MAX_NAME)
    return (
        f"There is no field by which accounts could be matched. Make a custom field on {erp}'s customers with {crm}'s "
        f"account id, or one on {crm}'s accounts with {erp}'s internal id; read both systems once, then start again."
    )
