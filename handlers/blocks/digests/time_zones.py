"""Time zones to choose from, as whoever types means them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.digests.wording import zone_name
from bot.usage.zones import find_zones
from handlers.blocks.elements import MAX_OPTIONS, option
from handlers.blocks.message import Block


def zone_options(typed: str, now: datetime) -> list[Block]:
    """At most 100 time zones that fit what was typed, the likeliest first."""
    return [zone_option(name, now) for name in find_zones(typed, now)[:MAX_OPTIONS]]


def zone_option(name: str, now: datetime) -> Block:
    """A time zone with what its clocks show against UTC now."""
    offset = f"{now.astimezone(ZoneInfo(name)):%z}"
    return option(f"{zone_name(name)} (UTC{offset[:3]}:{offset[3:5]})", name)
