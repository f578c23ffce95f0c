"""Sixty days behind the make-believe world: the same ones for the same seed and the same today.

Working days are fuller than weekends, the weeks grow, one day is odd, some calls run over midnight,
some are never answered or fail, some recordings fail. The newest call is over before today begins.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.demo.seed import PEOPLE
from bot.demo.vendors.past import Past, PastCall, PastRecording, PastStay, between
from bot.demo.vendors.realtimekit.state import made_id
from bot.usage.days import DAY
from bot.usage.records import Ending

DAYS = 60
UNUSUAL_DAYS_AGO = 9
"""When Stream Video had almost twice as many calls as usual."""

MISREPORTED_DAYS_AGO = 5
"""The day of which RealtimeKit's own report tells a quarter less than its sessions."""

USUAL = {Vendor.STREAM: 34, Vendor.REALTIMEKIT: 22, Vendor.COMETCHAT: 20}
"""Calls on a working day in the middle of the sixty."""

WEEK = (1.0, 1.05, 1.1, 1.05, 0.95, 0.55, 0.5)
"""How full each day is, from Monday."""

KEEP_ALIVE = timedelta(seconds=60)
"""How long RealtimeKit's sessions outlast the last person."""

LATEST = time(20)
"""When the last call of yesterday begins at the latest, so that it is over today."""

LONGEST = 3 * 60 * 60
"""Seconds."""

VIDEO, UNTAKEN, FAILING = 0.7, 0.12, 0.3
"""Shares: calls with video; CometChat's that nobody took; of those, the ones that failed."""

RECORDED, SPOILED, STREAMED = 0.25, 0.125, 0.1
"""Shares: calls recorded; at RealtimeKit, recordings that come to nothing, and livestreams."""


class Place(NamedTuple):
    """Where people met: its id as the vendor's acts take it, and its title."""

    id: str
    title: str


_NAMES = {
    "sales-desk": "Sales desk",
    "design-review": "Design review",
    "evening-talk": "Evening talk",
    "language-club": "Language club 🗣️",
    "onboarding": "Onboarding & questions",
    "night-shift": "Night shift <handover>",
    "book-circle": "Book circle",
    "town-hall": "Town hall",
}


def past_of(vendor: Vendor, clock: Clock, seed: int = 2026, days: int = DAYS) -> Past:
    """What a vendor remembers of the days before the day on which it is first asked."""

    def share(day: date) -> float:
        lied = vendor is Vendor.REALTIMEKIT and _today(clock) - day == MISREPORTED_DAYS_AGO * DAY
        return 0.75 if lied else 1.0

    return Past(lambda: _calls(vendor, _today(clock), seed, days), share)


@lru_cache(maxsize=6)
def _calls(vendor: Vendor, today: date, seed: int, days: int) -> tuple[PastCall, ...]:
    """All of them, kept for the next world of the same day: two for each vendor."""
    return tuple(calls_of(vendor, today, seed, days))


def calls_of(vendor: Vendor, today: date, seed: int, days: int) -> Iterator[PastCall]:
    """The calls, oldest first. A place is never used by two runs at once."""
    free: dict[Place, datetime] = {}
    for back in range(days, 0, -1):
        day = today - back * DAY
        dice = random.Random(f"{seed}/{vendor}/{day}")
        for number, start in enumerate(_starts(vendor, day, back, days, dice)):
            place = _place(vendor, start, free, dice, number)
            call = _call(vendor, place, start, dice)
            free[place] = call.ended_at
            yield call


def _today(clock: Clock) -> date:
    return clock.now().astimezone(UTC).date()


