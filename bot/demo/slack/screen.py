"""What people see: messages and views, as Slack keeps them and as it tells of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.demo.slack.errors import Refused

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]
"""What is filled in: block_id, action_id, and Slack's state of that element."""


Suggested = dict[tuple[str, str], list[Json]]
"""What the app offered last in each menu whose options it looks up, by block_id and action_id."""


class Control(NamedTuple):
    """An element somebody can use, and where it stands: its block and that block's position."""

    block: Json
    element: Json
    place: int

    @property
    def key(self) -> tuple[str, str]:
        """Its block_id and action_id."""
        return self.block["block_id"], self.element["action_id"]


def complete(blocks: list[Json], stamp: str) -> list[Json]:
    """A copy with the block_ids and action_ids that Slack makes up where the app gave none."""
    blocks = copied(blocks)
    for number, (_, block) in enumerate(leaves(blocks)):
        block.setdefault("block_id", f"{stamp}b{number}")
        for nth, element in enumerate(_interactive(block)):
            element.setdefault("action_id", f"{stamp}a{number}-{nth}")
    return blocks


def copied(node: Any) -> Any:
    """A copy of what came as JSON: `copy.deepcopy` looks for far more than there is."""
    if isinstance(node, dict):
        return {key: copied(value) for key, value in node.items()}
    if isinstance(node, list):
        return [copied(each) for each in node]
    return node


def leaves(blocks: list[Json]) -> Iterator[tuple[int, Json]]:
    """Every block with its position, also those inside containers and carousels."""
    for place, block in enumerate(blocks):
        inner = INSIDE.get(block["type"])
        if inner is None:
            yield place, block
        else:
            yield from ((place, child) for _, child in leaves(block[inner]))


def controls(blocks: list[Json]) -> Iterator[Control]:
    """Every element that can be used, in reading order; `blocks` have their ids."""
    for place, block in leaves(blocks):
        for element in _interactive(block):
            yield Control(block, element, place)


INSIDE = {"container": "child_blocks", "carousel": "elements"}
"""Blocks that hold blocks, and where."""

INTERACTIVE = ("button", "overflow", "checkboxes", "radio_buttons", "feedback_buttons")
PICKERS = ("_select", "_input", "picker", "_button")


def _interactive(node: Any) -> Iterator[Json]:
    if isinstance(node, list):
        for each in node:
            yield from _interactive(each)
    elif isinstance(node, dict):
        kind = str(node.get("type", ""))
        if kind in INTERACTIVE or kind.endswith(PICKERS):
            yield node
        else:
            yield from _interactive(list(node.values()))


@dataclass
class Message:
    """A message. `to` is the only person who sees it, None for all; `user` wrote it.

    `filled` is what people have entered into its fields and is kept over an edit for fields with
    the same block_id and action_id.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    to: str | None = None
    deleted: bool = False
    filled: Values = field(default_factory=dict)
    suggested: Suggested = field(default_factory=dict)

    def as_json(self, *, bot_id: str, app_id: str, metadata: bool = False) -> Json:
        """The message object; its metadata only where it was asked for."""
        told: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        told |= {"bot_id": bot_id, "app_id": app_id, "blocks": self.blocks}
        if self.thread_ts is not None:
            told["thread_ts"] = self.thread_ts
        if self.edited is not None:
            told["edited"] = self.edited
        if metadata and self.metadata:
            told["metadata"] = self.metadata
        return told


@dataclass
class View:
    """A modal or a Home tab. `given` is the app's own definition; `hash` changes with each write.

    `errors` (block_id to words) are what the app answered to the last submission.
    """

    id: str
    user: str
    given: Json
    hash: str
    root: str
    previous: str | None = None
    filled: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    suggested: Suggested = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """What it shows."""
        blocks: list[Json] = self.given["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """The app's name for this kind of view."""
        return str(self.given.get("callback_id", ""))

    def as_json(self, *, team: str, bot_id: str, app_id: str) -> Json:
        """The view object (docs.slack.dev, reference/views)."""
        return {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.given,
            "id": self.id,
            "team_id": team,
            "state": {"values": state_of(self)},
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": app_id,
            "bot_id": bot_id,
        }


Shown = Message | View

STATEFUL: dict[str, tuple[str, str, list[Any] | None]] = {
    "plain_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "users_select": ("selected_user", "initial_user", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
}
"""Elements with a state: where the state is told, where it starts, and what it is when empty."""


def state_of(shown: Shown) -> Values:
    """`state.values`: every field that is shown, filled in, at its initial value or empty."""
    values: Values = {}
    for control in controls(shown.blocks):
        kind = control.element["type"]
        if kind in STATEFUL:
            told, initial, empty = STATEFUL[kind]
            block, action = control.key
            start = {"type": kind, told: control.element.get(initial, empty)}
            filled = shown.filled.get(block, {}).get(action)
            same = filled is not None and filled["type"] == kind
            values.setdefault(block, {})[action] = filled if filled and same else start
    return values


def fill(shown: Shown, control: Control, state: Json) -> None:
    """Enter `state` into a field."""
    block, action = control.key
    shown.filled.setdefault(block, {})[action] = {"type": control.element["type"], **state}


@dataclass
class Stack:
    """One person's open modals, the top one last."""

    views: list[View] = field(default_factory=list)

    MOST = 3
    """Slack's limit (docs.slack.dev, surfaces/modals)."""

    def push(self, view: View) -> None:
        """Put a view on top; Refused when three are open."""
        if len(self.views) >= self.MOST:
            raise Refused("push_limit_reached")
        self.views.append(view)

    def remove(self, view: View) -> None:
        """Close a view and those above it."""
        if view in self.views:
            del self.views[self.views.index(view) :]
