"""What SuiteTalk takes and refuses of contacts and messages."""

from typing import Any

import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Message, Owner
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, ids, refusal
from tests.sandbox.netsuite.writing import SUN, contact, message, write, written


class TestContacts:
    async def test_added_changed_and_read(self, soap: SoapClient, ledger: Ledger) -> None:
        contact_id = await written(
            soap, "upsert", contact(soap, externalId="c1", email="grace@navy.example", mobilePhone="+1 555 0100")
        )
        await written(soap, "upsert", contact(soap, externalId="c1", title="Admiral", isInactive=True))
        read = (await soap.call("get", baseRef=soap.ref("contact", contact_id))).readResponse.record
        assert (read.email, read.title, read.mobilePhone, read.isInactive) == (
            "grace@navy.example",
            "Admiral",
            "+1 555 0100",
            True,
        )
        assert (read.externalId, read.entityId) == ("c1", "Grace Hopper")
        by_id = soap.make("core.RecordRef", externalId="c1")
        known = soap.make("core.SearchMultiSelectField", operator="anyOf", searchValue=[by_id])
        assert ids(await soap.search(soap.contacts(externalId=known, isInactive=soap.flag(True)))) == [contact_id]
        assert contact_id in {one.id for one in ledger.contacts_of(SUN)}

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"email": "not an address"}, "INVALID_EMAIL"),
            ({"company": None}, "USER_ERROR"),
            ({"firstName": None, "lastName": None}, "USER_ERROR"),
        ],
    )
    async def test_refused(self, soap: SoapClient, values: dict[str, Any], code: str) -> None:
        assert refusal((await write(soap, "add", contact(soap, **values))).status)[0] == code

    async def test_namesakes_of_one_company(self, soap: SoapClient) -> None:
        await written(soap, "add", contact(soap))
        assert refusal((await write(soap, "add", contact(soap))).status)[0] == "CONTACT_ALREADY_EXISTS"
        await written(soap, "add", contact(soap, company=soap.ref("customer", SUN + 1)))

    async def test_attached_as_the_primary_one(self, soap: SoapClient, ledger: Ledger) -> None:
        contact_id = await written(soap, "add", contact(soap))
        assert (await self.attach(soap, soap.ref("customer", SUN), contact_id, "-10")).status.isSuccess is True
        assert [one.id for one in ledger.contacts_of(SUN) if one.is_primary] == [contact_id]
        await self.attach(soap, soap.ref("customer", SUN), 500_010, "-20")
        read = (await soap.call("get", baseRef=soap.ref("customer", SUN))).readResponse.record
        roles = {one.contact.internalId: one.role and one.role.name for one in read.contactRolesList.contactRoles}
        assert roles[str(contact_id)] == "Primary Contact"
        assert roles["500010"] == "Alternate Contact"
        assert list(roles.values()).count("Primary Contact") == 1

    async def test_attached_to_an_invoice(self, soap: SoapClient, ledger: Ledger) -> None:
        contact_id = await written(soap, "add", contact(soap))
        invoice = ledger.invoice_numbered("INV-123")
        answer = await self.attach(soap, soap.ref("invoice", invoice.id), contact_id, "1")
        assert answer.baseRef.internalId == str(invoice.id)
        assert ledger.attached_contacts(Kind.INVOICE, invoice.id) == {contact_id: 1}

    async def test_detached_from_its_company_has_none_and_no_role(self, soap: SoapClient, ledger: Ledger) -> None:
        contact_id = await written(soap, "add", contact(soap))
        await self.attach(soap, soap.ref("customer", SUN), contact_id, "-10")
        assert (await self.detach(soap, soap.ref("customer", SUN), contact_id)).status.isSuccess is True
        found = ledger.contacts[contact_id]
        assert (found.customer_id, found.is_primary) == (0, False)
        assert contact_id not in ledger.attached_contacts(Kind.CUSTOMER, SUN)
        assert refusal((await self.detach(soap, soap.ref("customer", SUN), contact_id)).status)[0] == "USER_ERROR"

    async def test_in_another_role_is_no_primary_one(self, soap: SoapClient, ledger: Ledger) -> None:
        contact_id = await written(soap, "add", contact(soap))
        await self.attach(soap, soap.ref("customer", SUN), contact_id, "-10")
        await self.attach(soap, soap.ref("customer", SUN), contact_id, "-20")
        assert not ledger.contacts[contact_id].is_primary

    @pytest.mark.parametrize(
        ("target", "contact_id", "role"), [(SUN, 7, "-10"), (7, 500_001, "-10"), (SUN, 500_001, "99")]
    )
    async def test_attached_to_nothing(self, soap: SoapClient, target: int, contact_id: int, role: str) -> None:
        answer = await self.attach(soap, soap.ref("customer", target), contact_id, role)
        assert refusal(answer.status)[0] == "INVALID_KEY_OR_REF"

    async def detach(self, soap: SoapClient, target: Any, contact_id: int) -> Any:
        reference = soap.make(
            "core.DetachBasicReference", detachFrom=target, detachedRecord=soap.ref("contact", contact_id)
        )
        return (await soap.call("detach", detachReference=reference)).writeResponse

    async def attach(self, soap: SoapClient, target: Any, contact_id: int, role: str) -> Any:
        reference = soap.make(
            "core.AttachContactReference",
            attachTo=target,
            contact=soap.ref("contact", contact_id),
            contactRole=soap.ref("contactRole", role),
        )
        return (await soap.call("attach", attachReference=reference)).writeResponse


