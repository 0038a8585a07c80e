"""Whatever was written, Slack takes the forms and lists of replies, and nothing in them is read as markup."""

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.notes import NoteRow, NotesPage, notes_modal
from bot.views.parts import Message
from bot.views.reply import (
    Origin,
    ReplyForm,
    ReplyKind,
    reply_modal,
    saved_modal,
    state_words,
    thread_line,
    told_privately,
)
from bot.views.values import RecordRef
from sandbox.slack import blocks as rules
from store.deliveries import DeliveryState
from store.records import RecordId
from tests.views import hostile
from tests.views.make import NETSUITE, PLACE, make_dispute, make_note, make_promise
from tests.views.shown import block, nodes, texts

_QUICK = settings(max_examples=20)
_REF = RecordRef(kind="customer", record_id=RecordId("netsuite:customer:7"))
_states = st.dictionaries(hostile.texts, st.sampled_from(DeliveryState), max_size=3)
_origins = st.builds(
    Origin,
    nonce=st.just("0" * 32),
    channel=st.just("C1"),
    thread_ts=st.just("1.2"),
    permalink=st.just("https://x.slack.com/archives/C1/p12"),
    query=st.text(max_size=80),
)
_forms = st.builds(
    ReplyForm,
    origin=_origins,
    kind=st.sampled_from(ReplyKind),
    record=st.none() | hostile.candidates.map(lambda found: found[0] if found else None),
    text=hostile.texts,
    targets=st.dictionaries(st.sampled_from(("netsuite", "invoiced")), hostile.texts, max_size=2),
    chosen=st.just(("netsuite", "other")),
    owed=hostile.texts,
    doubt=hostile.texts,
    notice=hostile.texts,
)
_rows = st.builds(
    NoteRow,
    note=hostile.notes,
    number=hostile.texts,
    source=hostile.texts,
    states=_states,
    recorded=st.none() | hostile.promises | hostile.disputes,
)
_pages = st.builds(
    NotesPage,
    ref=st.just(_REF),
    about=st.just("Customer ABC"),
    place=hostile.places,
    rows=st.lists(_rows, max_size=2).map(lambda rows: tuple(rows * 3)),
    offset=st.integers(0, 10**6),
    total=st.integers(0, 10**6),
    may_act=st.booleans(),
)


class TestAnyText:
    @_QUICK
    @given(_forms)
    def test_reply_form(self, form: ReplyForm) -> None:
        _assert_sound(reply_modal(form))

    @_QUICK
    @given(_pages)
    def test_notes(self, page: NotesPage) -> None:
        _assert_sound(notes_modal(page))

    @_QUICK
    @given(hostile.texts, _states)
    def test_what_was_saved(self, text: str, states: dict[str, DeliveryState]) -> None:
        _assert_sound(saved_modal("Note", "Invoice INV-1", text, state_words(states)))

    @_QUICK
    @given(hostile.texts, st.sampled_from(ReplyKind), _states)
    def test_lines_in_slack(self, text: str, kind: ReplyKind, states: dict[str, DeliveryState]) -> None:
        for message in (thread_line(text, kind, state_words(states)), told_privately(kind, "A", state_words(states))):
            _assert_line_sound(message)


class TestNotesModal:
    def test_names_what_came_with_a_note_once(self) -> None:
        title = "Promise to pay $5,000.00 by 1 Dec 2026"
        silent = NoteRow(note=make_note(text=title, title=title), recorded=make_promise())
        spoken = NoteRow(note=make_note(text="By phone", title=title), recorded=make_dispute(), source=NETSUITE.source)
        shown = notes_modal(_page(silent, spoken, may_act=True))
        assert [each["block_id"] for each in shown["blocks"]] == [
            "about",
            "note.1",
            "recorded.1",
            "note.2",
            "recorded.2",
            "text.2",
        ]
        assert texts(_block(shown, "recorded.2"))[0] == "⚠️ Disputed: wrong amount, $500.00"
        assert [node["action_id"] for node in nodes(shown["blocks"]) if node.get("type") == "button"] == [
            "notes.withdraw_promise",
            "notes.resolve_dispute",
        ]

    def test_keeps_the_lines_of_a_note(self) -> None:
        shown = notes_modal(_page(NoteRow(note=make_note(text="one\n\n  two\u200b "))))
        assert texts(_block(shown, "text.1")) == ["one\n\ntwo"]

    def test_says_that_there_are_none(self) -> None:
        assert "no notes or e-mails yet" in str(notes_modal(_page())["blocks"])


def _page(*rows: NoteRow, may_act: bool = False) -> NotesPage:
    return NotesPage(ref=_REF, about="Customer ABC", place=PLACE, rows=rows, total=len(rows), may_act=may_act)


def _block(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    return block(Message(text="", blocks=tuple(view["blocks"])), block_id)


def _assert_sound(view: dict[str, Any]) -> None:
    assert rules.view_errors(view, "modal") == ()
    for node in nodes(view["blocks"]):
        assert node.get("type") != "mrkdwn"
        if node.get("type") == "plain_text":
            assert node["emoji"] is False
            assert not re.search("[\u202a-\u202e\u200b\x00-\x09\x0b-\x1f]", node["text"])


def _assert_line_sound(message: Message) -> None:
    assert rules.message_errors(list(message.blocks)) == ()
    assert not re.search(r"[<>*~`\x00-\x1f\u200b\u202a-\u202e]|://|&(?!amp;|lt;|gt;)", message.text)