def _starts(vendor: Vendor, day: date, back: int, days: int, dice: random.Random) -> list[datetime]:
    """When calls begin on a day; one in the last half hour unless the day was yesterday."""
    usual = USUAL[vendor] * WEEK[day.weekday()] * (0.75 + 0.5 * (days - back) / days)
    if vendor is Vendor.STREAM and back == UNUSUAL_DAYS_AGO:
        usual *= 1.9
    midnight = datetime.combine(day, time(), UTC)
    last = LATEST.hour * 3600 if back == 1 else 24 * 3600 - 1
    starts = {
        min(max(int(dice.gauss(13 * 3600, 3.6 * 3600)), 0), last - number)
        for number in range(round(usual * dice.uniform(0.92, 1.08)))
    }
    if back > 1:
        starts.add(24 * 3600 - dice.randint(300, 1800))
    return [midnight + timedelta(seconds=start) for start in sorted(starts)]


def _place(
    vendor: Vendor,
    start: datetime,
    free: dict[Place, datetime],
    dice: random.Random,
    number: int,
) -> Place:
    """Somewhere that is free; where nothing is, somewhere new."""
    open_to_all = [place for place in _known(vendor) if free.get(place, start) <= start]
    if open_to_all:
        return dice.choice(open_to_all)
    return _named(vendor, f"extra-{start:%m%d}-{number}", f"Extra {number}")


@cache
def _known(vendor: Vendor) -> tuple[Place, ...]:
    return tuple(_named(vendor, name, title) for name, title in _NAMES.items())


def _named(vendor: Vendor, name: str, title: str) -> Place:
    if vendor is Vendor.STREAM:
        kind = {"evening-talk": "audio_room", "town-hall": "livestream"}.get(name, "default")
        return Place(f"{kind}:{name}", f"{kind}:{name}")
    if vendor is Vendor.REALTIMEKIT:
        return Place(made_id("meeting", name), title)
    return Place(name, name)


def _call(vendor: Vendor, place: Place, start: datetime, dice: random.Random) -> PastCall:
    run = f"{start:%Y%m%d%H%M%S}"
    names = {
        Vendor.STREAM: (place.id, f"{place.id.replace(':', '-')}-{run}"),
        Vendor.REALTIMEKIT: (place.id, made_id(place.id, "session", run)),
        Vendor.COMETCHAT: (f"v1.us.past.{run}.{place.id}",) * 2,
    }
    told, named = names[vendor]
    call = PastCall(vendor, told, named, place.title, start, start, video=dice.random() < VIDEO)
    if vendor is Vendor.COMETCHAT and dice.random() < UNTAKEN:
        failed = dice.random() < FAILING
        return replace(call, ending=Ending.FAILED if failed else Ending.UNANSWERED)
    return _held(call, dice)


def _held(call: PastCall, dice: random.Random) -> PastCall:
    """Some people come and go; the call is over with the last of them."""
    length = min(max(int(dice.lognormvariate(math.log(1500), 0.8)), 45), LONGEST)
    people = dice.sample(PEOPLE, dice.randint(2, 9))
    stays = [PastStay(people[0].id, call.started_at, call.started_at + timedelta(seconds=length))]
    for visitor in people[1:]:
        came = dice.randint(0, length // 2)
        went = dice.randint(came + 1, length)
        joined = call.started_at + timedelta(seconds=came)
        stays.append(PastStay(visitor.id, joined, call.started_at + timedelta(seconds=went)))
    kept = KEEP_ALIVE if call.vendor is Vendor.REALTIMEKIT else timedelta()
    ended = call.started_at + timedelta(seconds=length) + kept
    streamed = call.vendor is Vendor.REALTIMEKIT and dice.random() < STREAMED
    held = replace(call, stays=tuple(stays), ended_at=ended, broadcast=streamed)
    return replace(held, recordings=tuple(_recorded(held, dice)))


def _recorded(call: PastCall, dice: random.Random) -> Iterator[PastRecording]:
    """Some calls are recorded, each once; at RealtimeKit some of that comes to nothing."""
    if dice.random() >= RECORDED:
        return
    started = call.started_at + timedelta(seconds=dice.randint(0, 20))
    seconds = dice.randint(1, between(started, call.ended_at))
    failed = call.vendor is Vendor.REALTIMEKIT and dice.random() < SPOILED
    yield PastRecording(started, 0 if failed else seconds, failed)
