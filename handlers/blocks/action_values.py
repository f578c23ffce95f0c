"""What buttons, menus and forms carry: action ids, and typed values that come back as they went.

They are ids: names, titles and roles are looked up when they come back. A value with anything else
in it is refused.

A button's value holds everything an act needs (Slack's limit: 2,000 characters). An option of a
menu holds 150, so a menu splits it: the call in the block_id (255), the person in the action_id
(255), verb and options in the option. `menu_ids` says whether that fits; ids of 128 characters do.
"""

import json
from typing import Any, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from bot.calls.acts import ActRef
from bot.calls.audit_filter import AuditQuery
from bot.calls.live import ListView
from bot.calls.models import CallRef, Frozen, Vendor
from bot.calls.verb_json import AnyVerb, dump_verb, load_verb
from bot.errors import BadInput

CARD = 1
"""The version of what cards carry; raised when an older card could be misread."""

MAX_VALUE, MAX_ID = 2000, 255
"""Slack's limits for a button's value, and for a block_id or action_id."""

MAX_SHOWN = 150
"""Characters of a title or name that a form shows."""

ACT = "act"
OPEN = "open"
BACK = "list"
REFRESH_HOME = "home.refresh"
TRY_CHANNELS = "home.channels"
ALL_CALLS = "home.calls"
REFRESH_LIST = "list.refresh"
FILTER_VENDOR = "list.vendor"
FILTER_TEXT = "list.text"
REFRESH_CALL = "call.refresh"
PAGE = "page"
CASE = "case"
CASE_PAGE = "case.page"
CASE_CHECK = "case.check"
CASE_AGAIN = "case.again"
CASE_UNDO = "case.undo"
TYPED = "typed"
ASK = "ask"
ASK_OPEN = "ask.open"
AUDIT = "audit"
AUDIT_SEARCH = "audit.search"
MENU = "menu"
MORE = "more"
FORM_VERB = "form.verb"
FORM_CALL = "form.call"
FORM_WHOM = "form.whom"
FORM_PEOPLE = "form.people"
MODERATE = "moderate_call"
"""Action ids by what they do, and the shortcut's callback id at last.

`route` reads one from what Slack sends: a tail after `|` is ours.
"""

ANY_VENDOR = "any"

_STALE = "This card is from an older release, or was changed on its way."


class Value(Frozen):
    """The value of a button; `v` is the version of the card that it was drawn on."""

    v: int = Field(default=CARD, ge=CARD, le=CARD)


class ActValue(Value):
    """An order that only lacks its reason. `stamp` tells this drawing of the card from the next.

    `card` says whether it stands on a call's card, which the answer then draws anew.
    """

    verb: AnyVerb
    call: CallRef
    person: str | None = None
    everyone: bool = False
    stamp: str = ""
    card: bool = True

    def meant(self) -> ActRef:
        """The act that the button stands for, by ids."""
        people = () if self.person is None else (self.person,)
        return ActRef(verb=self.verb, call=self.call, people=people, everyone=self.everyone)


class MoreValue(Value):
    """A call, and perhaps a person in it, to do something with that is still to be chosen.

    `verb` is what to do, by name, where only the people are left to choose.
    """

    call: CallRef
    person: str | None = None
    verb: str | None = None


class CallValue(Value):
    """A call to open, at a page of its people (from 0)."""

    call: CallRef
    page: int = Field(default=0, ge=0)


class ListValue(Value):
    """The value of a list's buttons: which live calls to list."""

    view: ListView


class CaseValue(Value):
    """A case as it was when drawn: `attempt` makes a second press the same order.

    `page` of its results counts from 0.
    """

    number: int
    attempt: int = 0
    page: int = Field(default=0, ge=0)


class TypedValue(Value):
    """The asker's own words after the command, to be understood anew as if they were typed now."""

    words: str


class AskValue(Value):
    """An order that was refused, by the id under which it is kept."""

    order: str = Field(pattern=r"^[0-9a-f]{32}$")


class AuditValue(Value):
    """The value of the audit log's buttons: which entries to show."""

    which: AuditQuery = AuditQuery()


V = TypeVar("V", bound=Value)


def dump(value: Value) -> str:
    """The value as a button carries it, at most 2,000 characters."""
    return value.model_dump_json(exclude_none=True)


def load(kind: type[V], text: str | None) -> V:
    """The value that a button carried. Raises BadInput for an older release's, or an edited one."""
    try:
        return kind.model_validate_json(text or "")
    except ValidationError as error:
        raise stale() from error


def stale() -> BadInput:
    """The error for a button of an older release, or one that was edited."""
    return BadInput(_STALE, next_step="List the live calls for a fresh one.")


def route(action_id: str) -> str:
    """The action that an action_id names, without the ids that it carries besides."""
    return action_id.partition("|")[0].partition("#")[0]


class MenuIds(NamedTuple):
    """Where a menu keeps its call and its person."""

    block_id: str
    action_id: str


def menu_ids(call: CallRef, *, stamp: str, person: str | None = None) -> MenuIds | None:
    """The ids of a menu of acts; None when they are too long for one."""
    block = f"{stamp}|{_compact([CARD, call.vendor, call.id, call.session])}"
    action = MENU if person is None else f"{MENU}|{_compact(person)}"
    return MenuIds(block, action) if max(len(block), len(action)) <= MAX_ID else None


def menu_value(verb: AnyVerb, *, everyone: bool = False) -> str:
    """One option of a menu: the verb with its options."""
    return _compact([dump_verb(verb), 1] if everyone else [dump_verb(verb)])


def load_menu(block_id: str, action_id: str, option: str) -> ActValue | MoreValue:
    """The order of a menu's option, or “All actions…”. BadInput when it cannot be read."""
    stamp, _, packed_call = block_id.partition("|")
    _, _, packed_person = action_id.partition("|")
    try:
        version, vendor, call_id, session = json.loads(packed_call)
        about = {
            "v": version,
            "call": CallRef(vendor=Vendor(vendor), id=call_id, session=session),
            "person": json.loads(packed_person) if packed_person else None,
        }
        if option == MORE:
            return MoreValue.model_validate(about)
        verb, *everyone = json.loads(option)
        return ActValue.model_validate(
            {**about, "verb": load_verb(verb), "everyone": bool(everyone), "stamp": stamp}
        )
    except (ValueError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise stale() from error


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read_filter(state: dict[str, Any]) -> ListView:
    """The list that the filter row asks for now (Slack's `state.values`), from its first page."""
    chosen = {name: field for block in state.values() for name, field in block.items()}
    try:
        option = (chosen.get(FILTER_VENDOR) or {}).get("selected_option") or {}
        vendor = option.get("value", ANY_VENDOR)
        text = (chosen.get(FILTER_TEXT) or {}).get("value") or ""
        return ListView(vendor=None if vendor == ANY_VENDOR else Vendor(vendor), text=text.strip())
    except (ValueError, AttributeError) as error:
        raise stale() from error
