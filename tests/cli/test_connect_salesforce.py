"""`tesorio connect salesforce`: the wizard's steps on a command line, and its way back."""

import io

import pytest

from tests.cli.console import Console

_CHOSEN = ("--field", "ERP_Customer_Id__c", "--rules", "upflow", "--contacts", "--account-managers", "--yes")


class TestConnectSalesforce:
    def test_leads_from_the_login_to_a_summary_and_back(self, filled: Console) -> None:
        on = filled("connect", "salesforce", *_CHOSEN)
        found = filled("match", "salesforce", "--json").json
        off = filled("connect", "salesforce", "--off")
        again = filled("connect", "salesforce", "--off")

        assert on.code == 0, on.err
        assert "ok  salesforce login: Meridian Supply" in on.out
        assert "Salesforce is switched on: 12 of 20 customers matched" in on.out
        assert "Next reading: " in on.out
        assert (found["rules"]["account_field"], found["rules"]["contacts"]) == ("ERP_Customer_Id__c", "mirrored")
        assert off.out == "Salesforce is switched off: contacts are NetSuite's.\n"
        assert (again.code, "is not switched on" in again.err) == (1, True)

    def test_what_is_not_given_is_asked_for(self, filled: Console, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("y\n99\n1\nupflow\ny\nn\n"))
        ended = filled("connect", "salesforce")

        assert ended.code == 0, ended.err
        assert "Which field holds the common key?" in ended.out
        assert "in place of NetSuite's" in ended.out
        assert "Account managers: not taken from there" in ended.out

    def test_a_no_changes_nothing(self, filled: Console, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

        assert filled("connect", "salesforce").code != 0
        assert "is not switched on" in filled("connect", "salesforce", "--off").err

    def test_says_what_is_wrong(self, filled: Console) -> None:
        refused = filled("connect", "salesforce", *_CHOSEN, SALESFORCE_CLIENT_SECRET="another")
        nowhere = filled("connect", "salesforce", "--field", "Gone__c", "--yes")
        nothing = filled("connect", "salesforce", *_CHOSEN[:4], "--no-contacts", "--no-account-managers", "--yes")

        assert (refused.code, nowhere.code, nothing.code) == (1, 1, 1)
        assert "NOT salesforce login" in refused.out
        assert "did not let us in" in refused.err
        assert "no field «Gone__c» may hold the key" in nowhere.err
        assert "nothing would be taken" in nothing.err

    def test_a_question_that_nobody_answers_names_the_options(
        self, filled: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        unasked = filled("connect", "salesforce")
        half = filled("connect", "salesforce", "--yes", "--field", "ERP_Customer_Id__c", "--rules", "upflow")

        assert (unasked.code, half.code) == (1, 1)
        assert "nobody answered «Allow Tesorio to read organisation" in unasked.err
        assert "nobody answered «Take contacts?»: give the answers as options: --yes, --field" in half.err
        assert "is not switched on" in filled("connect", "salesforce", "--off").err
