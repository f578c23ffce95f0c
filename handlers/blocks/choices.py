"""What can be chosen in a form, as options: calls, people, verbs; and what an option's value means.

An option's value holds 150 characters (Slack's limit), ids may be longer. A call's value is the
whole of its handle with a digest of its run, a person's is the id or, where that is too long, a
digest of it: both are held against what is live when the form comes back.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from bot.calls.acts import Person
from bot.calls.handles import ALL, LONG, SHORT, handle
from bot.calls.models import Call, CallRef, Frozen, Participant
from bot.calls.recordings import RunningRecording
from handlers.blocks.elements import MAX_LABEL, option, plain_text
from handlers.blocks.text import clean, count, cut, dots

MAX_CHOICE = 150
"""Slack's limit for the value of an option in a select."""

DIGEST = 16
"""Letters of a digest that stands for a run or an id."""

UNTITLED = "Untitled call"


class ChosenOption(Frozen):
    """An option somebody chose: its value, and the words it was shown with."""

    value: str
    label: str

    def option(self) -> dict[str, Any]:
        """The option as Slack takes it, to be drawn as chosen."""
        return option(self.label, self.value)


def call_value(ref: CallRef) -> str:
    """The option value of a call: its whole handle, and its run where that is known."""
    run = f".{_digest(ref.session)}" if ref.session else ""
    return f"{handle(ref, ALL)}{run}"


def same_room(value: str, ref: CallRef) -> bool:
    """Whether the option `value` stands for the room of `ref`, in any of its runs."""
    return value.partition(".")[0] == handle(ref, ALL)


def same_run(value: str, ref: CallRef) -> bool:
    """Whether `value` may stand for that run: where either side names none, it may."""
    run = value.partition(".")[2]
    return not run or not ref.session or run == _digest(ref.session)


def call_option(call: Call, length: int = SHORT) -> dict[str, Any]:
    """The option of a call: its title, and below it what tells it from one of the same title."""
    below = dots(
        (
            call.ref.vendor.label,
            handle(call.ref, length),
            "ended" if call.ended_at else count(call.people, "person", "people"),
        )
    )
    shown = option(cut(clean(call.title), MAX_LABEL) or UNTITLED, call_value(call.ref))
    return {**shown, "description": plain_text(below, MAX_LABEL)}


def lengths(calls: Sequence[Call]) -> list[int]:
    """How long each call's handle has to be for no two of `calls` to read the same."""
    short = [handle(call.ref, SHORT) for call in calls]
    if len(set(short)) == len(short):
        return [SHORT] * len(short)
    return [LONG if short.count(word) > 1 else SHORT for word in short]


def person_value(person_id: str) -> str:
    """The option value of a person: the id, or a digest of one that is too long."""
    return short_value(person_id)


def short_value(text: str) -> str:
    """The option value of any text: itself, or a digest of one that is too long."""
    return text if len(text) <= MAX_CHOICE else f"sha256:{_digest(text)}"


def person_option(person: Participant | Person) -> dict[str, Any]:
    """The option of a person: the name, and below it the id that tells two of one name apart."""
    below = [person.custom_id or person.id]
    if isinstance(person, Participant) and person.role:
        below.append(person.role)
    return {
        **option(person.shown, person_value(person.id)),
        "description": plain_text(dots(below), MAX_LABEL),
    }


def left_option(person: Participant, minutes: int | None) -> dict[str, Any]:
    """The option of somebody who left the call, and how many minutes ago they were last seen."""
    ago = "" if minutes is None else f", last seen {minutes or 'under 1'} min ago"
    below = dots((f"left the call{ago}", person.custom_id or person.id))
    return {**person_option(person), "description": plain_text(below, MAX_LABEL)}


def chosen_option(person: Participant | Person) -> ChosenOption:
    """The chosen option of a person, as if it had been picked from a menu."""
    shown = person_option(person)
    return ChosenOption(value=shown["value"], label=shown["text"]["text"])


def recording_option(recording: RunningRecording) -> dict[str, Any]:
    """The option of a running recording: its short id; below it since when, what, by whom."""
    return {
        **option(recording.short, recording.short),
        "description": plain_text(cut(clean(recording.described), MAX_LABEL), MAX_LABEL),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]
