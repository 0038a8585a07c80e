"""What is wrong when a mail server cannot be used at all, in plain words. Pure."""

import os
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum

import aiosmtplib

_MAX_REASON = 300


class Cause(StrEnum):
    """What has to be put right."""

    LOGIN = "login"
    CERTIFICATE = "certificate"
    TLS = "tls"
    PLACE = "place"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """`words` go on from «the mail server »."""

    cause: Cause
    words: str


def trouble_of(error: Exception) -> Trouble:
    """Why connecting, with TLS and login where they are wanted, came to nothing. No word of an e-mail has left then."""
    inner = error.__cause__ or error
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Trouble(cause=Cause.LOGIN, words=f"does not take our login: {error.code} {plain(error.message)}")
    if isinstance(inner, ssl.SSLCertVerificationError):
        why = plain(inner.verify_message).rstrip(".")
        return Trouble(cause=Cause.CERTIFICATE, words=f"has a certificate that this machine does not accept: {why}")
    if isinstance(inner, ssl.SSLError):
        return Trouble(cause=Cause.TLS, words=f"does not begin with TLS on this port ({inner.reason or 'TLS failed'})")
    if isinstance(error, aiosmtplib.SMTPException) and "STARTTLS" in error.message:
        return Trouble(cause=Cause.TLS, words="does not offer STARTTLS, without which nothing is sent")
    return Trouble(cause=Cause.PLACE, words=_place_words(error, inner))


def plain(told: object) -> str:
    """What a server said, on one line and not for ever."""
    return " ".join(str(told).split())[:_MAX_REASON]


def _place_words(error: Exception, inner: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"could not be used: {error.code} {plain(error.message)}"
    if isinstance(inner, OSError) and inner.errno and not isinstance(inner, socket.gaierror):
        # Without the numbers and addresses that are put around it on the way.
        return f"could not be reached: {os.strerror(inner.errno)}"
    return f"could not be reached: {plain(getattr(inner, 'strerror', '') or inner)}"
