"""Errors of orders that are understood and permitted, and not taken."""

from bot.errors.base import CallwardenError


class Impossible(CallwardenError):
    """The vendor offers no such act; the next step is the nearest one that works, if any."""


class NotAccepted(CallwardenError):
    """The order could not be written to the database in time, so nothing was done."""

    default_next_step = "Nothing was done. Try again in a moment."


class KeyReused(CallwardenError):
    """The same idempotency key came with a different order; the second one is refused."""

    default_next_step = "Nothing was done. Start again from a fresh card."


class TooManyRequests(CallwardenError):
    """Somebody asks for more than their budget; the next step says in how many seconds again.

    Nothing was done, no vendor was asked, and nothing is recorded.
    """


class NotLookedUp(CallwardenError):
    """It was not found out in time what an order means."""


class MayBeDone(CallwardenError):
    """Nobody knows any more whether an order was carried out."""

    default_next_step = "Look at the call, and order it again if it is still needed."


class NeedsForm(CallwardenError):
    """What is meant has to be confirmed in a form, which the asker opens by a button."""

    default_next_step = "Nothing was done. Confirm it in its form."
