"""Accounts, contacts and notes for the customers of a ledger, and prospects that no ledger knows."""

import gc
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.ledger import Ledger
from sandbox.ledger.chance import chance
from sandbox.ledger.names import identities
from sandbox.ledger.records import Contact, Customer
from sandbox.ledger.words import FIRST_NAMES, LAST_NAMES, TITLES
from sandbox.salesforce.field import Row
from sandbox.salesforce.org import Org
from sandbox.salesforce.schema.account import TIERS
from sandbox.salesforce.seed.keys import Link, define_erp_field, key_of, link_of, write_to_erp
from sandbox.salesforce.seed.people import DAN, OWNERS, SHARES, add_people

HISTORY_DAYS = 730
# Somebody loaded so many of a hundred accounts from a file one night: they share one stamp.
_LOADED_PERCENT = 20
_SUFFIX = re.compile(r"(,? (Inc\.?|LLC|Corp\.|Corporation|Co\.|Ltd\.?|Limited|GmbH|AG|S\.A\.|SARL|SAS|plc|LLP))$")
_FAXED_PERCENT, _SITED_PERCENT = 30, 60
_PROSPECTS_PER_HUNDRED = 10
_LEAST_PROSPECTS = 4


def seeded_org(ledger: Ledger, *, now: Callable[[], datetime], username: str, accounts: int) -> Org:
    """The same org for equal ledgers. The ids of some accounts are written into the ledger's customers."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return _Seeding(ledger, Org(now), username).org_of(accounts)
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Stamps:
    created: datetime
    changed: datetime

    @property
    def row(self) -> Row:
        return {"CreatedDate": self.created, "LastModifiedDate": self.changed, "SystemModstamp": self.changed}


class _Seeding:
    """One seeding; its chance is its own, so that it changes nothing of what the ledger holds."""

    def __init__(self, ledger: Ledger, org: Org, username: str) -> None:
        self._ledger = ledger
        self._org = org
        self._rng = random.Random(f"salesforce:{len(ledger.customers)}")  # noqa: S311 -- repeatable data
        self._users = add_people(org, username)
        self._owners = [self._users[person.email] for person in OWNERS]
        self._until = org.instant() - timedelta(hours=1)
        self._loaded_at = self._until - timedelta(days=40)

    def org_of(self, accounts: int) -> Org:
        define_erp_field(self._ledger)
        for customer in tuple(self._ledger.customers.values()):
            self._known(customer)
        self._add_prospects(accounts)
        self._add_hazards()
        return self._org

    def _known(self, customer: Customer) -> None:
        """The customer's account, or two of them, with their people."""
        link = link_of(self._rng, customer)
        if link is Link.NO_ACCOUNT:
            return
        names = [_crm_name(self._rng, customer.name)]
        if link is Link.TWICE:
            names.append(f"{names[0]} (old)")
        for name in names:
            account_id = self._account(customer, name, link)
            write_to_erp(self._ledger, customer, link, account_id)
            self._people(customer, account_id)

    def _account(self, customer: Customer, name: str, link: Link) -> str:
        rng, stamps = self._rng, self._stamps()
        domain = customer.url.removeprefix("https://www.")
        address = customer.address
        return self._org.create(
            "Account",
            **stamps.row,
            Name=name,
            Type="Customer - Direct",
            AccountNumber=f"A-{customer.id}",
            Phone=f"(555) 03{rng.randrange(100):02}" if chance(rng, 90) else None,
            Fax=f"(555) 04{rng.randrange(100):02}" if chance(rng, _FAXED_PERCENT) else None,
            Website=f"http://{domain}" if chance(rng, _SITED_PERCENT) else None,
            BillingStreet=f"{address.line}, Suite {rng.randrange(1, 40)}",
            BillingCity=address.city,
            BillingState=address.state or None,
            BillingPostalCode=address.postal_code,
            BillingCountry=address.country,
            Description=rng.choice((None, None, "Wants one invoice a month.\nAsk for <Dana> & the PO.")),
            OwnerId=rng.choices(self._owners, SHARES)[0],
            ERP_Customer_Id__c=key_of(link, customer),
            Customer_Tier__c=rng.choice(TIERS) if chance(rng, 70) else None,
            Region__c=address.country,
            Contract_End__c=(self._until + timedelta(days=rng.randrange(-200, 500))).date(),
            Credit_Insured__c=chance(rng, 25),
            AP_Email__c=f"invoices@{domain}" if chance(rng, 40) else None,
        )

    def _people(self, customer: Customer, account_id: str) -> None:
        """The ERP's contact under another spelling, and sometimes one that only sales knows."""
        known = self._ledger.contacts_of(customer.id)[:1]
        made = [self._contact(account_id, customer, person) for person in known]
        if chance(self._rng, 30) or not made:
            made.append(self._contact(account_id, customer, None))
        if chance(self._rng, 20):
            stamps = {key: self._org.accounts[account_id][key] for key in ("LastModifiedDate", "SystemModstamp")}
            self._org.edit("Account", account_id, Billing_Contact__c=made[-1], **stamps)

    def _contact(self, account_id: str, customer: Customer, person: Contact | None) -> str:
        rng = self._rng
        first = person.first_name if person else rng.choice(FIRST_NAMES)
        last = person.last_name if person else rng.choice(LAST_NAMES)
        number = len(self._org.contacts)
        return self._org.create(
            "Contact",
            **self._stamps().row,
            AccountId=account_id,
            FirstName=first,
            LastName=last,
            Email=(person.email.upper() if chance(rng, 10) else person.email) if person else _mail(number, customer),
            Phone=f"(555) 05{rng.randrange(100):02}",
            Title=rng.choice(TITLES),
            OwnerId=self._org.accounts[account_id]["OwnerId"],
            Is_Billing_Contact__c=chance(rng, 30),
        )

    def _stamps(self) -> _Stamps:
        rng = self._rng
        created = self._until - timedelta(days=rng.randrange(1, 2 * HISTORY_DAYS), seconds=rng.randrange(86_400))
        if chance(rng, _LOADED_PERCENT):
            return _Stamps(min(created, self._loaded_at), self._loaded_at)
        seconds = int((self._until - created).total_seconds())
        return _Stamps(created, self._until - timedelta(seconds=int(seconds * rng.random() ** 2)))

    def _add_prospects(self, accounts: int) -> None:
        held = len(self._org.accounts)
        usual = max(_LEAST_PROSPECTS, held * _PROSPECTS_PER_HUNDRED // 100)
        for name in self._prospect_names(max(usual, accounts - held)):
            self._org.create(
                "Account",
                **self._stamps().row,
                Name=name,
                Type="Prospect",
                OwnerId=self._rng.choices(self._owners, SHARES)[0],
                Region__c="US",
            )

    def _prospect_names(self, count: int) -> Iterator[str]:
        """Names of nobody who is invoiced; the word lists have a few thousand, after which numbers tell them apart."""
        distinct = [person.name for person in identities(self._rng, min(count + 40, 2_000))][40:]
        for number in range(count):
            name = distinct[number % len(distinct)]
            yield f"{name} Prospect" if number < len(distinct) else f"{name} Prospect {number}"

    def _add_hazards(self) -> None:
        """What trips a reader: a loop of parents, an owner who left, contacts without an address or with one twice."""
        org = self._org
        ids = list(org.accounts)
        if len(ids) < _LEAST_PROSPECTS:
            return
        one, other = ids[-1], ids[-2]
        org.change_silently("Account", one, ParentId=other)
        org.change_silently("Account", other, ParentId=one)
        org.change_silently("Account", ids[0], OwnerId=self._users[OWNERS[0].email])
        org.change_silently("Account", ids[1], OwnerId=self._users[DAN.email])
        self._add_twins(ids[0])
        org.create(
            "Note",
            **self._stamps().row,
            ParentId=ids[0],
            Title="Renewal call",
            Body="They want Net 45 & a <single> invoice.",
            OwnerId=self._users[OWNERS[0].email],
        )

    def _add_twins(self, account_id: str) -> None:
        owner = self._org.accounts[account_id]["OwnerId"]
        twin = {"AccountId": account_id, "OwnerId": owner, "Email": "twins@shared.example"}
        self._org.create("Contact", **self._stamps().row, **twin, FirstName="Ida", LastName="Twin", Title="Controller")
        self._org.create("Contact", **self._stamps().row, **twin, FirstName="Ina", LastName="Twin")
        nameless = {"AccountId": account_id, "OwnerId": owner, "LastName": "Silent", "Title": "CFO"}
        self._org.create("Contact", **self._stamps().row, **nameless)
        # A private contact: of no account, and of no debtor.
        self._org.create("Contact", **self._stamps().row, OwnerId=owner, LastName="Private", Email="me@home.example")


def _mail(number: int, customer: Customer) -> str:
    return f"sales.contact{number}@{customer.url.removeprefix('https://www.')}"


def _crm_name(rng: random.Random, name: str) -> str:
    """The name as a sales person typed it."""
    short = _SUFFIX.sub("", name)
    return rng.choice((name, short, short, short.upper(), f"{short} HQ"))
