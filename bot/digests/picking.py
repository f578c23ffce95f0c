"""Choosing the digest that a command on the command line means, and its day."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.calls.actors import Actor
from bot.digests.subscription import Subscription, Wish
from bot.digests.wording import zone_name
from bot.errors import BadInput, UnknownSubscription
from bot.usage.days import today

NOBODY = Actor(user="", team="")


def by_number(known: Sequence[Subscription], number: int) -> Subscription:
    """The subscription with this number. Raises UnknownSubscription when none of `known` has it."""
    found = next((subscription for subscription in known if subscription.id == number), None)
    if found is None:
        raise UnknownSubscription(f"There is no digest {number}.", next_step=_known(known))
    return found


def chosen_subscription(
    known: Sequence[Subscription],
    number: int | None,
    channel: str | None,
    zone: str | None,
    now: datetime,
) -> Subscription:
    """The subscription with `number`, else the first of `channel`, else a daily one of everything.

    It is in `zone` if that is given. Raises UnknownSubscription.
    """
    if number is not None:
        found = by_number(known, number)
    elif channel is not None:
        there = [subscription for subscription in known if subscription.wish.channel == channel]
        if not there:
            raise UnknownSubscription(
                f"No digest goes to the channel {channel}.", next_step=_known(known)
            )
        found = there[0]
    else:
        found = Subscription(id=0, wish=Wish(channel=""), owner=NOBODY, made_at=now)
    if zone is None:
        return found
    return found.model_copy(update={"wish": found.wish.model_copy(update={"zone": zone})})


def sending_day(subscription: Subscription, day: date | None, now: datetime) -> date:
    """`day`, or today in the subscription's zone. Raises BadInput for a day still to come."""
    current = today(now, subscription.wish.clock)
    if day is not None and day > current:
        raise BadInput(
            f"{day} is still to come in {zone_name(subscription.wish.zone)}.",
            next_step=f"Today is {current} there.",
        )
    return day or current


def _known(known: Sequence[Subscription]) -> str:
    if not known:
        return "There are none yet: set one up in Slack, with `digest subscribe` after the command."
    listed = ", ".join(f"{subscription.id} ({subscription.wish.channel})" for subscription in known)
    return f"There are: {listed}."
