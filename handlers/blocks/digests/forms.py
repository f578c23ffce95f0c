"""The forms for digests: what is wanted, where and when; and until when one is paused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.calls.models import Vendor
from bot.digests.subscription import EVERY_DAY, Rhythm, Section, Subscription, Wish, is_zone
from bot.digests.wording import DAYS, SECTION_NAMES, rhythm_words, zone_name
from bot.usage.zones import find_zones
from handlers.blocks.action_values import MAX_SHOWN, stale
from handlers.blocks.digests.digest_values import DIGEST_FORM, DIGEST_ZONE, PAUSE_FORM, DigestState
from handlers.blocks.elements import MAX_OPTIONS, option, plain_text, section
from handlers.blocks.forms.reason_form import MAX_TITLE
from handlers.blocks.message import Block
from handlers.blocks.text import mrkdwn

CHANNEL, AT, RHYTHM, WEEKDAYS, VENDORS, SECTIONS, UNTIL = (
    f"digest.{name}"
    for name in ("channel", "at", "rhythm", "weekdays", "vendors", "sections", "until")
)
"""The block_id and action_id of each field; that of the time zone is DIGEST_ZONE."""

RHYTHM_LABELS: Mapping[Rhythm, str] = {
    Rhythm.DAILY: "Daily, covering the previous day",
    Rhythm.WEEKLY: "Weekly on Mondays, covering the previous week",
}

Wrong = dict[str, str]
"""What is wrong with a form, by the block_id of the field."""


def digest_form(state: DigestState, wish: Wish, vendors: Sequence[Vendor], now: datetime) -> Block:
    """The form, filled in with `wish`; an empty channel in it is none chosen yet."""
    new = state.number is None
    return {
        "type": "modal",
        "callback_id": DIGEST_FORM,
        "private_metadata": state.model_dump_json(exclude_none=True),
        "title": plain_text("Set up a digest" if new else f"Digest {state.number}", MAX_TITLE),
        "submit": plain_text("Set up" if new else "Save", MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [
            _field(CHANNEL, "Channel", _channel(wish), "Callwarden has to be in it."),
            _field(RHYTHM, "How often", _rhythm(wish)),
            _field(WEEKDAYS, "Days", _weekdays(wish), "For a daily digest.", empty=True),
            _field(AT, "Time", _time(wish)),
            _field(DIGEST_ZONE, "Time zone", _zone(wish, now), ZONE_HINT),
            _field(VENDORS, "Vendors", _vendors(wish, vendors), "Empty: all vendors.", empty=True),
            _field(SECTIONS, "Include", _sections(wish)),
        ],
    }


ZONE_HINT = "Type a large city nearby, an abbreviation such as EST, or an offset such as +2."


def pause_form(state: DigestState, subscription: Subscription) -> Block:
    """The form that asks until when a digest is paused."""
    return {
        "type": "modal",
        "callback_id": PAUSE_FORM,
        "private_metadata": state.model_dump_json(exclude_none=True),
        "title": plain_text(f"Pause digest {subscription.id}", MAX_TITLE),
        "submit": plain_text("Pause", MAX_TITLE),
        "close": plain_text("Cancel", MAX_TITLE),
        "blocks": [
            section(f"It comes {mrkdwn(rhythm_words(subscription.wish))}."),
            _field(
                UNTIL,
                "Pause until",
                {"type": "datepicker", "action_id": UNTIL},
                "Empty: until someone resumes it.",
                empty=True,
            ),
        ],
    }


def read_state(view: Mapping[str, Any]) -> DigestState:
    """What the form is about. Raises BadInput when it is of an older release or was edited."""
    try:
        return DigestState.model_validate_json(view["private_metadata"])
    except (ValidationError, KeyError, TypeError) as error:
        raise stale() from error


def read_wish(view: Mapping[str, Any]) -> Wish | Wrong:
    """What was filled in, or what is wrong by field. Raises BadInput for no form of ours."""
    try:
        fields = _said(view)
        rhythm = Rhythm(_picked(fields[RHYTHM]) or "")
        days = frozenset(int(value) for value in _ticked(fields[WEEKDAYS]))
        vendors = frozenset(Vendor(value) for value in _ticked(fields[VENDORS]))
        sections = frozenset(Section(value) for value in _ticked(fields[SECTIONS]))
        channel = str(fields[CHANNEL].get("selected_conversation") or "")
        at, zone = str(fields[AT].get("selected_time") or ""), _picked(fields[DIGEST_ZONE]) or ""
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise stale() from error
    moment = _time_of(at)
    wrong = {
        CHANNEL: "" if channel else "Choose a channel.",
        AT: "" if moment else f"“{at[:20]}” is not a time. Write it like 09:00.",
        DIGEST_ZONE: "" if is_zone(zone) else f"There is no time zone “{zone[:60]}”.",
        SECTIONS: "" if sections else "Choose at least one.",
        WEEKDAYS: "" if days or rhythm is Rhythm.WEEKLY else "Choose at least one day.",
    }
    found = {name: words for name, words in wrong.items() if words}
    if found or moment is None or not days <= EVERY_DAY:
        return found or {WEEKDAYS: "Choose from these days."}
    return Wish(
        channel=channel,
        at=moment,
        zone=zone,
        rhythm=rhythm,
        weekdays=days or EVERY_DAY,
        vendors=vendors,
        sections=sections,
    )


def read_until(view: Mapping[str, Any]) -> date | Wrong | None:
    """The first day after a pause, None for none; or what is wrong with it."""
    try:
        until = _said(view)[UNTIL].get("selected_date")
    except (KeyError, TypeError, AttributeError) as error:
        raise stale() from error
    try:
        return None if until is None else date.fromisoformat(str(until))
    except ValueError:
        return {UNTIL: f"There is no day “{str(until)[:20]}”."}


def _said(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: field for block in view["state"]["values"].values() for name, field in block.items()
    }


def _picked(field: Mapping[str, Any]) -> str | None:
    value = (field.get("selected_option") or {}).get("value")
    return None if value is None else str(value)


def _ticked(field: Mapping[str, Any]) -> list[str]:
    return [str(chosen["value"]) for chosen in field.get("selected_options") or ()]


def _time_of(text: str) -> time | None:
    """Hours and minutes; None when no clock shows it."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()):  # noqa: PLR2004
        return None
    try:
        return time(int(hours), int(minutes))
    except ValueError:
        return None


