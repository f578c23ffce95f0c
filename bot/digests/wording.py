"""A wish in words: the same in Slack, in the record and on the command line."""

from collections.abc import Set as AbstractSet

from bot.digests.subscription import EVERY_DAY, Rhythm, Section, Wish

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Weekdays by number."""

WORKDAYS = frozenset(range(5))


def rhythm_words(wish: Wish) -> str:
    """When it comes: `every day at 09:00 (Europe/London)`."""
    at = f"at {wish.at:%H:%M} ({wish.zone})"
    if wish.rhythm is Rhythm.WEEKLY:
        return f"every Monday {at}, about the week before"
    return f"{days_words(wish.weekdays)} {at}, about the day before"


def days_words(days: AbstractSet[int]) -> str:
    """`every day`, `from Monday to Friday`, `on Monday and Sunday`."""
    if days == EVERY_DAY:
        return "every day"
    if days == WORKDAYS:
        return "from Monday to Friday"
    return f"on {_and([DAYS[one] for one in sorted(days)])}"


def wish_words(wish: Wish) -> str:
    """When it comes and, where that is not everything, of what."""
    parts = [rhythm_words(wish)]
    if wish.vendors:
        parts.append(f"of {_and([one.label for one in sorted(wish.vendors)])} only")
    if left := [one.value for one in Section if one not in wish.sections]:
        parts.append(f"without {_and(left)}")
    return "; ".join(parts)


def for_words(wish: Wish) -> str:
    """A wish with where it goes, as the record says it."""
    return f"for {wish.channel}, {wish_words(wish)}"


def _and(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
