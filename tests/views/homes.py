"""Homes and forms of connecting, ordinary unless a test says otherwise, and ones whose every text may be an attack."""

from typing import Any

from hypothesis import strategies as st

from bot.crm.keys import Titles
from bot.views.conflict_log import PER_PAGE, ConflictLog, LogRef
from bot.views.conflicts import ConflictsPart
from bot.views.connect import (
    Asked,
    Situation,
    approval_asked,
    approval_decided,
    connect_modal,
    not_approved,
    now_connected,
    outcome_modal,
    request_refused,
)
from bot.views.home import Freshness, Home, RecentCard
from bot.views.home_admin import AdminPart, Finding
from store.crm.conflicts import Conflict
from store.crm.decide import FieldState, Standing
from store.crm.rules import FIELDS
from store.deliveries import Delivery, DeliveryState
from store.own_customers import OwnCustomer
from store.records import RecordId
from store.subscriptions import ChannelSubscription, NewsKind, Rhythm
from store.users import Role, User
from tests.views import hostile
from tests.views.make import PLACE, SEEN, make_customer, usd


def make_user(**values: Any) -> User:
    known: dict[str, Any] = {
        "id": "a1",
        "email": "ana.silva@meridian.example",
        "name": "Ana Silva",
        "role": Role.FINANCE,
        "is_active": True,
        "created_at": SEEN,
    }
    return User(**known | values)


def make_home(**values: Any) -> Home:
    known: dict[str, Any] = {
        "account": make_user(),
        "linked_at": SEEN,
        "place": PLACE,
        "customers": (),
        "customers_past_due": 0,
        "customers_in_all": 0,
        "follows": (),
        "recent": (),
        "sources": (),
    }
    return Home(**known | values)


def make_subscription(**values: Any) -> ChannelSubscription:
    known: dict[str, Any] = {
        "id": "s1",
        "channel_id": "C0ARTEAM01",
        "owner_id": "a1",
        "owner_slack": "U1",
        "events": (NewsKind.PAST_DUE, NewsKind.PAYMENT),
        "time_zone": "Europe/Berlin",
        "created_at": SEEN,
        "counts_from": SEEN,
    }
    return ChannelSubscription(**known | values)


def make_delivery(**values: Any) -> Delivery:
    known: dict[str, Any] = {
        "id": "note-1",
        "kind": "note",
        "target": "netsuite",
        "lane": "netsuite/7",
        "payload": {},
        "created_at": SEEN,
        "state": DeliveryState.REJECTED,
        "reason": "no such customer",
    }
    return Delivery(**known | values)


def make_admin(**values: Any) -> AdminPart:
    known: dict[str, Any] = {
        "asked": (),
        "asked_in_all": 0,
        "troubles": (),
        "troubles_in_all": 0,
        "findings": (),
    }
    return AdminPart(**known | values)


def own(name: str, late: int, whole: int) -> OwnCustomer:
    return OwnCustomer(customer=make_customer(name=name), past_due_balances=(usd(late),), open_balances=(usd(whole),))


