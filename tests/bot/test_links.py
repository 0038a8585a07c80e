"""Which texts are addresses of records, and whose."""

import pytest

from bot.links import addresses, record_link

NETSUITE = "https://1234567-sb1.app.netsuite.com"


class TestAddresses:
    def test_are_the_words_that_begin_like_one(self) -> None:
        text = "see (https://a.example/1?b=2), http://c.example. or ftp://d.example httpx"
        assert addresses(text) == ("https://a.example/1?b=2", "http://c.example")


class TestRecordLink:
    @pytest.mark.parametrize(
        ("address", "wanted"),
        [
            (f"{NETSUITE}/app/accounting/transactions/custinvc.nl?id=12", "netsuite:invoice:12"),
            (f"{NETSUITE}/app/accounting/transactions/custinvc.nl?whence=&id=12&e=T", "netsuite:invoice:12"),
            (f"{NETSUITE}/app/accounting/transactions/custinvc.nl?id=12&amp;whence=", "netsuite:invoice:12"),
            (f"{NETSUITE}/app/accounting/transactions/transaction.nl?id=12#lines", "netsuite:invoice:12"),
            (f"{NETSUITE}/app/common/entity/custjob.nl?id=7", "netsuite:customer:7"),
            (f"{NETSUITE}/app/common/entity/customer.nl?login=T&id=7", "netsuite:customer:7"),
            (f"{NETSUITE.upper()}/app/common/entity/custjob.nl?id=7", "netsuite:customer:7"),
            ("https://app.invoiced.com/invoices/5", "invoiced:invoice:5"),
            ("https://app.sandbox.invoiced.com/customers/5?account=1", "invoiced:customer:5"),
        ],
    )
    def test_is_read_from_the_addresses_of_records(self, address: str, wanted: str) -> None:
        link = record_link(address)
        assert link is not None
        assert link.ref.record_id == wanted

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "INV-12345",
            "https://app.netsuite.com/app/common/entity/custjob.nl?id=7",
            "https://evilapp.netsuite.com/app/common/entity/custjob.nl?id=7",
            "https://1.app.netsuite.com.evil.example/app/common/entity/custjob.nl?id=7",
            "https://evil.example/#.app.netsuite.com/app/common/entity/custjob.nl?id=7",
            "https://user:password@1.app.netsuite.com/app/common/entity/custjob.nl?id=7",
            "https://1.app.netsuite.com:8443/app/common/entity/custjob.nl?id=7",
            "https://1.app.netsuite.com:x/app/common/entity/custjob.nl?id=7",
            "ftp://1.app.netsuite.com/app/common/entity/custjob.nl?id=7",
            f"{NETSUITE}/app/common/entity/custjob.nl",
            f"{NETSUITE}/app/common/entity/custjob.nl?id=7&id=8",
            f"{NETSUITE}/app/common/entity/custjob.nl?id=7%27%20OR%201",
            f"{NETSUITE}/app/common/entity/custjob.nl?id=\u0667",
            f"{NETSUITE}/app/common/entity/custjob.nl?id={'7' * 30}",
            f"{NETSUITE}/app/common/entity/custjob.nl?id=7 and more",
            f"{NETSUITE}/app/common/entity/vendor.nl?id=7",
            f"{NETSUITE}/app/common/entity/custjob.nl?{'x' * 3000}&id=7",
            "https://app.invoiced.com/invoices/new",
            "https://acme.app.invoiced.com/invoices/5",
            "https://[::1/invoices/5",
        ],
    )
    def test_is_none_for_everything_else(self, address: str) -> None:
        assert record_link(address) is None

    def test_leads_into_one_account(self) -> None:
        link = record_link(f"{NETSUITE}/app/common/entity/custjob.nl?id=7")
        assert link is not None
        assert link.is_to(f"{NETSUITE}/app/common/entity/custjob.nl?id=7")
        assert not link.is_to("https://7654321.app.netsuite.com/app/common/entity/custjob.nl?id=7")
        assert not link.is_to(None)

    def test_says_nothing_of_the_account_where_its_system_does_not(self) -> None:
        link = record_link("https://app.invoiced.com/invoices/5")
        assert link is not None
        assert link.is_to(None)
