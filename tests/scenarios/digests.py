"""What docs/slack.md shows of digests: one of a usual day, and how one is set up and refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from bot.calls.actors import Actor
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.demo.moves import Move, Player, Sight, StoryBroken, Type, require_answered
from bot.demo.slack import NotShown, User, View, as_text
from bot.demo.slack.people import Channel
from bot.demo.slack.screen import Message as Shown
from bot.demo.slack.screen import complete
from bot.demo.stage import Show
from bot.demo.story import Step
from bot.digests.digest import Acts, Cost, DayOfVendors, Difference, Gap, Unusual, Waiting
from bot.digests.subscription import Subscription, Wish
from bot.usage.tally import Tally
from handlers.blocks.digests.digest_values import DIGEST_ZONE
from handlers.blocks.digests.forms import AT, CHANNEL
from handlers.blocks.digests.messages import channel_drafts, thread_drafts
from handlers.blocks.digests.subscriptions import owner_message, preview_notes
from handlers.blocks.message import Message
from tests.handlers.digest_examples import (
    COMETCHAT,
    MADE,
    REALTIMEKIT,
    STREAM,
    TUESDAY,
    digest,
    tally,
)

LEO = Actor(user="ULEO", team="T1")
NAMES = {LEO.user: "Leo", "CTEAM": "team-leads"}

FORTNIGHT: Mapping[Vendor, Sequence[int]] = {
    STREAM: (560, 610, 590, 120, 60, 580, 600, 540, 620, 600, 140, 80, 610, 800),
    REALTIMEKIT: (240, 250, 300, 20, 0, 260, 280, 270, 240, 290, 10, 0, 280, 380),
    COMETCHAT: (90, 110, 100, 60, 70, 80, 100, 110, 90, 120, 80, 90, 100, 130),
}
"""Minutes of each of the fourteen days."""

TREND = tuple(
    DayOfVendors(
        day=TUESDAY - timedelta(days=13 - n),
        vendors={one: tally(told[n] // 30, told[n]) for one, told in FORTNIGHT.items()},
    )
    for n in range(14)
)


def stream(calls: int, minutes: int, **more: Any) -> Tally:
    """What Stream Video tells of a day."""
    told = {
        "person_seconds": minutes * 300,
        "people": calls * 5,
        "peak_people": 28,
        "peak_calls": 4,
        "longest": 3_300,
        "recordings": 3,
        "recorded_seconds": 5_000,
        "recordings_failed": 0,
    }
    return tally(calls, minutes, **(told | more))


def comet(calls: int, minutes: int, unanswered: int) -> Tally:
    """What CometChat tells of a day."""
    return tally(
        calls, minutes, peak_calls=2, longest=1_700, unanswered=unanswered, failed=0, recordings=0
    )


def kit(calls: int, minutes: int, failed: int) -> Tally:
    """What RealtimeKit tells of a day."""
    return tally(
        calls,
        minutes,
        people=calls * 6,
        person_seconds=minutes * 320,
        peak_calls=2,
        longest=2_900,
        recordings=5,
        recordings_failed=failed,
    )


BEFORE = {STREAM: stream(20, 600), REALTIMEKIT: kit(8, 280, 0), COMETCHAT: comet(4, 100, 1)}
TOLD = digest(
    vendors={
        STREAM: stream(26, 800, longest=3_660, longest_title="All-hands"),
        REALTIMEKIT: kit(11, 380, 2),
        COMETCHAT: comet(5, 130, 2),
    },
    before=BEFORE,
    usual=BEFORE,
    trend=TREND,
    unusual=(Unusual(vendor=REALTIMEKIT, what="recordings_failed", day=TUESDAY, value=2, usual=0),),
    differences=(
        Difference(vendor=STREAM, what="minutes", day=TUESDAY, counted=800, reported=866),
    ),
    acts=Acts(
        by_verb={
            "kick": {State.CONFIRMED: 3, State.FAILED: 1},
            "mute": {State.CONFIRMED: 9, State.NOT_CONFIRMED: 1},
        },
        refused=2,
        by_moderator={LEO.user: 4},
    ),
    costs=(Cost(vendor=STREAM, minutes=4_000, amount=16.0, currency="EUR"),),
    waiting=(
        Waiting(
            kind="not_confirmed",
            case=128,
            words="Mute Jun Park: Support room",
            since=MADE - timedelta(hours=16),
        ),
    ),
)
"""The Tuesday of the examples."""

WITHOUT = TOLD.model_copy(
    update={
        "vendors": {STREAM: stream(26, 800), REALTIMEKIT: kit(11, 380, 0)},
        "trend": (
            *TREND[:-1],
            DayOfVendors(
                day=TUESDAY, vendors={STREAM: tally(26, 800), REALTIMEKIT: tally(11, 380)}
            ),
        ),
        "unusual": (),
        "waiting": (),
        "gaps": (Gap(vendor=COMETCHAT, why="CometChat did not report all of it in time."),),
        "late_since": MADE - timedelta(hours=1),
        "folded": (TUESDAY,),
    }
)
"""The same, of which a vendor told only a part, and that came late after an outage."""


def pictures() -> dict[str, str]:
    """The parts that are always the same: a digest, its thread, its fallback, what owners read."""
    one = Subscription(
        id=3, wish=Wish(channel="CTEAM", zone="Europe/London"), owner=LEO, made_at=MADE
    )
    gone = one.paused(why="The channel is archived. Unarchive it, or choose another channel.")
    return {
        "digest": _drawn(channel_drafts(TOLD)[0]),
        "digest-thread": _drawn(thread_drafts(TOLD, "/calls")[0]),
        "digest-words": _drawn(channel_drafts(TOLD)[1]),
        "digest-gap": _drawn(channel_drafts(WITHOUT)[0]),
        "digest-preview": _drawn(preview_notes(one, TOLD, LEO.user, MADE)),
        "digest-owner": _drawn(owner_message(gone, "/calls")),
    }


def _drawn(message: Message) -> str:
    shown = Shown("CTEAM", "1.0", "UBOT", message.text, complete(message.blocks, "s"))
    return f"```text\n{as_text(shown, NAMES)}\n```"


class Mistake(NamedTuple):
    """What is wrong with a form, and how that comes about."""

    values: Callable[[Show], Mapping[str, Any]]
    cause: Callable[[Show], None] = lambda _: None


@dataclass(frozen=True)
class SendWrong:
    """The open form, again and again, each time with something else that cannot be."""

    mistakes: Sequence[Mistake]

    def described(self, player: Player) -> str:
        """That it is sent."""
        del player
        return "sends the form with what cannot be, one thing after the other"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """What stands at the fields, each with the field's name."""
        rows: list[str] = []
        for mistake in self.mistakes:
            form = _form(player, user)
            mistake.cause(player.show)
            values = mistake.values(player.show)
            require_answered(await player.show.sender.submit(user, form, values))
            rows += _complaints(as_text(form, player.names | _names(player)))
        text = "\n".join(rows)
        if not all(words in text for words in expected):
            raise StoryBroken(text)
        return Sight(f"{user.name}'s form", text)


