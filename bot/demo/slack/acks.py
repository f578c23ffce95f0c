"""What Slack does with the answer to a request."""

import json
from typing import Any

from bot.demo.slack.block_rules.blocks import MODAL
from bot.demo.slack.block_rules.check import check_view
from bot.demo.slack.block_rules.elements import SUGGESTION
from bot.demo.slack.chat_methods import body, require_none
from bot.demo.slack.control_finder import options_of
from bot.demo.slack.errors import Refused
from bot.demo.slack.response_urls import EPHEMERAL, show
from bot.demo.slack.screen import Control, Json, Shown, View
from bot.demo.slack.workspace import Workspace


def after_command(world: Workspace, payload: Json, answer: bytes) -> None:
    """A body is a message, for the asker alone unless it says otherwise. Refused when unusable."""
    said = _read(answer)
    if not said:
        return
    text, blocks = body(world, said)
    reply = world.tickets.look(payload["response_url"].rsplit("/", 1)[1])
    show(world, reply, text, blocks or [], str(said.get("response_type", EPHEMERAL)))


def after_submission(world: Workspace, view: View, answer: bytes) -> None:
    """Nothing closes the form; a `response_action` changes it. Refused when unusable."""
    said = _read(answer)
    view.errors = {}
    action = said.get("response_action")
    if action is None:
        world.modals.close(view)
    elif action == "clear":
        world.modals.clear(view.user)
    elif action == "errors":
        world.modals.refuse(view, _errors(view, said.get("errors")))
    elif action == "update":
        world.modals.update(view, _given(world, said))
    elif action == "push":
        world.modals.put(view.user, _given(world, said))
    else:
        raise Refused("invalid_response_action")


def after_suggestion(control: Control, shown: Shown, answer: bytes) -> None:
    """The options are what can be chosen from now on; Refused when they are none Slack shows."""
    said = _read(answer)
    if [*SUGGESTION(said, "")]:
        raise Refused("invalid_options")
    shown.suggested[control.key] = options_of(said)


def _given(world: Workspace, said: Json) -> Json:
    require_none(check_view(said.get("view"), MODAL, charts=world.switches.charts))
    given: Json = said["view"]
    return given


def _errors(view: View, errors: Any) -> dict[str, str]:
    """Words for blocks that are in the form and are fields."""
    fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= fields:
        raise Refused("invalid_errors")
    return {block: str(words) for block, words in errors.items()}


def _read(answer: bytes) -> Json:
    """JSON, or the plain text that a command may be answered with."""
    if not answer.strip():
        return {}
    try:
        said = json.loads(answer)
    except ValueError:
        return {"text": answer.decode(errors="replace")}
    return said if isinstance(said, dict) else {"text": str(said)}
