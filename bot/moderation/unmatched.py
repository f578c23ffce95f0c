"""Errors for words that match no live call or nobody in one: what is near, and what to press."""

import difflib
from collections.abc import Sequence

from bot.calls.handles import handle
from bot.calls.live import CallListing
from bot.calls.models import Call
from bot.calls.names import fold
from bot.calls.suggestions import ErrorSuggestion, WithSuggestions
from bot.calls.verbs import Verb
from bot.errors import UnknownCall, UnknownPerson
from bot.moderation.live_calls import longer_handles
from bot.moderation.people_index import PeopleIndex

SHOWN_NAMES = 8
"""Names listed in a question back."""

MOST_NEAR = 3
"""Calls named in a question back."""


class NoSuchPerson(UnknownPerson, WithSuggestions):
    """The error for a name that nobody in the call has; it offers those who are there."""


class NoSuchCall(UnknownCall, WithSuggestions):
    """The error for a word that fits no live call; it offers the nearest ones to open."""


def nobody_matches(
    word: str, there: PeopleIndex, call: Call, verb: type[Verb] | Verb | None = None
) -> NoSuchPerson:
    """The error for a `word` that names nobody `there`, with the nearest names.

    With a `verb` it offers that verb's form, in which those who are there can be chosen.
    """
    names = ", ".join(f"{p.shown} ({p.custom_id or p.id})" for p in there.people[:SHOWN_NAMES])
    number = len(there.people)
    more = f" and {number - SHOWN_NAMES:,} more" if number > SHOWN_NAMES else ""
    error = NoSuchPerson(
        f"No one in “{call.title}” matches “{word}”.",
        next_step=f"In the call: {names}{more}." if names else "The call is empty.",
    )
    if verb is not None and number:
        people = "1 person" if number == 1 else f"{number:,} people"
        first, *second = verb.words
        words = " ".join([first, call_word(call), *second])
        error.suggestions = (ErrorSuggestion(label=f"Choose from the {people} here", words=words),)
    return error


def call_word(call: Call) -> str:
    """What is typed for a call, whatever its handle may be shared with: `vendor:id`."""
    return f"{call.ref.vendor}:{call.ref.id}"


def no_such_call(word: str, listing: CallListing) -> NoSuchCall:
    """The error for a `word` that fits no call of `listing`, with calls whose name is near."""
    silent = dict.fromkeys(trouble.vendor.label for trouble in listing.troubles)
    message = f"No live call matches “{word}”."
    if silent:
        message += f" {' and '.join(silent)} did not answer, so it may be there."
    near = _near(word, listing.calls)
    longer = longer_handles(listing.calls)
    meant = " or ".join(f"“{call.title}” ({longer[call.ref]})" for call in near)
    error = NoSuchCall(
        message, next_step=f"Did you mean {meant}?" if near else "It may have ended."
    )
    opens = [
        ErrorSuggestion(
            label="Open" if len(near) == 1 else f"Open {longer[call.ref]}", call=call.ref
        )
        for call in near
    ]
    error.suggestions = (*opens, ErrorSuggestion(label="List calls"))
    return error


def _near(word: str, calls: Sequence[Call]) -> list[Call]:
    """The calls whose title has the word, else those whose handle differs by a letter."""
    wanted = fold(word)
    found = [call for call in calls if wanted and wanted in fold(call.title)]
    if not found:
        short = {handle(call.ref): call for call in calls}
        close = difflib.get_close_matches(word.upper(), short, n=MOST_NEAR, cutoff=0.75)
        found = [short[name] for name in close]
    return found[:MOST_NEAR]
