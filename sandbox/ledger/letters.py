"""What a test or a demo writes, mails and files in the ledger.

Each function gives the record as it is then, stamped by the clock, and raises KeyError for one that is not there.
"""

from sandbox.ledger.book import Ledger
from sandbox.ledger.communication import INVOICE_FOLDER, Direction, File, Message, Note, Owner, Party, media_type
from sandbox.ledger.correspondence import FIRST_FILE_ID, FIRST_MESSAGE_ID, FIRST_NOTE_ID
from sandbox.ledger.records import Kind
from sandbox.ledger.setup import EMPLOYEES


def write_note(ledger: Ledger, kind: Kind, record_id: int, *, title: str, text: str) -> Note:
    """A note of the first employee on a customer or a transaction."""
    owner = ledger.records(kind)[record_id]
    at = ledger.instant()
    note = Note(
        id=ledger.new_id(Kind.NOTE, FIRST_NOTE_ID),
        owner=Owner(kind=kind, id=owner.id),
        title=title,
        text=text,
        author_id=EMPLOYEES[0].id,
        direction=Direction.INCOMING,
        note_date=at,
        created_at=at,
        last_modified=at,
    )
    return ledger.put(Kind.NOTE, note)


def receive_message(ledger: Ledger, invoice_id: int, *, subject: str, text: str) -> Message:
    """An e-mail of the customer about an invoice, to the first employee."""
    customer = ledger.customers[ledger.invoices[invoice_id].customer_id]
    at = ledger.instant()
    message = Message(
        id=ledger.new_id(Kind.MESSAGE, FIRST_MESSAGE_ID),
        author=Party(email=customer.email, entity_id=customer.id),
        recipient=Party(email=EMPLOYEES[0].email, entity_id=EMPLOYEES[0].id),
        subject=subject,
        text=text,
        message_date=at,
        incoming=True,
        emailed=False,
        created_at=at,
        last_modified=at,
        transaction=Owner(kind=Kind.INVOICE, id=invoice_id),
    )
    return ledger.put(Kind.MESSAGE, message)


def attach_file(ledger: Ledger, invoice_id: int, *, name: str, content: bytes) -> File:
    """A file of the cabinet on an invoice; its type goes by the extension of its name."""
    at = ledger.instant()
    file = File(
        id=ledger.new_id(Kind.FILE, FIRST_FILE_ID),
        name=name,
        media_type=media_type(name),
        folder_id=INVOICE_FOLDER.id,
        content=content,
        created_at=at,
        last_modified=at,
        invoice_ids=(ledger.invoices[invoice_id].id,),
    )
    return ledger.put(Kind.FILE, file)