@dataclass(frozen=True)
class SendFor:
    """The open form, for the channel of digests."""

    values: Mapping[str, str] = field(default_factory=dict)

    def described(self, player: Player) -> str:
        """Which channel."""
        return f"chooses  #{player.show.stage.cast.digest.name}  and sends the form"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Send it."""
        player.mark(user)
        values = {CHANNEL: player.show.stage.cast.digest.id, DIGEST_ZONE: ZONE, AT: "09:00"}
        require_answered(await player.show.sender.submit(user, _form(player, user), values))
        return await player.seen(user, *expected)


@dataclass(frozen=True)
class ReadDigests:
    """The channel of digests."""

    def described(self, player: Player) -> str:
        """Which channel."""
        return f"reads  #{player.show.stage.cast.digest.name}"

    async def make(self, player: Player, user: User, expected: tuple[str, ...]) -> Sight:
        """Look at it."""
        return await player.read(user, player.show.stage.cast.digest, *expected)


def _form(player: Player, user: User) -> View:
    form = player.show.workspace.modals.top(user.id)
    if form is None:
        raise NotShown(f"{user.name} has no form open")
    return form


def _names(player: Player) -> dict[str, str]:
    """Channels that came later are known too."""
    channels = player.show.workspace.channels.values()
    return {channel.id: channel.name for channel in channels}


def _complaints(text: str) -> list[str]:
    """Each complaint below the name of its field."""
    found, label = [], ""
    for row in text.split("\n"):
        if row.startswith("  ! "):
            found += [f"{label}:", row]
        elif not row.startswith(" "):
            label = row.partition(":")[0].removesuffix(" (optional)")
    return found


def _to(name: str, **how: Any) -> Mistake:
    """The form for a channel that takes nothing."""

    def values(show: Show) -> dict[str, Any]:
        return {CHANNEL: _channel(show, name, **how).id}

    return Mistake(values)


def _channel(show: Show, name: str, *, archived: bool = False, **how: Any) -> Channel:
    channel = show.workspace.add_channel(name, show.stage.cast.lead, **how)
    channel.archived = archived
    return channel


def _zone(name: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": name}, "value": name}


ZONE = _zone("Europe/London")

WRONG = (
    _to("quiet", with_bot=False),
    _to("last-year", archived=True),
    _to("board", private=True, with_bot=False),
    Mistake(lambda show: {CHANNEL: show.workspace.add_channel("council", private=True).id}),
    Mistake(lambda show: {CHANNEL: show.stage.cast.digest.id, AT: "25:00"}),
    Mistake(lambda _: {AT: "09:00", DIGEST_ZONE: _zone("Mars/Olympus")}),
)


def scene(key: str, move: Move, *sees: str, who: str = "lead") -> Step:
    """A step that only the documents show."""
    return Step(key, key, who, move, sees)


SCENES: tuple[Step, ...] = (
    scene("digest-form", Type("digest subscribe"), "Set up a digest", "Time zone"),
    scene("digest-refused", SendWrong(WRONG), "is archived", "25:00", "Mars/Olympus", "/invite"),
    scene("digest-set-up", SendFor(), "is set up"),
    scene("digest-first", ReadDigests(), "Leo set up a digest of the calls here"),
    scene("digest-list", Type("digest list"), "set up by", "Send now"),
    scene("digest-lead", Type("digest stop 1"), "Only leads can", who="moderator"),
)
"""Played in order, after everything else, so that the digest sees nothing of it."""
