from sync.connectors.netsuite.passport import Credentials, new_passport, signed_passport

# The example of Oracle's guide to token-based authentication.
CREDENTIALS = Credentials(
    account="123456",
    consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    token_id="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)


class TestSignedPassport:
    def test_gives_the_signature_that_oracle_prints(self) -> None:
        passport = signed_passport(CREDENTIALS, nonce="fjaLirsIcCGVZWzBX0pg", timestamp=1508242306)
        assert passport.signature == "tIcC5zyKUmycB5Ml/cNxOHDusw03Y5KPQiXVNUHHp4U="

    def test_encodes_what_would_change_the_joined_text(self) -> None:
        plain = Credentials(account="1", consumer_key="a&b", consumer_secret="c", token_id="d", token_secret="e")
        moved = Credentials(account="1", consumer_key="a", consumer_secret="c", token_id="b&d", token_secret="e")
        assert (
            signed_passport(plain, nonce="nnnnnn", timestamp=1).signature
            != signed_passport(moved, nonce="nnnnnn", timestamp=1).signature
        )


class TestNewPassport:
    def test_has_a_nonce_of_its_own_each_time(self) -> None:
        nonces = {new_passport(CREDENTIALS, timestamp=1).nonce for _ in range(100)}
        assert len(nonces) == 100
        assert all(nonce.isalnum() and 6 <= len(nonce) <= 64 for nonce in nonces)

    def test_shows_no_secret(self) -> None:
        shown = repr(CREDENTIALS) + repr(new_passport(CREDENTIALS, timestamp=1))
        assert not [secret for secret in ("ef40af", "d26ad3", "2b0ce5", "c29a67") if secret in shown]
