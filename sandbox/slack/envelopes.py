"""The frames of Socket Mode. Pure."""

from dataclasses import dataclass

from sandbox.slack.records import Json

CONNECTION_SECONDS = 3600
_HOST = "applink-sandbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ack:
    """An acknowledgement: what came with it, and how long it took since the envelope was sent."""

    payload: Json | None
    seconds: float


@dataclass(kw_only=True, slots=True)
class Delivery:
    """One envelope's journey. `connection` is None when no connection was open; `ack` None when none came in time.

    `http_status` is what the request URL answered, where payloads go to one.
    """

    envelope_id: str
    type: str
    payload: Json
    retry_attempt: int
    connection: int | None = None
    http_status: int | None = None
    ack: Ack | None = None


def envelope(delivery: Delivery, *, accepts_response: bool) -> Json:
    frame: Json = {
        "envelope_id": delivery.envelope_id,
        "type": delivery.type,
        "payload": delivery.payload,
        "accepts_response_payload": accepts_response,
    }
    if delivery.type == "events_api":
        frame["retry_attempt"] = delivery.retry_attempt
        frame["retry_reason"] = "timeout" if delivery.retry_attempt else ""
    return frame


def hello(app_id: str, connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": _HOST, "approximate_connection_time": CONNECTION_SECONDS},
        "connection_info": {"app_id": app_id},
    }


def disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}}
