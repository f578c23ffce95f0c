"""A wish in words, the same in Slack, in the audit log and on the command line."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from bot.digests.subscription import EVERY_DAY, Rhythm, Section, Wish

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Weekdays by number."""

SECTION_NAMES: Mapping[Section, str] = {
    Section.USAGE: "Per-vendor numbers",
    Section.TREND: "Chart of the last 14 days",
    Section.UNUSUAL: "Unusual",
    Section.MODERATION: "Moderation",
    Section.WAITING: "Needs attention",
    Section.RECORD: "Audit checksum",
}
"""What each part is called, in forms and in the digest itself."""

WORKDAYS = frozenset(range(5))


def rhythm_words(wish: Wish) -> str:
    """When a digest is sent, in words: `weekdays at 09:00 UTC, covering the previous day`."""
    at = f"at {wish.at:%H:%M} {zone_name(wish.zone)}"
    if wish.rhythm is Rhythm.WEEKLY:
        return f"Mondays {at}, covering the previous week"
    return f"{days_words(wish.weekdays)} {at}, covering the previous day"


def days_words(days: AbstractSet[int]) -> str:
    """Days of the week in words: `every day`, `weekdays`, `Mondays and Sundays`."""
    if days == EVERY_DAY:
        return "every day"
    if days == WORKDAYS:
        return "weekdays"
    return _and([f"{DAYS[day]}s" for day in sorted(days)])


def zone_name(zone: str) -> str:
    """A time zone as people call it: `UTC` for `Etc/UTC`, others by their own name.

    `UTC+2` for `Etc/GMT-2`: there IANA counts the hours that UTC is ahead of the clocks.
    """
    name = zone.removeprefix("Etc/")
    if zone.startswith(("Etc/GMT+", "Etc/GMT-")) and (hours := -int(name.removeprefix("GMT"))):
        return f"UTC{hours:+d}"
    return name


def wish_words(wish: Wish) -> str:
    """When a digest is sent and, unless that is everything, what is in it."""
    parts = [rhythm_words(wish)]
    if wish.vendors:
        parts.append(f"of {_and([vendor.label for vendor in sorted(wish.vendors)])} only")
    left = [name for section, name in SECTION_NAMES.items() if section not in wish.sections]
    if left:
        parts.append(f"without {_and(left)}")
    return "; ".join(parts)


def for_words(wish: Wish) -> str:
    """A wish and its channel in words, as the audit log has it."""
    return f"for {wish.channel}, {wish_words(wish)}"


def _and(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