def _field(name: str, label: str, element: Block, hint: str = "", *, empty: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "optional": empty,
        "label": plain_text(label, MAX_SHOWN),
        "element": element,
    }
    return {**block, "hint": plain_text(hint, MAX_SHOWN)} if hint else block


def _channel(wish: Wish) -> Block:
    """Channels only; the one that is open where the form came from, unless another is known."""
    element: Block = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "placeholder": plain_text("Choose a channel", MAX_SHOWN),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if wish.channel.startswith(("C", "G")):
        return {**element, "initial_conversation": wish.channel}
    return {**element, "default_to_current_conversation": True}


def _rhythm(wish: Wish) -> Block:
    offered = [option(label, rhythm) for rhythm, label in RHYTHM_LABELS.items()]
    chosen = next(choice for choice in offered if choice["value"] == wish.rhythm)
    return {
        "type": "radio_buttons",
        "action_id": RHYTHM,
        "options": offered,
        "initial_option": chosen,
    }


def _weekdays(wish: Wish) -> Block:
    return _boxes(WEEKDAYS, [option(day, str(n)) for n, day in enumerate(DAYS)], wish.weekdays)


def _time(wish: Wish) -> Block:
    return {"type": "timepicker", "action_id": AT, "initial_time": f"{wish.at:%H:%M}"}


def _zone(wish: Wish, now: datetime) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": DIGEST_ZONE,
        "min_query_length": 0,
        "placeholder": plain_text("Choose a time zone", MAX_SHOWN),
    }
    if not is_zone(wish.zone):
        return element
    return {**element, "initial_option": zone_option(wish.zone, now)}


def _vendors(wish: Wish, vendors: Sequence[Vendor]) -> Block:
    return _boxes(VENDORS, [option(vendor.label, vendor) for vendor in vendors], wish.vendors)


def _sections(wish: Wish) -> Block:
    offered = [option(label, section) for section, label in SECTION_NAMES.items()]
    return _boxes(SECTIONS, offered, wish.sections)


def _boxes(name: str, offered: Sequence[Block], ticked: Iterable[object]) -> Block:
    chosen = {str(value) for value in ticked}
    initial = [choice for choice in offered if choice["value"] in chosen]
    element: Block = {"type": "checkboxes", "action_id": name, "options": list(offered)}
    return {**element, "initial_options": initial} if initial else element


def zone_options(typed: str, now: datetime) -> list[Block]:
    """At most 100 time zones that fit what was typed, the likeliest first."""
    return [zone_option(name, now) for name in find_zones(typed, now)[:MAX_OPTIONS]]


def zone_option(name: str, now: datetime) -> Block:
    """The option of a time zone, with how far its clocks are off UTC now."""
    offset = f"{now.astimezone(ZoneInfo(name)):%z}"
    return option(f"{zone_name(name)} (UTC{offset[:3]}:{offset[3:5]})", name)
