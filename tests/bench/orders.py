"""Orders that are all different, so that each one is a case of its own."""

import itertools
from collections.abc import Iterator

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Track
from tests.live.slash import Slash
from tests.live.wire import Letterbox, Line

PEOPLE = 100
"""People in each call of the crowd."""

_triggers = itertools.count(1)


def crowd_call(number: int) -> str:
    """The handle of a call of Stream's crowd."""
    return handle(CallRef(vendor=Vendor.STREAM, id=f"default:crowd-{number:05}"))


def slash(text: str, response_url: str = "") -> Slash:
    """A command typed now, once."""
    return Slash(text, f"trigger-{next(_triggers)}", response_url)


def mutes(calls: int, response_url: str) -> Iterator[Slash]:
    """Mutes of everybody in the first so many calls, each track apart: 400 a call."""
    for number, place, track in itertools.product(range(calls), range(PEOPLE), Track):
        text = f"mute {crowd_call(number)} p{number:05}-{place:03} --{track} loud for minutes"
        yield slash(text, response_url)


async def look_at(calls: int, port: int, box: Letterbox) -> None:
    """Open each call once, as a moderator does before acting on somebody in it."""
    line = Line(port)
    for number in range(calls):
        await line.ask(slash(f"show {crowd_call(number)}", box.url).request())
        await box.next()
    line.close()
