"""Time zones to choose from: all that are known here, found by any part of their name."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.digests.wording import zone_name
from handlers.blocks.message import Block
from handlers.blocks.parts import MAX_OPTIONS, option


@cache
def zones() -> frozenset[str]:
    """Every time zone that is known here (IANA's database)."""
    return frozenset(available_timezones())


def zone_options(typed: str, now: datetime) -> list[Block]:
    """At most 100 time zones that have every word typed; those that begin with it come first."""
    wanted = typed.casefold().replace("_", " ").split()
    found = [name for name in zones() if all(word in _folded(name) for word in wanted)]
    first = wanted[0] if wanted else ""

    def place(name: str) -> tuple[bool, bool, str]:
        city = _folded(name).rpartition("/")[2]
        return not city.startswith(first), "/" not in name, name

    return [zone_option(name, now) for name in sorted(found, key=place)[:MAX_OPTIONS]]


def zone_option(name: str, now: datetime) -> Block:
    """A time zone with what its clocks show against UTC now."""
    offset = f"{now.astimezone(ZoneInfo(name)):%z}"
    return option(f"{zone_name(name)} (UTC{offset[:3]}:{offset[3:5]})", name)


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ")
