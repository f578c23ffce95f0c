"""The form to search the audit log: moderator, person, action, vendor, result, days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError

from bot.calls.audit_filter import MAX_WORDS, AuditQuery
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import VERBS
from bot.digests.wording import zone_name
from bot.usage.days import DAY
from handlers.blocks.action_values import MAX_SHOWN, Value, stale
from handlers.blocks.elements import context, option, plain_text, select
from handlers.blocks.emoji import with_emoji
from handlers.blocks.forms.reason_form import MAX_TITLE
from handlers.blocks.message import Block
from handlers.blocks.text import clean, cut, mrkdwn

SEARCH_FORM = "audit.form"
"""The callback_id of the form."""

PERSON, BY, VERB, VENDOR, STATE, SINCE, UNTIL = (
    f"search.{name}" for name in ("person", "by", "verb", "vendor", "state", "since", "until")
)
"""The block_id and action_id of each field."""


class SearchState(Value):
    """Where the answer goes: Slack gives a form no address of its own.

    `opened` is when Slack gave the address; `in_place` replaces the message that was pressed.
    Days begin by the clocks of `zone`, which is the reader's.
    """

    channel: str | None = None
    reply_url: str | None = Field(None, repr=False)
    in_place: bool = False
    opened: datetime
    zone: str = "UTC"

    @property
    def clock(self) -> ZoneInfo:
        """The time zone itself. Raises ValueError or LookupError where none has that name."""
        return ZoneInfo(self.zone)


def search_form(
    state: SearchState, which: AuditQuery, vendors: Sequence[Vendor], name: str = ""
) -> dict[str, Any]:
    """The form, filled in with `which`; `name` is a moderator who was not named by id."""
    zone = zone_name(state.zone)
    hint = f"“{mrkdwn(name, 60)}” is only a name: choose the moderator from the list."
    return {
        "type": "modal",
        "callback_id": SEARCH_FORM,
        "private_metadata": state.model_dump_json(exclude_none=True),
        "title": plain_text("Search the audit log", MAX_TITLE),
        "submit": plain_text("Search", MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [
            *([context(hint)] if name else []),
            _field(BY, "Moderator", _someone(which)),
            _field(PERSON, "Person", _person(which)),
            _field(VERB, "Action", _verbs(which)),
            _field(VENDOR, "Vendor", _vendors(which, vendors)),
            _field(STATE, "Result", _states(which)),
            _field(SINCE, f"From ({zone})", _day(SINCE, which.since, state.clock, "Any day")),
            _field(UNTIL, f"To ({zone})", _day(UNTIL, _last(which.until), state.clock, "Today")),
        ],
    }


def read_search(view: dict[str, Any]) -> tuple[SearchState, AuditQuery]:
    """Where the answer goes, and the search filled in. Raises BadInput for an old form."""
    try:
        state = SearchState.model_validate_json(view["private_metadata"])
        chosen = {
            name: field
            for block in view["state"]["values"].values()
            for name, field in block.items()
        }
        which = AuditQuery(
            person=clean(with_emoji(chosen[PERSON].get("value") or "")) or None,
            by=chosen[BY].get("selected_user"),
            verbs=tuple(choice["value"] for choice in chosen[VERB].get("selected_options") or ()),
            vendor=_picked(chosen[VENDOR]),
            state=_picked(chosen[STATE]),
            since=_begin(chosen[SINCE], state.clock),
            until=_begin(chosen[UNTIL], state.clock, DAY),
        )
    except (
        ValidationError,
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        OSError,
        OverflowError,
    ) as error:
        raise stale() from error
    return state, which


def _begin(
    field: dict[str, Any], zone: ZoneInfo, later: timedelta = timedelta()
) -> datetime | None:
    """The midnight a chosen day begins with, or so much later; None where none is chosen."""
    chosen = field.get("selected_date")
    if not chosen:
        return None
    return datetime.combine(date.fromisoformat(chosen) + later, time(), zone).astimezone(UTC)


def _last(until: datetime | None) -> datetime | None:
    """The last moment before it, which is on the last day that is meant."""
    return until - timedelta(microseconds=1) if until else None


def _picked(field: dict[str, Any]) -> Any:
    return (field.get("selected_option") or {}).get("value")


def _field(name: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain_text(label, MAX_SHOWN),
        "element": element,
    }


def _someone(which: AuditQuery) -> Block:
    element: Block = {
        "type": "users_select",
        "action_id": BY,
        "placeholder": plain_text("Anybody", MAX_SHOWN),
    }
    return {**element, "initial_user": which.by} if which.by else element


def _person(which: AuditQuery) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": PERSON,
        "max_length": MAX_WORDS,
        "placeholder": plain_text("An id, or a part of the name", MAX_SHOWN),
    }
    return {**element, "initial_value": cut(which.person, MAX_WORDS)} if which.person else element


def _verbs(which: AuditQuery) -> Block:
    offered = [option(verb.label, name) for name, verb in VERBS.items()]
    chosen = [choice for choice in offered if choice["value"] in which.verbs]
    element: Block = {
        "type": "multi_static_select",
        "action_id": VERB,
        "options": offered,
        "placeholder": plain_text("Any action", MAX_SHOWN),
    }
    return {**element, "initial_options": chosen} if chosen else element


def _vendors(which: AuditQuery, vendors: Sequence[Vendor]) -> Block:
    offered = [option(vendor.label, vendor) for vendor in vendors]
    return select(VENDOR, offered, which.vendor, "Any vendor")


def _states(which: AuditQuery) -> Block:
    offered = [option(state.label.capitalize(), state) for state in State]
    return select(STATE, offered, which.state, "Any result")


def _day(name: str, moment: datetime | None, zone: ZoneInfo, empty: str) -> Block:
    element: Block = {
        "type": "datepicker",
        "action_id": name,
        "placeholder": plain_text(empty, MAX_SHOWN),
    }
    if moment is None:
        return element
    return {**element, "initial_date": moment.astimezone(zone).date().isoformat()}
