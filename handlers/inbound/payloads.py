"""Slack's requests as data: the bytes that were signed, read and handed to Bolt as it takes them.

They are read here because Bolt (1.30, slack_bolt/request/internals.py) takes every form in which
the word “payload” stands anywhere for a press, and so loses a command whose text, channel or author
is called so. Which fields each kind of request has: docs.slack.dev, reference/interaction-payloads,
interactivity/implementing-slash-commands and apis/events-api.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, Field, StringConstraints, ValidationError
from slack_bolt.async_app import AsyncBoltRequest

from bot.errors import PayloadUnreadable
from handlers.slack_api.json_object import Json, json_object

JSON = "application/json"

Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
"""Slack's ids are letters and digits; anything in print is let pass, nothing else."""

MaybeId = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,255}$")] | None
"""An id that may be absent, null or empty."""


class Named(BaseModel):
    """A workspace, an organisation, a channel or a person; only its id is read."""

    id: MaybeId = None


class Person(BaseModel):
    """The Slack user who did something; with their workspace, where it is named."""

    id: Id
    team_id: MaybeId = None


class Request(BaseModel):
    """The fields that any request may carry; one that is there has to have this type."""

    type: str | None = None
    callback_id: str | None = None
    action_id: str | None = None
    team_id: MaybeId = None
    enterprise_id: MaybeId = None
    response_url: str | None = None


class Command(Request):
    """A slash command; its optional fields are absent, or text."""

    command: str
    user_id: Id
    text: str = ""
    channel_id: MaybeId = None
    trigger_id: str | None = None


class Interaction(Request):
    """A request from somebody who used what we showed them: a press, form, menu or shortcut."""

    user: Person
    team: Named | None = None
    enterprise: Named | None = None
    channel: Named | None = None
    trigger_id: str | None = None


class Action(BaseModel):
    """The element that was pressed."""

    action_id: str


class View(BaseModel):
    """The form or Home that something was done in."""

    id: str
    type: str
    callback_id: str | None = None


class Press(Interaction):
    """A press of a button, menu or field: `block_actions`."""

    actions: Annotated[list[Action], Field(min_length=1)]
    view: View | None = None
    container: dict[str, Any] | None = None


class Attachment(Request):
    """`interactive_message`, which nothing of ours sends: as Bolt reads it for every listener."""

    actions: Annotated[list[Any], Field(min_length=1)]


class Step(Request):
    """A `workflow_step_edit`, which nothing of ours causes either."""

    workflow_step: dict[str, Any]


class Submission(Interaction):
    """A form that was submitted or closed: `view_submission`, `view_closed`."""

    view: View


class Suggestion(Interaction):
    """Letters typed into a menu: `block_suggestion`."""

    action_id: str


class Shortcut(Interaction):
    """A shortcut: `shortcut`, `message_action`."""

    callback_id: str


class Inner(BaseModel):
    """The event itself, inside its envelope; only its type is read."""

    type: str


class Event(Request):
    """An event that was subscribed to: `event_callback`."""

    event: Inner


KINDS: Mapping[str, type[Request]] = {
    "block_actions": Press,
    "block_suggestion": Suggestion,
    "event_callback": Event,
    "interactive_message": Attachment,
    "message_action": Shortcut,
    "shortcut": Shortcut,
    "view_closed": Submission,
    "view_submission": Submission,
    "workflow_step_edit": Step,
}
"""Slack's payload types, and what each always has."""


def read_payload(body: str, content_type: str = "") -> Json:
    """The JSON object or the form in a verified body. Raises PayloadUnreadable for anything else.

    An interaction is a form whose only field of interest is `payload`, an object. A percent sign
    that begins no escape stands for itself, as in every browser's reading of a form; of a field
    that comes twice the last one counts. Escapes that are no UTF-8 are unreadable: a name that is
    read wrongly may be another one's.
    """
    if body.startswith("{") or content_type == JSON:
        return json_object(body) if body else {}
    try:
        form = dict(parse_qsl(body, keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise PayloadUnreadable("no form") from error
    return json_object(form["payload"]) if "payload" in form and "command" not in form else form


def is_ssl_check(form: Json) -> bool:
    """Whether the form only asks if our certificate is good: `ssl_check=1`, a token at most."""
    return form.get("ssl_check") == "1" and form.keys() <= {"ssl_check", "token"}


def bolt_request(payload: Json, headers: Mapping[str, str]) -> AsyncBoltRequest:
    """The request that Bolt takes for a payload that is read already, as from its socket mode.

    Raises PayloadUnreadable when it lacks what its kind always has, so that no handler has to ask
    for it.
    """
    try:
        for kind in _kinds(payload):
            kind.model_validate(payload)
        return AsyncBoltRequest(mode="socket_mode", body=payload, headers=dict(headers))
    except ValidationError as error:
        # its own words would repeat what somebody wrote
        raise PayloadUnreadable("not what Slack documents") from error
    except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
        raise PayloadUnreadable("not what Bolt can read") from error


def _kinds(payload: Json) -> list[type[Request]]:
    """Every kind that a listener may take this for."""
    named = payload.get("type")
    kind = KINDS.get(named, Request) if isinstance(named, str) else Request
    return [kind, Command] if "command" in payload else [kind]


def request_of(envelope: Json) -> AsyncBoltRequest:
    """The request that Bolt takes for an envelope; a retry is marked in headers as by HTTP.

    Raises PayloadUnreadable where it is no envelope of a request.
    """
    payload = envelope.get("payload")
    if not isinstance(payload, dict):
        raise PayloadUnreadable("no object")
    attempt = envelope.get("retry_attempt")
    return bolt_request(payload, {"x-slack-retry-num": str(attempt)} if attempt else {})


def payload_of(body: str) -> Json | None:
    """A listener's answer as an envelope carries it: an object, with plain text as its `text`."""
    if not body:
        return None
    try:
        answer = json.loads(body)
    except ValueError:
        return {"text": body}
    return answer if isinstance(answer, dict) else {"text": body}
