"""Salesforce beside the demo's workspace: which notes land there, and what may be let happen there."""

from collections.abc import Callable

from sandbox.news import CUSTOMER
from sandbox.salesforce import Org, SalesforceStandIn
from sandbox.salesforce.field import Row
from sandbox.salesforce.seed.people import ANA, BEN
from sandbox.slack.outside import Act, Letter, Letters, Outside

TITLE = "In Salesforce"
_PHONES = ("(555) 0142", "(555) 0143")
_NEW_CONTACT = {"FirstName": "Nora", "LastName": "Ellis", "Title": "Accounts Payable Lead", "Phone": "(555) 0177"}
_MAIL = "nora.ellis@sun-microsystems-inc.example"


def crm_box(salesforce: SalesforceStandIn, read: Callable[[], None], arrived: Callable[[], None]) -> Outside:
    """The page's box, which from now on shows the notes that are written. `read` is called after each act."""
    org = salesforce.org
    letters = Letters(arrived)
    org.told = lambda name, row: _show_note(org, letters, name, row)
    account_id = str(salesforce.accounts_of(salesforce.ledger.customer_named(CUSTOMER).id)[0]["Id"])

    def told(change: Callable[[Org, str], str]) -> Callable[[], str]:
        def happen() -> str:
            said = change(org, account_id)
            read()
            return said

        return happen

    return Outside(
        id="salesforce",
        title=TITLE,
        acts=(
            Act(id="owner", label="Change the account's owner", happen=told(owner_changes)),
            Act(id="phone", label="Change its phone number", happen=told(phone_changes)),
            Act(id="contact", label="Add a contact", happen=told(contact_is_added)),
        ),
        letters=letters,
    )


def owner_changes(org: Org, account_id: str) -> str:
    """The account goes from Ben to Ana, or back."""
    owner = org.users[org.accounts[account_id]["OwnerId"]]
    person = BEN if owner["Email"] == ANA.email else ANA
    org.edit("Account", account_id, OwnerId=org.find("User", Email=person.email)["Id"])
    return f"{_name(org, account_id)} is {person.first} {person.last}'s account now."


def phone_changes(org: Org, account_id: str) -> str:
    """Another telephone number than the ERP knows."""
    one, other = _PHONES
    phone = other if org.accounts[account_id].get("Phone") == one else one
    org.edit("Account", account_id, Phone=phone)
    return f"The phone number of {_name(org, account_id)} is {phone} now."


def contact_is_added(org: Org, account_id: str) -> str:
    """Somebody new at the customer's, once."""
    who = f"{_NEW_CONTACT['FirstName']} {_NEW_CONTACT['LastName']}"
    if any(row.get("Email") == _MAIL for row in org.holding("Contact", "AccountId", account_id)):
        return f"{who} is a contact of {_name(org, account_id)} already."
    org.create(
        "Contact", AccountId=account_id, OwnerId=org.accounts[account_id]["OwnerId"], Email=_MAIL, **_NEW_CONTACT
    )
    return f"{who} is a contact of {_name(org, account_id)} now."


def _show_note(org: Org, letters: Letters, name: str, row: Row) -> None:
    """A note shows once it is on its account: the newer kind is put there in a second step."""
    if name == "Note":
        letters.add(_letter(org, row["ParentId"], row["Title"], row.get("Body") or ""))
    if name == "ContentDocumentLink":
        note = org.rows("ContentNote").get(row["ContentDocumentId"], {})
        letters.add(_letter(org, row["LinkedEntityId"], note.get("Title") or "", note.get("TextPreview") or ""))


def _letter(org: Org, parent_id: str, title: str, text: str) -> Letter:
    return Letter(recipients=(_name(org, parent_id),), subject=title, text=text)


def _name(org: Org, record_id: str) -> str:
    row = org.row(record_id)
    return str(row["Name"]) if row else record_id
