"""`find`: the lookup of Slack for scripts, in the shape that they rely on."""

import json
import re
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.console import BARE, TESORIO, Console

ANSWER_KEYS = {"query", "kind", "answer", "reason", "candidates", "ms"}
INVOICE_KEYS = {
    *("number", "customer", "status", "currency", "total", "open_balance", "due_date", "days_past_due"),
    *("source", "source_id", "as_of"),
}


def cells(line: str) -> list[str]:
    """A table's cells: two spaces or more lie between them."""
    return re.split(r"\s{2,}", line.strip())


class TestFind:
    def test_an_invoice_in_the_contracted_shape(self, filled: Console) -> None:
        [line] = filled("find", "invoice", "INV-12345", "--json").lines
        assert set(line) == ANSWER_KEYS
        answer = line["answer"]
        assert set(answer) == INVOICE_KEYS
        assert (answer["number"], answer["customer"]) == ("INV-12345", "Sun Microsystems, Inc.")
        assert (answer["currency"], answer["total"], answer["open_balance"]) == ("USD", "17250.00", "17250.00")
        assert answer["days_past_due"] in {11, 12, 13}
        assert date.fromisoformat(answer["due_date"]) < date.fromisoformat(answer["as_of"][:10])
        assert datetime.fromisoformat(answer["as_of"]).tzinfo is not None
        assert answer["source"] == "netsuite"
        assert isinstance(line["ms"], float)

    def test_a_customer_in_the_contracted_shape(self, filled: Console) -> None:
        [line] = filled("find", "customer", "sun", "micro", "--json").lines
        assert set(line["answer"]) == {"name", "balances", "source", "source_id", "as_of"}
        [balance] = line["answer"]["balances"]
        assert Decimal(balance["open_balance"]) >= Decimal(balance["past_due_balance"]) > 0
        assert line["query"] == "sun micro"
        assert line["candidates"][0] == "Sun Microsystems, Inc."
        assert 1 < len(line["candidates"]) <= 5

    def test_for_people_it_is_a_table_with_the_reason(self, filled: Console) -> None:
        ended = filled("find", "invoice", "inv12345")
        assert ended.code == 0
        assert "same number, written differently" in ended.out
        rows = dict(cells(line) for line in ended.out.splitlines() if len(cells(line)) == 2)
        assert rows["invoice"] == "INV-12345"
        assert (rows["total"], rows["open balance"]) == ("$17,250.00", "$17,250.00")
        assert "days past due" in rows["due date"]
        assert rows["read"].startswith("as of ")

    def test_a_customer_is_told_in_plain_words_and_the_companys_zone(self, filled: Console) -> None:
        utc, tokyo = (
            filled("find", "customer", "ABC Inc", TESORIO_TIMEZONE=zone).out for zone in ("UTC", "Asia/Tokyo")
        )
        assert re.search(r"open balance +\$[\d,]+\.\d\d, of which \$[\d,]+\.\d\d past due", utc)
        assert "open_balance" not in utc
        assert re.findall(r"as of .*", utc) != re.findall(r"as of .*", tokyo)

    def test_nothing_found_is_a_failure_for_people_and_null_for_scripts(self, filled: Console) -> None:
        ended = filled("find", "customer", "sun", "bakeries")
        assert ended.code == 1
        assert "nothing matches «sun bakeries»; nearest: Sun" in ended.err
        [line] = filled("find", "customer", "sun bakeries", "--json").lines
        assert line["answer"] is None
        assert len(line["candidates"]) <= 5

    def test_before_the_first_sync_nothing_matches(self, bare: Console) -> None:
        assert bare("db", "upgrade").code == 0
        ended = bare("find", "invoice", "INV-12345")
        assert ended.code == 1
        assert "nothing matches «INV-12345»" in ended.err


class TestBatch:
    QUERIES = ("INV-12345", "inv123", "", "'; DROP TABLE invoices; --", "😀", "%", "INV-12345")

    def test_gives_a_line_per_query_in_order(self, filled: Console) -> None:
        file = filled.folder / "queries"
        file.write_text("\n".join(self.QUERIES) + "\n", encoding="utf-8")
        ended = filled("find", "invoice", "--batch", str(file))
        assert ended.code == 0
        assert [line["query"] for line in ended.lines] == list(self.QUERIES)
        assert [bool(line["answer"]) for line in ended.lines] == [True, True, False, False, False, False, True]
        assert all(set(line) == ANSWER_KEYS for line in ended.lines)

    def test_reads_standard_input(self, filled: Console) -> None:
        ended = subprocess.run(  # noqa: S603 - our own program
            [*TESORIO, "find", "customer", "--batch", "-"],
            input="ABC Inc\nsun micro\n",
            capture_output=True,
            text=True,
            check=True,
            cwd=filled.folder,
            env={**BARE, **filled.environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        names = [json.loads(line)["answer"]["name"] for line in ended.stdout.splitlines()]
        assert names == ["ABC Inc", "Sun Microsystems, Inc."]

    @pytest.mark.parametrize("name", ["missing", "."])
    def test_a_file_that_cannot_be_read_is_named(self, filled: Console, name: str) -> None:
        ended = filled("find", "invoice", "--batch", str(filled.folder / name))
        assert ended.code == 1
        assert "cannot be read as text" in ended.err
