"""What a form of orders is about and what was filled in: written into Slack's view, read back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field, ValidationError

from bot.calls.models import CallRef, Frozen
from bot.calls.verbs import VERBS, Verb
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, FORM_VERB, FORM_WHOM, Value, stale
from handlers.blocks.choices import ChosenOption, call_value
from handlers.blocks.forms.option_fields import OPTION
from handlers.blocks.forms.private_metadata import MAX_METADATA, pack, unpack
from handlers.blocks.forms.protected_field import INCLUDE, included
from handlers.blocks.forms.reason_fields import LISTED, REASON

ORDER_FORM = "act.order"
"""The callback_id of the form."""

ABSENT = "absent"
"""The action_id of the field for people who need not be there."""

ANY, OF_PERSON = "any", "person"
"""Among which verbs a form lets choose: all, or those aimed at people. Else: a first word's."""


class Whom(StrEnum):
    """At whom an act is aimed."""

    NAMED = "named"
    EVERYONE = "everyone"
    EXCEPT = "except"


class TypedWords(Frozen):
    """The people and options that a command named before the form had fields for them."""

    people: tuple[str, ...] = ()
    whom: Whom | None = None
    options: Mapping[str, str] = {}


class OrderState(Value):
    """The state that an order form carries in private_metadata.

    `among` is empty where the verb is settled; see ANY.
    `call` is the call as it was chosen, `over` whether it had ended by then; `person` is somebody
    in it who is meant before a field can say so, `typed` what was typed before one could; `heavy`
    whether it warns of much; `channel`, `reply_url` and `card` are as in `Order`.
    """

    verb: str | None = None
    among: str = ""
    call: CallRef | None = None
    over: bool = False
    person: ChosenOption | None = None
    typed: TypedWords | None = None
    heavy: bool = False
    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    card: bool = False

    @property
    def kind(self) -> type[Verb] | None:
        """The verb that the form is about; None where it is still to be chosen."""
        return None if self.verb is None else VERBS.get(self.verb)


class FilledForm(Frozen):
    """What is filled in, as it stands in the form; `blocks` names the block of each field."""

    state: OrderState
    verb: str | None = None
    call: str | None = None
    whom: Whom | None = None
    people: tuple[ChosenOption, ...] = ()
    absent: str = ""
    options: Mapping[str, str] = {}
    listed: str | None = None
    written: str = ""
    protected_too: bool = False
    blocks: Mapping[str, str] = {}

    @property
    def kind(self) -> type[Verb] | None:
        """The verb that is chosen now."""
        return None if self.verb is None else VERBS.get(self.verb)

    @property
    def wanted(self) -> Whom | None:
        """At whom it is aimed by what was said so far; None where nothing says it."""
        typed = self.state.typed
        named = self.people or (typed.people if typed else ())
        return self.whom or (Whom.NAMED if named else None)

    @property
    def people_fit(self) -> bool:
        """Whether the people were chosen from where they can be chosen now."""
        if FORM_PEOPLE in self.blocks:
            return self.blocks[FORM_PEOPLE] == people_block(self.call or "", self.kind)
        ref = self.state.call
        return ref is not None and self.call == call_value(ref)


def people_block(call: str, verb: type[Verb] | None) -> str:
    """The block for people of a call, or of one of its lists: for another one it begins empty."""
    listed = verb.listed if verb else None
    return f"people.{listed}.{call}" if listed else f"people.{call}"


def dump_state(state: OrderState) -> str:
    """The state as private_metadata; ids too long for that are in the form's fields only."""
    carried = pack(state.model_dump_json(exclude_none=True))
    if len(carried) <= MAX_METADATA:
        return carried
    return state.model_copy(update={"call": None}).model_dump_json(exclude_none=True)


def read_state(view: Mapping[str, Any]) -> OrderState:
    """The state that the form carried. Raises BadInput for an older release's, or an edited one."""
    try:
        return OrderState.model_validate_json(unpack(view["private_metadata"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise stale() from error


def read_filled(view: Mapping[str, Any]) -> FilledForm:
    """What is filled in now. Raises BadInput when it is no form of ours."""
    state = read_state(view)
    typed = state.typed or TypedWords()
    try:
        blocks, fields = _fields(view)
        known = state.person
        return FilledForm(
            state=state,
            verb=_option(fields.get(FORM_VERB)) or state.verb,
            call=_option(fields.get(FORM_CALL)) or _carried(state, fields),
            whom=_whom(fields.get(FORM_WHOM)) or typed.whom,
            people=(
                _people(fields[FORM_PEOPLE])
                if FORM_PEOPLE in fields
                else ((known,) if known else ())
            ),
            absent=_text(fields[ABSENT]) if ABSENT in fields else (known.value if known else ""),
            options={
                **typed.options,
                **{
                    name.removeprefix(OPTION): _option(field) or _text(field)
                    for name, field in fields.items()
                    if name.startswith(OPTION)
                },
            },
            listed=_option(fields.get(LISTED)),
            written=_text(fields.get(REASON)),
            protected_too=bool(included(fields.get(INCLUDE))),
            blocks=blocks,
        )
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise stale() from error


def _fields(view: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """The block of each field, and what Slack says of it, by action_id."""
    blocks: dict[str, str] = {}
    fields: dict[str, dict[str, Any]] = {}
    for block_id, inside in view["state"]["values"].items():
        for action_id, field in inside.items():
            blocks[action_id] = block_id
            fields[action_id] = field
    return blocks, fields


def _carried(state: OrderState, fields: Mapping[str, Any]) -> str | None:
    """The call the form is about, where no field asks for it."""
    if FORM_CALL in fields or state.call is None:
        return None
    return call_value(state.call)


def _option(field: Mapping[str, Any] | None) -> str | None:
    chosen = (field or {}).get("selected_option") or {}
    value = chosen.get("value")
    return None if value is None else str(value)


def _text(field: Mapping[str, Any] | None) -> str:
    return str((field or {}).get("value") or "")


def _people(field: Mapping[str, Any]) -> tuple[ChosenOption, ...]:
    chosen = field.get("selected_options") or ()
    return tuple(
        ChosenOption(value=option["value"], label=option["text"]["text"]) for option in chosen
    )


def _whom(field: Mapping[str, Any] | None) -> Whom | None:
    value = _option(field)
    return None if value is None else Whom(value)
