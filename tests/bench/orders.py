"""Orders that are all different, so that each one is a case of its own."""

import itertools
from collections.abc import Iterator, Sequence

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Track
from tests.live.http_client import Letterbox, Line
from tests.live.slash import Slash

PEOPLE = 100
"""People in each call of the crowd."""

_triggers = itertools.count(1)


def short(call: str) -> str:
    """The handle of a call of Stream."""
    return handle(CallRef(vendor=Vendor.STREAM, id=call))


def slash(text: str, response_url: str = "") -> Slash:
    """A slash command as if typed now, delivered once."""
    return Slash(text, f"trigger-{next(_triggers)}", response_url)


def mutes(calls: Sequence[str], response_url: str) -> Iterator[Slash]:
    """Mutes of everybody in these calls of the crowd, each track apart: 400 a call."""
    for call, place, track in itertools.product(calls, range(PEOPLE), Track):
        person = f"p{call[-5:]}-{place:03}"
        yield slash(f"mute {short(call)} {person} --{track} loud for minutes", response_url)


async def look_at(calls: Sequence[str], port: int, box: Letterbox) -> None:
    """Open each call once, as a moderator does before acting on somebody in it."""
    line = Line(port)
    for call in calls:
        await line.ask(slash(f"show {short(call)}", box.url).request())
        await box.next()
    line.close()