users = st.builds(make_user, name=hostile.texts, email=hostile.texts, role=st.sampled_from(Role))
several_monies = st.lists(hostile.monies(), max_size=6).map(tuple)
askeds = st.builds(Asked, id=st.just("r" * 32), name=hostile.texts, account=users)
conflicts = st.builds(
    Conflict,
    customer_id=hostile.texts.map(RecordId),
    customer_name=hostile.texts,
    origin=st.just("netsuite"),
    crm=st.just("salesforce"),
    field=st.sampled_from(("name", "phone", "address", "made_up")),
    standing=st.builds(
        Standing,
        erp_value=hostile.texts,
        crm_value=hostile.texts,
        state=st.sampled_from((FieldState.OPEN, FieldState.KEPT, FieldState.ACCEPTED)),
        since=hostile.instants,
        decided_by=st.none() | st.just("user:1"),
        decided_at=st.none() | hostile.instants,
    ),
)
conflict_logs = st.builds(
    ConflictLog,
    ref=st.builds(
        LogRef,
        is_decided=st.booleans(),
        field=st.sampled_from(("", "name", "phone")),
        offset=st.integers(0, 10**5).map(lambda page: page * PER_PAGE),
    ),
    listed=st.lists(conflicts, max_size=PER_PAGE).map(tuple),
    counts=st.dictionaries(st.sampled_from(FIELDS), st.integers(1, 10**6)),
    others=st.integers(0, 10**6),
    titles=st.builds(Titles, erp=hostile.texts, crm=hostile.texts),
    at=hostile.instants,
    people=st.dictionaries(st.just("user:1"), hostile.texts),
    said=st.sampled_from(("", "3 fields: NetSuite is kept.")),
)
homes = st.builds(
    Home,
    account=users,
    linked_at=hostile.instants,
    place=hostile.places,
    customers=st.lists(
        st.builds(
            OwnCustomer, customer=hostile.customers, open_balances=several_monies, past_due_balances=several_monies
        ),
        max_size=14,
    ).map(tuple),
    customers_past_due=st.integers(0, 10**6),
    customers_in_all=st.integers(0, 10**6),
    follows=st.lists(
        st.builds(
            make_subscription,
            channel_id=st.sampled_from(("C0ARTEAM01", "U1", "<!here>")),
            filter_text=hostile.texts,
            paused_at=st.none() | hostile.instants,
            pause_reason=hostile.texts,
            rhythm=st.sampled_from(Rhythm),
        ),
        max_size=14,
    ).map(tuple),
    recent=st.lists(
        st.builds(RecentCard, ref=hostile.refs, label=hostile.texts, detail=hostile.texts), max_size=14
    ).map(tuple),
    sources=st.lists(
        st.builds(
            Freshness,
            source=hostile.texts,
            as_of=st.none() | hostile.instants,
            is_stale=st.booleans(),
            trouble=hostile.texts,
        ),
        max_size=14,
    ).map(tuple),
    conflicts=st.none()
    | st.builds(
        ConflictsPart,
        listed=st.lists(conflicts, max_size=7).map(tuple),
        undecided=st.integers(0, 10**6),
        decided=st.integers(0, 10**6),
        titles=st.builds(Titles, erp=hostile.texts, crm=hostile.texts),
    ),
    admin=st.none()
    | st.builds(
        AdminPart,
        asked=st.lists(askeds, max_size=8).map(tuple),
        asked_in_all=st.integers(0, 100),
        troubles=st.lists(
            st.builds(
                make_delivery,
                kind=hostile.texts,
                target=hostile.texts,
                reason=hostile.texts,
                state=st.sampled_from(DeliveryState),
                created_at=hostile.instants,
            ),
            max_size=8,
        ).map(tuple),
        troubles_in_all=st.integers(0, 100),
        findings=st.lists(st.builds(Finding, about=hostile.texts, detail=hostile.texts), max_size=8).map(tuple),
    ),
)
modals = st.builds(
    lambda email, account, needed: connect_modal(email, account, "r" * 32, needs_approval=needed),
    hostile.texts,
    users,
    st.booleans(),
) | st.builds(
    lambda situation, account, email, admins: outcome_modal(situation, account=account, email=email, admins=admins),
    st.sampled_from([each for each in Situation if each is not Situation.READY]),
    st.none() | users,
    hostile.texts,
    st.lists(hostile.texts, max_size=6),
)
messages = (
    st.builds(now_connected, users)
    | st.builds(approval_asked, askeds)
    | st.builds(lambda asked, admin: approval_decided(asked, admin, approved=True), askeds, hostile.texts)
    | st.builds(not_approved, askeds, st.sampled_from(Situation))
    | st.builds(request_refused, st.lists(hostile.texts, max_size=6))
)
