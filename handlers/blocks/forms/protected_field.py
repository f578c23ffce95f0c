"""The box that includes protected people in an act on everyone; only admins see it."""

from collections.abc import Mapping
from typing import Any

from handlers.blocks.elements import option, plain_text
from handlers.blocks.message import Block

INCLUDE = "protected"
"""The block_id and action_id of the box."""

MAX_LABEL = 150


def include_field(*, chosen: bool) -> Block:
    """The checkbox that includes protected people, checked where it was `chosen`."""
    box = option("Include protected people", INCLUDE)
    element: Block = {"type": "checkboxes", "action_id": INCLUDE, "options": [box]}
    if chosen:
        element["initial_options"] = [box]
    return {
        "type": "input",
        "block_id": INCLUDE,
        "label": plain_text("Protected people", MAX_LABEL),
        "hint": plain_text("Left out unless you check this.", MAX_LABEL),
        "element": element,
        "optional": True,
    }


def included(field: Mapping[str, Any] | None) -> bool | None:
    """Whether the box is checked; None where the form has none."""
    return None if field is None else bool(field.get("selected_options"))
