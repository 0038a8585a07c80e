"""How tests let this process trust the certificate of a mail server, as an administrator would."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.smtp import MailStandIn

Trusted = Callable[[MailStandIn], None]


def trust(mail: MailStandIn, folder: Path, environment: pytest.MonkeyPatch) -> None:
    """Its certificate is accepted, and no other."""
    path = folder / "authority.pem"
    path.write_text(mail.certificate)
    environment.setenv("SSL_CERT_FILE", str(path))


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trusted:
    return lambda mail: trust(mail, tmp_path, monkeypatch)
