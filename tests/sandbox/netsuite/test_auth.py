from datetime import UTC, datetime, timedelta

import pytest

from sandbox.netsuite import Credentials, SoapFaultError, signature
from sandbox.netsuite.auth import Gate, Passport

# The published example of how a request is signed.
PUBLISHED = Credentials(
    account="123456",
    consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    token_id="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)
NONCE, TIMESTAMP = "fjaLirsIcCGVZWzBX0pg", 1508242306
AT = datetime.fromtimestamp(TIMESTAMP, UTC)


def passport(**changes: str) -> Passport:
    said = {
        "account": PUBLISHED.account,
        "consumer_key": PUBLISHED.consumer_key,
        "token": PUBLISHED.token_id,
        "nonce": NONCE,
        "timestamp": str(TIMESTAMP),
        "algorithm": "HMAC-SHA256",
    } | changes
    said.setdefault("signature", signature(PUBLISHED, said["nonce"], said["timestamp"]))
    return Passport(**said)


class TestSignature:
    def test_published_vector(self) -> None:
        assert signature(PUBLISHED, NONCE, str(TIMESTAMP)) == "tIcC5zyKUmycB5Ml/cNxOHDusw03Y5KPQiXVNUHHp4U="


class TestGate:
    def test_good_passport_passes_once(self) -> None:
        gate = Gate(PUBLISHED)
        gate.check(passport(), AT)
        with pytest.raises(SoapFaultError, match="used before"):
            gate.check(passport(), AT)
        gate.check(passport(nonce="anotherNonce"), AT)

    @pytest.mark.parametrize("minutes", [-5, 5])
    def test_five_minutes_either_way_are_tolerated(self, minutes: int) -> None:
        Gate(PUBLISHED).check(passport(), AT + timedelta(minutes=minutes))
        with pytest.raises(SoapFaultError, match="timestamp"):
            Gate(PUBLISHED).check(passport(), AT + timedelta(minutes=minutes, seconds=minutes / 5))

    @pytest.mark.parametrize(
        "changes",
        [
            {"account": "654321"},
            {"consumer_key": "other"},
            {"token": "other"},
            {"signature": "AAAA"},
            {"signature": "é"},
            {"algorithm": "HMAC-SHA1"},
            {"timestamp": "soon"},
            {"timestamp": "9" * 30},
            {"nonce": "short"},
            {"nonce": "has-a-dash"},
            {"nonce": "x" * 65},
        ],
    )
    def test_anything_wrong_is_an_invalid_login(self, changes: dict[str, str]) -> None:
        with pytest.raises(SoapFaultError, match="Invalid login attempt") as refused:
            Gate(PUBLISHED).check(passport(**changes), AT)
        assert (refused.value.name, refused.value.code) == ("InvalidCredentialsFault", "USER_ERROR")

    def test_refused_passport_does_not_use_up_its_nonce(self) -> None:
        gate = Gate(PUBLISHED)
        with pytest.raises(SoapFaultError):
            gate.check(passport(signature="AAAA"), AT)
        gate.check(passport(), AT)