class TestMessages:
    async def test_added_with_everything(self, soap: SoapClient, ledger: Ledger, clock: Clock) -> None:
        invoice = ledger.invoice_numbered("INV-123")
        item = soap.make("fileCabinet.File", name="INV-123.pdf", content=b"%PDF-1.4 x")
        message_id = await written(
            soap,
            "add",
            message(
                soap,
                externalId="mail-1",
                recipient=soap.ref("customer", SUN),
                cc="a@b.example c@d.example",
                bcc="e@f.example",
                messageDate=clock(),
                emailed=False,
                transaction=soap.ref("invoice", invoice.id),
                mediaItemList=soap.make("communication.MessageMediaItemList", mediaItem=[item]),
            ),
        )
        kept: Message = ledger.records(Kind.MESSAGE)[message_id]
        assert (kept.cc, kept.bcc) == (("a@b.example", "c@d.example"), ("e@f.example",))
        assert kept.author.email == "ana@corvane.example"
        assert kept.transaction == Owner(kind=Kind.INVOICE, id=invoice.id)
        assert ledger.records(Kind.FILE)[kept.attachments[0]].content == b"%PDF-1.4 x"
        read = (await soap.call("get", baseRef=soap.ref("message", message_id))).readResponse.record
        assert (read.recipient.internalId, read.recipientEmail, read.emailed) == (str(SUN), "ap@sun.example", False)
        assert [item.name for item in read.mediaItemList.mediaItem] == ["INV-123.pdf"]

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"cc": "a@b.example,c@d.example"}, "INVALID_EMAIL"),
            ({"bcc": "nobody"}, "INVALID_EMAIL"),
            ({"recipientEmail": None}, "USER_ERROR"),
            ({"subject": None}, "USER_ERROR"),
            ({"recipient": 7}, "INVALID_KEY_OR_REF"),
            ({"transaction": 7}, "INVALID_KEY_OR_REF"),
        ],
    )
    async def test_refused_and_not_stored(
        self, soap: SoapClient, ledger: Ledger, values: dict[str, Any], code: str
    ) -> None:
        before = ledger.version
        sent = {
            name: soap.ref("customer", value) if isinstance(value, int) else value for name, value in values.items()
        }
        assert refusal((await write(soap, "add", message(soap, **sent))).status)[0] == code
        assert ledger.version == before

    async def test_recipient_without_an_address(self, soap: SoapClient, ledger: Ledger) -> None:
        ledger.edit_customer(SUN, email="")
        sent = message(soap, recipient=soap.ref("customer", SUN), recipientEmail=None)
        assert refusal((await write(soap, "add", sent)).status) == (
            "USER_ERROR",
            "Please enter value(s) for: Recipient Email",
        )

    @pytest.mark.parametrize("operation", ["update", "upsert"])
    async def test_cannot_be_changed(self, soap: SoapClient, operation: str) -> None:
        answer = await write(soap, operation, message(soap, externalId="m"))
        assert refusal(answer.status)[0] == "INVALID_RCRD_TYPE"
