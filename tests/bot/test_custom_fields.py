"""Custom fields: shown where the settings list them, as columns and in files, and known to filters."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.notify.draft import TO_ME, Draft
from bot.notify.trying import wanted_by
from bot.reading.custom_fields import unknown_fields
from bot.rules import CustomFieldRules
from sandbox.slack.seed import ANA, TEAM_ID
from store.custom_fields import CustomField
from store.custom_values import CustomMatch
from store.pulled import Record, upsert_records
from store.records import record_id
from store.users import linked_user
from store.work import WorkState
from tests.bot.test_csv import fetched, files_of, finished
from tests.bot.test_tables import table_of
from tests.bot.world import SETTLED, World
from tests.store.make import make_customer, make_invoice
from tests.store.test_custom_values import choice, fields

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = CustomFieldRules(customer={"custentity_collector": "Collector in charge"}, invoice={"custbody_sent_by": ""})
RENEWAL = "custbody_renewal"
DATED = CustomFieldRules(invoice={RENEWAL: "Renewal"})


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def ledger(opened: World) -> AsyncIterator[None]:
    """A customer whose collector is Zoë, with two invoices past due, one of them sent in two ways."""
    customer = record_id("netsuite", "customer", "fielded")
    collector = fields({"type": "Select", "value": choice("Zoë Quist")}, "custentity_collector")
    renewal = CustomField(
        id=record_id("netsuite", "custom_field", "renewal"),
        origin="netsuite",
        source_id="renewal",
        seen_at=opened.clock(),
        kind="invoice",
        script_id=RENEWAL,
        field_type="date",
        label="Renewal",
    )
    several = fields({"type": "MultiSelect", "value": [choice("Pigeon"), choice("Fax")]}, "custbody_sent_by")
    made: list[Record] = [
        make_customer("fielded", name="Quillon Fielded Co", custom_fields_json=collector),
        make_invoice("f1", number="FLD-1", customer_id=customer, custom_fields_json=several),
        make_invoice("f2", number="FLD-2", customer_id=customer, custom_fields_json=_dated("2026-12-01")),
        make_invoice("f3", number="FLD-3", customer_id=customer, custom_fields_json=_dated("2026-12-01", "17:45")),
        renewal,
    ]
    async with opened.store.write() as conn:
        await upsert_records(conn, made, at=opened.clock())
    if opened.assistant.deps.index is not None:
        await opened.assistant.deps.index.refresh(opened.store)
    yield


def _dated(day: str, clock: str = "08:00") -> str:
    return fields({"type": "Date", "value": f"{day}T{clock}:00.000-05:00"}, RENEWAL)


@pytest.fixture
def listed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with two fields in its settings."""
    monkeypatch.setitem(world.assistant.deps.rules.__dict__, "custom_fields", RULES)
    return world


class TestCards:
    async def test_show_the_listed_fields_by_their_labels(self, listed: World) -> None:
        assert "Collector in charge: Zoë Quist" in listed.shown(await listed.card("/tesorio customer quillon"))
        # The label is the source's own.
        assert "Sent by: Pigeon, Fax" in listed.shown(await listed.card("/tesorio invoice FLD-1"))

    async def test_show_none_that_is_not_listed(self, world: World) -> None:
        assert "Pigeon" not in world.shown(await world.card("/tesorio invoice FLD-1"))


class TestTables:
    async def test_have_a_column_for_each(self, listed: World) -> None:
        rows = table_of(await listed.card("/tesorio overdue customer:quillon"))
        assert {(row[0], row[-2], row[-1]) for row in rows} == {
            ("FLD-1", "Pigeon, Fax", "Zoë Quist"),
            ("FLD-2", "-", "Zoë Quist"),
            ("FLD-3", "-", "Zoë Quist"),
        }

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ('field:"Sent by=fax"', ["FLD-1"]),
            ('field:"collector=zoë" customer:quillon', ["FLD-1", "FLD-2", "FLD-3"]),
            ('field:"collector in charge=zoe quist" customer:quillon', ["FLD-1", "FLD-2", "FLD-3"]),
        ],
    )
    async def test_are_narrowed_down_by_a_value(self, listed: World, wanted: str, expected: list[str]) -> None:
        shown = await listed.card(f"/tesorio overdue {wanted}")
        assert sorted(row[0] for row in table_of(shown)) == expected

    @pytest.mark.parametrize("day", ["2026-12-01", "1 Dec 2026"])
    async def test_are_narrowed_down_by_a_day(self, world: World, monkeypatch: pytest.MonkeyPatch, day: str) -> None:
        monkeypatch.setitem(world.assistant.deps.rules.__dict__, "custom_fields", DATED)
        shown = await world.card(f'/tesorio overdue field:"renewal={day}"')
        # Two times of one day are on that day, both.
        assert sorted(row[0] for row in table_of(shown)) == ["FLD-2", "FLD-3"]
        assert "Only Renewal 2026-12-01" in world.shown(shown)

    async def test_say_by_which_field(self, listed: World) -> None:
        shown = listed.shown(await listed.card('/tesorio overdue field:"sent by=pigeon"'))
        assert "Only Sent by Pigeon" in shown

    @pytest.mark.parametrize(
        ("wanted", "said"),
        [
            ('field:"Nothing=x"', "No custom field is called «Nothing». There is"),
            ('field:"sent by=owl"', "No value of Sent by is called «owl». There is"),
            ('field:"sent by"', "needs a field and its value"),
        ],
    )
    async def test_say_what_is_not_understood(self, listed: World, wanted: str, said: str) -> None:
        assert said in listed.shown(await listed.card(f"/tesorio overdue {wanted}"))

    async def test_as_a_file_have_them_too(self, listed: World) -> None:
        table = await listed.card('/tesorio overdue field:"sent by=fax"')
        before = len(files_of(listed))
        await listed.workspace.click(ANA, table, "csv.send", waiting=SETTLED)
        assert await finished(listed) is WorkState.DONE
        [row] = await fetched(files_of(listed)[before])
        assert (row["Sent by"], row["Collector in charge"]) == ("Pigeon, Fax", "Zoë Quist")


class TestUnknownFields:
    async def test_names_what_no_source_defines(self, world: World) -> None:
        rules = CustomFieldRules(customer={"custentity_collector": "", "custentity_oops": "Oops"})
        async with world.store.read() as conn:
            assert await unknown_fields(conn, rules) == ("customer.custentity_oops",)
            assert await unknown_fields(conn, RULES) == ()


class TestSubscriptions:
    async def test_a_filter_by_a_field_means_the_field_and_its_value(self, listed: World) -> None:
        draft = Draft(where=TO_ME, events="past_due", zone="UTC", filter_text='field:"sent by=fax"')
        async with listed.store.read() as conn:
            user = await linked_user(conn, TEAM_ID, ANA)
            assert user is not None
            wanted = await wanted_by(listed.assistant.deps, conn, draft, user)
        assert wanted.custom == CustomMatch(kind="invoice", script_id="custbody_sent_by", value="Fax")
