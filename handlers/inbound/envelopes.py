"""An envelope of Socket Mode as Bolt takes it, and Bolt's answer as an ack carries it."""

import json

from slack_bolt.async_app import AsyncBoltRequest

from handlers.inbound.payloads import bolt_request
from handlers.slack_api.json_object import Json, Unreadable


def request_of(envelope: Json) -> AsyncBoltRequest:
    """An envelope as Bolt takes it; that it is a retry stands where it does by HTTP.

    Unreadable where it is none.
    """
    payload = envelope.get("payload")
    if not isinstance(payload, dict):
        raise Unreadable("no object")
    attempt = envelope.get("retry_attempt")
    return bolt_request(payload, {"x-slack-retry-num": str(attempt)} if attempt else {})


def payload_of(body: str) -> Json | None:
    """A listener's answer as an envelope carries it: an object, or plain text as one."""
    if not body:
        return None
    try:
        told = json.loads(body)
    except ValueError:
        return {"text": body}
    return told if isinstance(told, dict) else {"text": body}
