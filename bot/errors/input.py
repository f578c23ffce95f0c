"""Errors of what somebody typed or chose: it cannot be understood, and nothing was done."""

from collections.abc import Sequence

from bot.errors.base import CallwardenError


class BadInput(CallwardenError):
    """The words cannot be understood. Nothing was done and nothing is recorded."""

    default_next_step = "Type `help` after the command to see the commands."


class UnknownWord(BadInput):
    """A subcommand or option nobody knows; `nearest` are the known words that look like it."""

    def __init__(
        self, message: str, *, nearest: Sequence[str] = (), next_step: str | None = None
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.nearest = tuple(nearest)


class UnknownCall(BadInput):
    """No live call answers to that handle or id."""

    default_next_step = "It may have ended. List the live calls to see what is there."


class AmbiguousCall(BadInput):
    """One handle fits two calls; the longer handles are in the message."""


class UnknownPerson(BadInput):
    """Nobody in the call answers to that name or id."""

    default_next_step = "They may have left. Open the call to see who is there now."


class AmbiguousPerson(BadInput):
    """One name fits two people; their ids are in the message."""

    default_next_step = "Use the id instead of the name."


class WhichRecording(BadInput):
    """Several recordings may be meant, or the one that was named does not run."""


class UnknownCase(BadInput):
    """No case has that number."""

    default_next_step = "Look at the audit log (`audit`) for the latest cases."


class UnknownSubscription(BadInput):
    """No digest subscription has that number."""

    default_next_step = "List the subscriptions (`digest list`) to see what is there."


class UnusableChannel(BadInput):
    """A digest cannot be posted in that channel as it is now."""

    default_next_step = "Choose another channel."
