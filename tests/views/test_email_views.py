"""The forms of contacts and e-mails, and the list of e-mails: sound whatever the records and people say."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.emailing.email_form import Filled, addressed, preferred, recipients_of
from bot.emailing.email_words import customer_words, invoice_words
from bot.mail.settings import MailRules
from bot.replying.reply_form import FormError
from bot.views.contact_form import ContactFields, ContactForm, contact_modal, saved_contact_modal
from bot.views.email import (
    EmailForm,
    FileChoice,
    Preview,
    Recipient,
    email_modal,
    outdated_email,
    preview_email,
    sent_email,
)
from bot.views.messages import MessageRow
from bot.views.notes import NotesPage, notes_modal
from bot.views.values import RecordRef
from sandbox.slack import blocks as rules
from store.contacts import SALES_REP_ROLE
from store.messages import Message
from store.records import RecordId
from tests.views import hostile
from tests.views.make import PLACE, make_aging, make_contact, make_customer, make_invoice

_QUICK = settings(max_examples=30)
_REF = RecordRef(kind="customer", record_id=RecordId("netsuite:customer:1"))
_FILLED = Filled(others="pat@sun.example", subject="Hello", text="Text")


def _sound(view: dict[str, Any]) -> None:
    assert rules.view_errors(view, "modal") == ()


class TestAnyText:
    @_QUICK
    @given(st.builds(ContactFields, first_name=hostile.texts, email=hostile.texts), hostile.texts)
    def test_contact_form(self, filled: ContactFields, text: str) -> None:
        _sound(contact_modal(ContactForm(metadata="{}", customer="ABC", filled=filled, roles=(text,), notice=text)))
        _sound(saved_contact_modal("Add contact", text, text, "Saved"))

    @_QUICK
    @given(hostile.texts, st.integers(0, 30))
    def test_email_form(self, text: str, count: int) -> None:
        known = [Recipient(value=f"c{nth}", name=text, address=text, detail=text) for nth in range(count)]
        files = [FileChoice(file_id="netsuite|1", name=text, detail=text)]
        form = EmailForm(metadata="{}", about="ABC", known=known, chosen=("c1",), subject=text, text=text, files=files)
        _sound(email_modal(form))
        many = [text] * 20
        preview = Preview(
            metadata="{}",
            sender=text,
            reply_to=text,
            to=many,
            cc=many,
            subject=text,
            text=text,
            files=many,
            warning=text,
        )
        _sound(preview_email(preview))
        _sound(sent_email("Sent", text, text, text))
        _sound(outdated_email(text))

    @_QUICK
    @given(text=hostile.texts, is_incoming=st.booleans(), is_masked=st.booleans())
    def test_list_of_emails(self, *, text: str, is_incoming: bool, is_masked: bool) -> None:
        message = Message(
            id=RecordId("netsuite:message:1"),
            origin="netsuite",
            source_id="1",
            seen_at=datetime(2026, 11, 22, tzinfo=UTC),
            about_id=_REF.record_id,
            subject=text,
            text=text,
            sent_at=datetime(2026, 11, 22, tzinfo=UTC),
            is_incoming=is_incoming,
            author=text,
            author_email=text,
            recipients=text,
            attachments=text,
        )
        rows = (MessageRow(message=message, number=text, source=text, is_masked=is_masked),) * 5
        _sound(notes_modal(NotesPage(ref=_REF, about="Customer ABC", place=PLACE, rows=rows, total=5, messages=5)))


class TestAddressed:
    def test_a_colleague_comes_last_and_is_never_chosen_at_first(self) -> None:
        colleague = make_contact(
            id="salesforce:contact:1",
            email="olga@own.example",
            account_id="salesforce:crm_account:1",
            role=SALES_REP_ROLE,
        )
        alone = recipients_of((), (colleague,), None)
        known = recipients_of((), (colleague, make_contact(id="netsuite:contact:2", email="pat@sun.example")), None)

        assert preferred(alone) == ()
        assert [each.address for each in known] == ["pat@sun.example", "olga@own.example"]
        assert preferred(known) == ("netsuite:contact:2",)

    def test_names_everybody_once(self) -> None:
        contact = make_contact(email="PAT@sun.example")
        known = recipients_of((), (contact,), make_customer(email="ap@sun.example"))
        found = addressed(
            Filled(chosen=(contact.id,), others="pat@SUN.example", cc="Pat@sun.example", subject="s", text="t"),
            known,
            MailRules(),
        )
        assert len(found.to) == 1
        assert found.cc == ()

    def test_a_contact_with_a_long_id_is_offered_and_can_be_chosen(self) -> None:
        known = recipients_of((), (make_contact(id="netsuite:contact:" + "x" * 300, email="pat@sun.example"),), None)
        assert "pat@sun.example" in str(email_modal(EmailForm(metadata="{}", about="ABC", known=known)))
        found = addressed(Filled(chosen=(known[0].value,), subject="s", text="t"), known, MailRules())
        assert found.to == ("pat@sun.example",)

    def test_each_address_in_a_field_is_offered_and_can_be_chosen(self) -> None:
        several = make_contact(
            email="Pat <pat@sun.example>; ap@sun.example n/a", other_email="pat.other@sun.example", name="Pat Reyes"
        )
        known = recipients_of((), (several,), make_customer(email="ap@sun.example, billing@sun.example"))
        assert [(each.name, each.address, each.detail) for each in known] == [
            ("Pat Reyes", "pat@sun.example", ""),
            ("Pat Reyes", "ap@sun.example", ""),
            ("Pat Reyes", "pat.other@sun.example", ""),
            (make_customer().name, "billing@sun.example", "company"),
        ]
        assert preferred(known) == (several.id,)
        everybody = tuple(each.value for each in known)
        found = addressed(Filled(chosen=everybody, subject="s", text="t"), known, MailRules())
        assert found.to == tuple(each.address for each in known)

    def test_of_hundreds_the_form_says_how_many_it_lists(self) -> None:
        known = [Recipient(value=f"c{nth}", name="", address=f"c{nth}@sun.example") for nth in range(300)]
        shown = email_modal(EmailForm(metadata="{}", about="ABC", known=known))
        _sound(shown)
        assert "Only the first 100 are listed above." in str(shown)

    def test_refuses_domains_that_are_not_allowed(self) -> None:
        with pytest.raises(FormError) as refused:
            addressed(_FILLED, (), MailRules(allowed_domains=("moon.example",)))
        assert "mail may only go to moon.example" in refused.value.errors["email.others"]

    def test_in_test_mode_goes_to_the_test_address_alone(self) -> None:
        found = addressed(_FILLED, (), MailRules(redirect_to="test@meridian.example"))
        assert (found.to, found.cc, found.meant_for) == (("test@meridian.example",), (), ("pat@sun.example",))


class TestWords:
    def test_of_an_invoice_name_number_amount_and_days(self) -> None:
        invoice = make_invoice()
        said = invoice_words(invoice, "Ana Silva", PLACE)
        assert invoice.number in said.subject
        assert "past due" in said.subject
        assert said.text.endswith("Kind regards,\nAna Silva")

    def test_of_a_customer_who_owes_nothing_are_short(self) -> None:
        said = customer_words(make_customer(), (), (), "Ana Silva", PLACE)
        assert "past due" not in said.subject + said.text

    def test_of_a_customer_have_the_sum_of_all(self) -> None:
        said = customer_words(make_customer(), [make_invoice()] * 21, [make_aging(0, 500)], "Ana Silva", PLACE)
        assert "- and others" in said.text
        assert "Past due in all: " in said.text
