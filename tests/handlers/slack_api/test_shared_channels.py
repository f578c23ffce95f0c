"""A channel that another workspace reads takes nothing, unless the file allows it by name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.calls.audit_filter import AuditQuery
from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show, open_show
from bot.digests.announcements import Announcement, AnnouncementKind
from bot.digests.digest import Digest
from bot.digests.subscription import Posting
from bot.errors import DeliveryDeferred, DeliveryImpossible
from bot.ports import Place
from handlers.blocks.digests.forms import CHANNEL
from handlers.slack_api.shared_channels import GuardedDigestPoster, SharedChannelGuard
from tests.fakes.digests import subscription
from tests.fakes.directory import Table
from tests.fakes.lead import Lead
from tests.fakes.moderator import Moderator, line
from tests.handlers.digest_examples import digest

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOM = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))
LOG = "CMODERATIONLOG"


@asynccontextmanager
async def before(folder: Path, url: str, how: str, *, allowed: str = "") -> AsyncIterator[Show]:
    """The bot whose moderation channel is shared, or another workspace is invited to it."""
    rules = f"""\
[people]
moderators = ["UMIRA"]
leads = ["ULEO"]
admins = ["UVIC", "S0ADMINS"]

[slack]
moderation_channel = "{LOG}"
{allowed}
"""
    async with open_show(folder, database_url=url, rules=rules) as show:
        setattr(show.stage.cast.log, how, True)
        yield show


@pytest.mark.parametrize("how", ["shared", "invited"])
async def test_no_line_is_written_where_another_workspace_reads_and_admins_hear_of_it_once(
    tmp_path: Path, show_url: str, how: str
) -> None:
    async with before(tmp_path, show_url, how) as show:
        mira, admin = Moderator(show), show.workspace.direct("UVIC").id
        for person in ("Kofi", "Amina"):
            await mira.types(f"kick {ROOM} @{person} insults")
            await mira.sees("confirmed", person)
        told = await show.workspace.until(lambda: show.workspace.messages.get(admin))
        assert "is shared with another workspace" in as_text(told[0])
        await show.services.tasks.drain(5)
        assert [as_text(message) for message in show.workspace.messages.get(LOG, [])] == []
        assert len(show.workspace.messages[admin]) == 1
        entries = await show.store.audit(AuditQuery(limit=50))
        assert sum("shared with another workspace" in entry.detail for entry in entries) == 1


async def test_a_shared_channel_that_the_file_allows_gets_its_lines(
    tmp_path: Path, show_url: str
) -> None:
    allowed = f'shared_channels = ["{LOG}"]'
    async with before(tmp_path, show_url, "shared", allowed=allowed) as show:
        await Moderator(show).types(f"kick {ROOM} @Kofi insults")
        await line(show, "Kofi")


@pytest.mark.parametrize("how", ["shared", "invited"])
async def test_no_digest_is_set_up_for_a_shared_channel(leo: Lead, how: str) -> None:
    setattr(leo.channel, how, True)
    form = await leo.opens("digest subscribe")
    errors = await leo.sends(form, channel=leo.channel.id)
    assert "is shared with another workspace" in errors[CHANNEL]
    assert leo.channel.id in errors[CHANNEL]
    assert await leo.there() == []


@dataclass
class Poster:
    """A DigestPoster that only notes what it was given."""

    posted: list[str] = field(default_factory=list)

    async def post(self, posting: Posting, digest: Digest) -> str:
        self.posted.append(f"{posting.key} of {digest.day}")
        return "1.0"

    async def announce(self, announcement: Announcement, now: datetime) -> None:  # noqa: ARG002  the port's
        self.posted.append(announcement.about)


NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
ONE = subscription(1, channel="C0TEAM")


@pytest.mark.parametrize(
    ("place", "allowed", "lost"),
    [
        (Place(channel="C0TEAM"), (), False),
        (Place(channel="C0TEAM", shared=True), (), True),
        (Place(channel="C0TEAM", shared=True), ("C0TEAM",), False),
        (Place(channel="C0TEAM", shared=True), ("C0ELSE",), True),
        (None, (), False),
    ],
)
async def test_a_digest_is_posted_only_where_nobody_else_reads(
    place: Place | None, allowed: tuple[str, ...], lost: bool
) -> None:
    """Its owner is told why in private."""
    poster = Poster()
    table = Table(places={"C0TEAM": place})
    digests = GuardedDigestPoster(poster, SharedChannelGuard(table, frozenset(allowed)))
    posting = Posting(key="k", subscription=ONE, day=NOW.date(), due_at=NOW)
    asked = [
        digests.post(posting, digest()),
        digests.announce(announcement(AnnouncementKind.SET_UP), NOW),
    ]
    for item in asked:
        if lost:
            with pytest.raises(DeliveryImpossible, match="shared with another workspace"):
                await item
        else:
            await item
    await digests.announce(announcement(AnnouncementKind.PAUSED), NOW)
    assert poster.posted == ([] if lost else [f"k of {digest().day}", AnnouncementKind.SET_UP]) + [
        AnnouncementKind.PAUSED
    ]


async def test_while_slack_does_not_say_nothing_is_posted_and_nothing_is_lost() -> None:
    poster, table = Poster(), Table(silent={"C0TEAM"})
    digests = GuardedDigestPoster(poster, SharedChannelGuard(table, frozenset()))
    with pytest.raises(DeliveryDeferred):
        await digests.announce(announcement(AnnouncementKind.SET_UP), NOW)
    assert poster.posted == []


def announcement(about: AnnouncementKind) -> Announcement:
    return Announcement(key="t", about=about, subscription=ONE, by="ULEO", since=NOW)
