"""What stands in the way of an order that was understood, besides rules and vendors."""

from bot.errors.base import CallwardenError


class NotLookedUp(CallwardenError):
    """It was not found out in time what an order means."""


class MayBeDone(CallwardenError):
    """Nobody knows any more whether an order was carried out."""

    default_next_step = "Look at the call, and order it again if it is still needed."


class NeedsForm(CallwardenError):
    """What is meant has to be confirmed in a form, which the asker opens by a button."""

    default_next_step = "Nothing was done. Confirm it in its form."


class FormTooLate(CallwardenError):
    """Slack allows 3 seconds between a press and its form."""

    default_next_step = "Nothing was done. Press it or type it again."


class NobodyAsked(CallwardenError):
    """Those who may cannot be asked where that is done."""
