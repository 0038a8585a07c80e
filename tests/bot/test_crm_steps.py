"""The wizard's steps alone: what may hold the key and would match, what is ticked, when the CRM is read next."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.crm.keys import KeyChoice, Titles, chosen_key, is_there, key_named, key_offers
from bot.crm.port import AccountField, AccountSample
from bot.crm.steps import NothingChosenError, Wanted, choices_of, next_reading, offered, require_something
from store.crm.ids import crm_id18
from store.crm.rules import CrmChoices, MatchBy
from store.custom_fields import CustomField
from store.records import RecordId
from store.rhythms import SourceRhythm

TITLES = Titles(erp="NetSuite", crm="Salesforce")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIELD = AccountField(name="ERP__c", label="ERP id")
DEFINITION = CustomField(
    id=RecordId("netsuite:custom_field:1"),
    origin="netsuite",
    source_id="1",
    seen_at=NOW,
    kind="customer",
    script_id="custentity_sf",
    field_type="text",
    label="SF",
)
BY_ID = KeyChoice(match_by=MatchBy.CRM_ID, customer_field="custentity_sf")
BY_ERP = KeyChoice(match_by=MatchBy.ERP_ID, account_field="ERP__c")


def sf_id(number: int) -> str:
    found = crm_id18(f"001Hs{number:010}")
    assert found is not None
    return found


def sample(*keys: str, is_whole: bool = True) -> AccountSample:
    accounts = tuple({"id": sf_id(number), "ERP__c": key} for number, key in enumerate(keys))
    return AccountSample(fields=(FIELD,), accounts=accounts, is_whole=is_whole)


class TestKeyOffers:
    def matches(self, customers: list[dict[str, str]], accounts: AccountSample, **settled: Any) -> dict[KeyChoice, int]:
        offers = key_offers([DEFINITION], customers, accounts, CrmChoices(**settled), TITLES)
        return {each.choice: each.matches for each in offers}

    def test_only_one_to_one_is_a_match(self) -> None:
        customers = [{"source_id": "1"}, {"source_id": "2"}, {"source_id": "3"}]
        assert self.matches(customers, sample("1", "2", "2", " 3 ")) == {BY_ERP: 2, BY_ID: 0}

    def test_an_id_counts_in_either_length_and_only_if_there_is_such_an_account(self) -> None:
        customers = [
            {"custentity_sf": sf_id(0)[:15]},
            {"custentity_sf": sf_id(7)},
            {"custentity_sf": "003Hs0000000001"},
        ]
        assert self.matches(customers, sample("9"))[BY_ID] == 1
        assert self.matches(customers, sample("9", is_whole=False))[BY_ID] == 2

    def test_another_identifier_is_offered_where_it_matches_and_after_ids(self) -> None:
        customers = [{"source_id": "1", "number": "A1"}, {"source_id": "2", "number": "A2"}]
        found = list(self.matches(customers, sample("A1", "A2", "1")).items())
        shared = KeyChoice(match_by=MatchBy.SHARED, account_field="ERP__c", customer_field="number")
        assert found == [(BY_ERP, 1), (shared, 2), (BY_ID, 0)]

    def test_what_the_settings_say_is_not_offered_otherwise(self) -> None:
        assert set(self.matches([], sample("1"), match_by=MatchBy.CRM_ID)) == {BY_ID}
        assert set(self.matches([], sample("1"), account_field="Other__c")) == {BY_ID}


class TestKeys:
    @pytest.mark.parametrize("choice", [BY_ID, BY_ERP])
    def test_a_value_comes_back_as_its_choice(self, choice: KeyChoice) -> None:
        kept = choices_of(choice, Wanted(rules="upflow", contacts=True, account_managers=False))
        assert key_named(choice.value) == chosen_key(kept) == choice

    def test_of_others_none_comes(self) -> None:
        assert key_named("everything||") is None
        assert chosen_key(CrmChoices()) is None

    def test_a_field_has_to_be_there_on_its_side(self) -> None:
        assert is_there(BY_ID, [DEFINITION], [])
        assert is_there(BY_ERP, [], [FIELD])
        assert not is_there(BY_ID, [], [FIELD])
        assert not is_there(BY_ERP, [DEFINITION], [])


class TestWanted:
    def test_begins_with_all_of_upflows_and_then_with_what_holds(self) -> None:
        assert offered(CrmChoices(), None) == Wanted(rules="upflow", contacts=True, account_managers=True)
        kept = CrmChoices(rules="tesorio", contacts=False)
        assert offered(CrmChoices(), kept) == Wanted(rules="tesorio", contacts=False, account_managers=False)

    def test_upflows_without_both_take_nothing(self) -> None:
        nothing = choices_of(BY_ID, Wanted(rules="upflow", contacts=False, account_managers=False))
        with pytest.raises(NothingChosenError, match="tick contacts"):
            require_something(CrmChoices(), nothing)
        require_something(CrmChoices(contacts=True), nothing)
        require_something(CrmChoices(rules="tesorio"), nothing)


class TestNextReading:
    def test_counts_from_the_moment_it_was_switched_on(self) -> None:
        rhythm = SourceRhythm(source="salesforce", since=NOW - timedelta(hours=50), every_hours=24)
        assert next_reading(NOW, rhythm, time(2), ZoneInfo("UTC")) == NOW + timedelta(hours=22)

    def test_is_daily_without_a_rhythm(self) -> None:
        zone = ZoneInfo("America/New_York")
        assert next_reading(NOW, None, time(8), zone) == datetime(2026, 11, 22, 13, tzinfo=UTC)
        assert next_reading(NOW, None, time(2), zone) == datetime(2026, 11, 23, 7, tzinfo=UTC)
