"""Subscriptions as people type them."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.draft import TO_ME, Draft, changed, complaints, draft_for_another, draft_of, typed_draft, zones_like
from store.portfolio import InvoiceFilter
from store.subscriptions import NewsKind, Rhythm
from tests.notify.make import CHANNEL, make_subscription

HERE = Draft(where=CHANNEL, events="past_due", zone="UTC")
_WORDS = 'daily weekly in #a here quiet 25:99 - 7 payments x:" >'.split()
_TIMES = st.sampled_from([time(0), time(7, 30), time(23, 30)])
_RHYTHMS = st.tuples(st.just(Rhythm.WEEKLY), st.integers(0, 6)) | st.tuples(
    st.sampled_from([Rhythm.AT_ONCE, Rhythm.DAILY]), st.just(0)
)


class TestTypedDraft:
    @pytest.mark.parametrize(
        ("text", "draft"),
        [
            ("", replace(HERE, events="past_due payment")),
            ("overdue>30d amount>10k owner:me", replace(HERE, filter_text="overdue>30d amount>10k owner:me")),
            ("overdue", HERE),
            ("payments large amount>10k", replace(HERE, events="payment large_invoice", filter_text="amount>10k")),
            (
                "payments amount>10k limit notes trouble",
                replace(HERE, events="payment credit_limit erp_note sync_trouble", filter_text="amount>10k"),
            ),
            ("payments to me", replace(HERE, where=TO_ME, events="payment")),
            ("payments daily", replace(HERE, events="payment", rhythm="daily")),
            ("payments daily at 7:30", replace(HERE, events="payment", rhythm="daily", digest_at="07:30")),
            ("overdue weekly fri 18", replace(HERE, rhythm="weekly.4", digest_at="18:00")),
            ("overdue quiet 22-7", replace(HERE, quiet_from="22:00", quiet_until="07:00")),
            ("overdue quiet 21:45 - 6:10", replace(HERE, quiet_from="21:30", quiet_until="06:00")),
            # In quotation marks a word is a part of a name.
            ('overdue customer:"Daily News in here"', replace(HERE, filter_text='customer:"Daily News in here"')),
        ],
    )
    def test_takes_what_it_knows_and_leaves_the_rest_to_the_filter(self, text: str, draft: Draft) -> None:
        assert typed_draft(text, here=CHANNEL, zone="UTC").draft == draft

    @pytest.mark.parametrize(
        ("text", "name"),
        [("overdue in #sales", "sales"), ("in <#C0SALES001|sales> overdue", "C0SALES001"), ("overdue in here", "")],
    )
    def test_names_a_channel(self, text: str, name: str) -> None:
        typed = typed_draft(text, here=CHANNEL, zone="UTC")
        assert (typed.channel_name, typed.draft) == (name, HERE)

    @pytest.mark.parametrize(
        ("text", "said", "draft"),
        [
            ("overdue quiet 25-99", ("25 is no hour.", "99 is no hour."), HERE),
            ("overdue quiet 22-24", ("24 is no hour.",), HERE),
            ("overdue daily 8:75", ("8:75 is no time of day.",), replace(HERE, rhythm="daily")),
            ("overdue quiet 22-7", (), replace(HERE, quiet_from="22:00", quiet_until="07:00")),
        ],
    )
    def test_a_time_that_there_is_not_is_named_and_left_out(
        self, text: str, said: tuple[str, ...], draft: Draft
    ) -> None:
        typed = typed_draft(text, here=CHANNEL, zone="UTC")
        assert (typed.said, typed.draft) == (said, draft)

    @given(st.text(max_size=80) | st.lists(st.sampled_from(_WORDS)).map(" ".join))
    def test_takes_any_text(self, text: str) -> None:
        draft = typed_draft(text, here=CHANNEL, zone="UTC").draft
        assert changed(make_subscription(), draft).id == make_subscription().id
        assert all(isinstance(words, str) for words in complaints(draft).values())


class TestComplaints:
    @pytest.mark.parametrize(
        ("changes", "member"),
        [
            ({}, None),
            ({"events": ""}, "events"),
            ({"events": "", "rhythm": "daily"}, None),
            ({"quiet_from": "22:00"}, "quiet_until"),
            ({"quiet_until": "22:00"}, "quiet_until"),
            ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
            ({"quiet_from": "22:00", "quiet_until": "07:00"}, None),
            ({"zone": "Mars/Olympus"}, "zone"),
            ({"zone": ""}, "zone"),
            ({"where": ""}, "where"),
            ({"filter_text": "colour:red"}, "filter_text"),
            ({"events": "large_invoice"}, "filter_text"),
            ({"events": "large_invoice", "filter_text": "amount>10k"}, None),
        ],
    )
    def test_names_what_is_wrong(self, changes: dict[str, str], member: str | None) -> None:
        assert set(complaints(replace(HERE, **changes))) == ({member} if member else set())


class TestDraftOf:
    @given(
        events=st.lists(st.sampled_from(NewsKind), unique=True).map(tuple),
        rhythm=_RHYTHMS,
        digest_at=_TIMES,
        quiet=st.none() | st.tuples(_TIMES, _TIMES),
        zone=st.sampled_from(["UTC", "Europe/Paris"]),
    )
    def test_and_back_is_the_same(
        self,
        events: tuple[NewsKind, ...],
        rhythm: tuple[Rhythm, int],
        digest_at: time,
        quiet: tuple[time, time] | None,
        zone: str,
    ) -> None:
        begin, end = quiet or (None, None)
        one = make_subscription(
            events=events,
            rhythm=rhythm[0],
            digest_weekday=rhythm[1],
            digest_at=digest_at,
            quiet_from=begin,
            quiet_until=end,
            time_zone=zone,
            filter_text="amount>10k",
        )
        assert changed(one, draft_of(one)) == one

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("owner:me days>30", 'owner:"Ann Lee" days>30'),
            ("days>30 OWNER:ME", 'owner:"Ann Lee" days>30'),
            ('owner:"Ann Lee"', 'owner:"Ann Lee"'),
            ('customer:"owner:me too"', 'customer:"owner:me too"'),
        ],
    )
    def test_in_somebody_else_s_form_me_is_still_who_was_meant(self, text: str, shown: str) -> None:
        one = make_subscription(filter_text=text, wanted=InvoiceFilter(owner="Ann Lee"))
        assert draft_for_another(one).filter_text == shown
        assert draft_of(one).filter_text == text


class TestZonesLike:
    def test_finds_a_city_by_its_first_letters(self) -> None:
        assert zones_like("new y")[0] == "America/New_York"
        assert "Europe/Paris" in zones_like("par")
        assert zones_like("atlantis") == ()
        assert len(zones_like("a")) == 100
