"""The form behind every act: what it does, with which options, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from bot.calls.acts import Act, ActRef
from bot.calls.capabilities import Capability
from bot.calls.models import Frozen
from bot.calls.names import shown
from bot.calls.verb_json import dump_verb
from bot.calls.verbs import Aim, Verb
from bot.errors import BadInput
from handlers.blocks.action_values import MAX_SHOWN, Value, stale
from handlers.blocks.cases import order_words
from handlers.blocks.choices import MAX_CHOICE
from handlers.blocks.elements import option, paragraph, plain_text, select
from handlers.blocks.forms.option_fields import FieldKind, kind_of, listed_field
from handlers.blocks.forms.private_metadata import MAX_METADATA, pack, unpack
from handlers.blocks.forms.protected_field import INCLUDE, include_field, included
from handlers.blocks.forms.reason_fields import (
    LISTED,
    REASON,
    one_reason,
    reason_fields,
    wrong_reason,
)
from handlers.blocks.forms.warnings import at_once, cautions
from handlers.blocks.message import Block, Message
from handlers.blocks.offers import everyone_label, takes

REASON_FORM = "act.reason"
"""The callback_id of the form."""

MAX_TITLE = 24
"""Slack's limit for a title or submit button."""

_OPTION = "option."


class FormState(Value):
    """What the form is about, carried by it; `card` and the rest as in `Order`."""

    act: ActRef
    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    card: bool = False


class FilledReason(Frozen):
    """A form as submitted: the act with its chosen options, and the reason."""

    state: FormState
    act: ActRef
    reason: str


def reason_form(
    state: FormState,
    act: Act,
    capability: Capability,
    targets: Sequence[str] = (),
    why: str = "",
    reasons: Sequence[str] = (),
    *,
    includable: bool = False,
) -> dict[str, Any]:
    """The form for one act; `why` is the reason so far, `reasons` can be picked.

    `includable` offers that protected people be included. How many are in the call is known as far
    as `act` says so. BadInput when it names too many people.
    """
    verb = act.verb
    present = act.present or 0
    hit = max(present - len(act.spared), 0) if act.everyone else len(act.people)
    warning = at_once(verb, hit, hit if act.people else present, len(act.left_out))
    asked = tuple(person for person in act.spared if not person.protected)
    about = [
        order_words(act.model_copy(update={"spared": asked})),
        *cautions(verb, act.call.vendor, capability, on_all=_on_all(act)),
    ]
    if act.heavy:
        about.append(f"*{warning}*")
    return {
        "type": "modal",
        "callback_id": REASON_FORM,
        "private_metadata": _metadata(state),
        "title": plain_text(_title(act, hit), MAX_TITLE),
        "submit": plain_text(verb.label, MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [
            paragraph(about),
            *_options(verb, capability, targets),
            *([include_field(chosen=act.protected_too)] if includable else []),
            *reason_fields(reasons, None, why, needed=act.heavy),
        ],
    }


def _title(act: Act, hit: int) -> str:
    """`Mute everyone (43)`, without the number where a title has no room for it."""
    if not act.everyone:
        return act.verb.label
    label = everyone_label(act.verb.label, hit)
    return label if len(label) <= MAX_TITLE else everyone_label(act.verb.label, 0)


def _on_all(act: Act) -> bool:
    """Whether it hits the call as a whole: itself, or everyone in it without an exception."""
    return act.verb.aim is Aim.CALL or (act.everyone and not act.spared)


def read_form(view: dict[str, Any]) -> FilledReason:
    """The order as filled in. Raises BadInput for an old form or a missing reason."""
    if errors := form_errors(view):
        raise BadInput(errors[REASON], next_step="Nothing was done. Start again from the card.")
    try:
        state = read_form_state(view)
        verb = type(state.act.verb).model_validate(
            _without_name(state.act.verb) | _chosen(view["state"]["values"])
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise stale() from error
    act = state.act.model_copy(update={"verb": verb, "protected_too": _includes(view, state.act)})
    return FilledReason(state=state, act=act, reason=_written(view))


def read_form_state(view: Mapping[str, Any]) -> FormState:
    """The form's state. Raises ValueError, KeyError, AttributeError for no form of ours."""
    return FormState.model_validate_json(unpack(view["private_metadata"]))


def form_errors(view: dict[str, Any]) -> dict[str, str]:
    """The errors to show beside the form's fields, by block_id; empty when all is well."""
    try:
        state = read_form_state(view)
        reason = _written(view)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise stale() from error
    wrong = wrong_reason(reason, needed=state.act.heavy)
    return {REASON: wrong} if wrong else {}


def _includes(view: Mapping[str, Any], act: ActRef) -> bool:
    """Whether protected people are meant too: as the box says, or as it was said before."""
    box = included(view["state"]["values"].get(INCLUDE, {}).get(INCLUDE))
    return act.protected_too if box is None else box


def trouble_view(message: Message) -> dict[str, Any]:
    """A view in the form's place that says why the order was not taken."""
    return {
        "type": "modal",
        "title": plain_text("Not done", MAX_TITLE),
        "close": plain_text("Close", MAX_TITLE),
        "blocks": message.blocks,
    }


def done_view(message: Message) -> dict[str, Any]:
    """A view in the form's place that says what was written down."""
    return {**trouble_view(message), "title": plain_text("In progress", MAX_TITLE)}


def _metadata(state: FormState) -> str:
    carried = pack(state.model_dump_json(exclude_none=True))
    if len(carried) > MAX_METADATA:
        raise BadInput(
            f"{len(state.act.people) + len(state.act.spared)} people are too many for one form.",
            next_step="Nothing was done. Name fewer people at a time.",
        )
    return carried


def _options(verb: Verb, capability: Capability, targets: Sequence[str]) -> list[Block]:
    """A select for each option that leaves a choice on this vendor."""
    blocks: list[Block] = []
    for name, chosen in verb.model_dump(mode="json").items():
        if kind_of(type(verb), name) is FieldKind.LISTED:
            blocks.append(listed_field(name))
            continue
        values = [
            value
            for value in takes(type(verb), name, capability, targets)
            if len(value) <= MAX_CHOICE
        ]
        if len(values) > 1 and chosen in values:
            offered = [option(shown(value), value) for value in values]
            blocks.append(
                {
                    "type": "input",
                    "block_id": _OPTION + name,
                    "label": plain_text(name.capitalize(), MAX_SHOWN),
                    "element": select(name, offered, chosen, "Choose"),
                }
            )
    return blocks


def _without_name(verb: Verb) -> dict[str, Any]:
    return {name: value for name, value in dump_verb(verb).items() if name != "name"}


def _chosen(state: dict[str, Any]) -> dict[str, str]:
    """The values picked in the form's selects."""
    return {
        block_id.removeprefix(_OPTION): field["selected_option"]["value"]
        for block_id, fields in state.items()
        if block_id.startswith(_OPTION)
        for field in fields.values()
        if field.get("selected_option") or "selected_option" not in field
    }


def _written(view: dict[str, Any]) -> str:
    """The reason picked and the one written, as one."""
    state = view["state"]["values"]
    picked = (state.get(LISTED) or {}).get(LISTED, {}).get("selected_option") or {}
    return one_reason(picked.get("value"), state[REASON][REASON].get("value"))
