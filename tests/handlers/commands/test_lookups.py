"""Orders of which it is not known at once who is meant: kept, carried on with, or told why not."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.calls.actors import Actor
from bot.calls.lookups import Lookup
from bot.calls.models import Vendor
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.moderation.executor import MOST_ATTEMPTS, STALE
from bot.ports import AuditQuery
from bot.store.database import Database
from bot.store.tables.cases import LOOKUP
from bot.store.urls import address_of
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = "livestream:launch-show"
ROOM = f"stream:{LAUNCH}"


async def slowly(show: Show, mira: Moderator, words: str) -> None:
    """Type an order while the vendor is slow to say who is there; it is acknowledged empty."""
    show.services.moderation.forget_people(Vendor.STREAM, LAUNCH)
    show.stage.world.stream.faults.slow(0.7, on="/participants")
    delivery = await show.sender.command(mira.user, show.stage.cast.ops, words)
    assert (delivery.trouble, delivery.body) == (None, b"")


def kept(show: Show, mira: Moderator, **more: object) -> Lookup:
    """An order of Mira's as it lies on disk."""
    ops, workspace = show.stage.cast.ops.id, show.workspace
    told = {
        "key": "kept",
        "words": f"kick {ROOM} dolores spam",
        "command": "/calls",
        "actor": Actor(user=mira.user.id, team=mira.user.team),
        "channel": ops,
        "reply_url": f"{workspace.base_url}/respond/{workspace.tickets.reply(mira.user.id, ops)}",
    }
    return Lookup.model_validate({**told, **more})


async def left(show: Show, url: str, lookup: Lookup, ago: timedelta) -> None:
    """Have it asked so long ago, of a process that took it up and died."""
    await show.store.keep_lookup(lookup)
    await show.store.due_lookups(owner="dies", limit=1, lease=timedelta(minutes=1))
    with Database(address_of(url)).writing.begin() as connection:
        (asked,) = connection.execute(select(LOOKUP.c.due_at)).scalars()
        connection.execute(update(LOOKUP).values(due_at=asked - ago))
    await show.store.release("dies")


async def test_it_is_carried_on_with_and_told_by_its_outcome_alone(show: Show) -> None:
    mira = Moderator(show)
    await slowly(show, mira, f"kick {ROOM} dolores spam")
    await mira.sees("✅ #1 kicked Dolores", "spam", "confirmed")
    assert [
        as_text(message) for message in mira.private() if "Looking for" in as_text(message)
    ] == []


def read_before_the_kick(show: Show) -> int:
    """How often it was read who is there until the kick was sent."""
    paths = [seen.path for seen in show.stage.world.stream.requests]
    kick = next(at for at, path in enumerate(paths) if path.endswith("/kick"))
    return sum(path.endswith("/participants") for path in paths[:kick])


async def test_what_it_means_is_found_out_once(show: Show) -> None:
    """Two requests say who is there; a kick looks for the one person, too."""
    mira = Moderator(show)
    show.stage.world.stream.requests.clear()
    await slowly(show, mira, f"kick {ROOM} dolores spam")
    await mira.sees("✅ #1 kicked Dolores", "confirmed")
    assert read_before_the_kick(show) == 3


async def test_a_heavy_one_is_confirmed_in_a_form_by_what_was_found_out(show: Show) -> None:
    mira = Moderator(show, "lead")
    show.stage.world.stream.requests.clear()
    await slowly(show, mira, f"kick {ROOM} all")
    assert "everyone" in as_text(await mira.form()).casefold()
    asked = [seen.path for seen in show.stage.world.stream.requests]
    assert sum(path.endswith("/participants") for path in asked) == 2


async def test_delivered_twice_it_is_one_case(show: Show) -> None:
    mira = Moderator(show)
    show.services.moderation.forget_people(Vendor.STREAM, LAUNCH)
    show.stage.world.stream.faults.slow(0.7, on="/participants", times=None)
    delivery = await show.sender.command(
        mira.user, show.stage.cast.ops, f"kick {ROOM} dolores spam"
    )
    await show.sender.redeliver(delivery)
    await mira.sees("✅ #1 kicked Dolores", "confirmed")
    assert len(await show.store.audit(AuditQuery(limit=9))) == 2


async def slowly_unclear(show: Show, mira: Moderator) -> None:
    """Type an order that fits two people while the vendor is slow to say who is there."""
    support = "default:support-room"
    show.services.moderation.forget_people(Vendor.STREAM, support)
    show.stage.world.stream.faults.slow(0.7, on="/participants")
    await show.sender.command(
        mira.user, show.stage.cast.ops, f'mute stream:{support} "Jun Park" shrill'
    )


async def test_words_that_fit_two_people_are_asked_about_in_a_form(show: Show) -> None:
    mira = Moderator(show)
    await slowly_unclear(show, mira)
    text = as_text(await mira.form())
    assert "more than one person" in text
    assert "shrill" in text


async def test_words_that_fit_two_people_are_asked_about_with_a_button_where_no_form_opens(
    show: Show,
) -> None:
    mira = Moderator(show)
    show.stage.slack.faults.drop(on="views.open")
    await slowly_unclear(show, mira)
    await mira.sees("more than one person", "jun-2", "[Choose…]")
    await mira.presses("Choose…")
    assert "shrill" in as_text(await mira.form())


async def test_a_vendor_that_does_not_answer_leaves_nothing_done_and_a_way_to_try_again(
    show: Show,
) -> None:
    mira, faults = Moderator(show), show.stage.world.stream.faults
    show.services.moderation.forget_people(Vendor.STREAM, LAUNCH)
    faults.error(503, on="/participants", times=None)
    await show.sender.command(mira.user, show.stage.cast.ops, f"kick {ROOM} dolores spam")
    await mira.sees("Nothing was done.", "[Try again]")
    assert await show.store.audit(AuditQuery(limit=9)) == []
    faults.clear()
    show.app.live_calls.provider(Vendor.STREAM)
    asked = mira.latest
    await mira.presses("Try again")
    await mira.sees("✅ #1 kicked Dolores", "spam")
    assert mira.latest is asked, "a press edits its own message"


async def test_what_was_left_by_a_process_that_died_goes_on(show: Show) -> None:
    mira = Moderator(show)
    lookup = kept(show, mira)
    await show.store.keep_lookup(lookup)
    await show.services.lookups.hold(lookup)
    show.services.lookups.wake()
    await mira.sees("✅ #1 kicked Dolores", "confirmed")


async def test_whoever_waits_since_before_a_crash_soon_hears_that_it_goes_on(
    show: Show, show_url: str
) -> None:
    mira, faults = Moderator(show), show.stage.world.stream.faults
    show.services.moderation.forget_people(Vendor.STREAM, LAUNCH)
    await left(show, show_url, kept(show, mira), timedelta(seconds=10))
    faults.hang(on="/participants", times=None)
    try:
        show.services.lookups.wake()
        await mira.sees("Looking for", "Nothing is done yet")
    finally:
        faults.clear()


async def test_it_is_permitted_when_it_is_taken_up(show: Show) -> None:
    vic = Moderator(show, "viewer")
    await show.store.keep_lookup(kept(show, vic))
    show.services.lookups.wake()
    await vic.sees("Only moderators can")
    (entry,) = await show.store.audit(AuditQuery(limit=9))
    assert entry.case is None


async def test_what_is_too_old_is_not_done_any_more_and_that_is_said(
    show: Show, show_url: str
) -> None:
    mira = Moderator(show)
    await left(show, show_url, kept(show, mira), STALE + timedelta(minutes=1))
    show.services.lookups.wake()
    await mira.sees("for 16 minutes", "Nothing was done.", "[Try again]")
    assert await show.store.audit(AuditQuery(limit=9)) == []


async def test_what_is_never_found_out_is_given_up_and_that_is_said(show: Show) -> None:
    mira = Moderator(show)
    await show.store.keep_lookup(kept(show, mira))
    for _ in range(MOST_ATTEMPTS):
        await show.store.due_lookups(owner="dies", limit=1, lease=timedelta(minutes=1))
        await show.store.release("dies")
    show.services.lookups.wake()
    await mira.sees(f"{MOST_ATTEMPTS} times", "Nothing was done.")


async def test_one_of_a_restored_backup_is_not_done_and_its_asker_reads_why(show: Show) -> None:
    mira = Moderator(show)
    await show.store.keep_lookup(kept(show, mira))
    await show.store.restored()
    show.services.lookups.wake()
    text = await mira.sees("restored from a backup", "kick", "may have been done since")
    assert "Nothing was done" not in text
    assert show.stage.world.stream.effects == []


async def test_what_has_to_be_confirmed_is_asked_about_with_a_button(show: Show) -> None:
    mira = Moderator(show)
    await show.store.keep_lookup(kept(show, mira, words=f"block {ROOM} dolores spam"))
    show.services.lookups.wake()
    await mira.sees("“Block” has to be confirmed.", "Nothing was done.", "[Choose…]")
    assert await show.store.audit(AuditQuery(limit=9)) == []
    await mira.presses("Choose…")
    form = await mira.form()
    await show.sender.submit(mira.user, form, {})
    await mira.sees("✅ #1 blocked Dolores", "spam")


async def test_words_of_a_button_that_are_no_order_are_not_believed(show: Show) -> None:
    mira = Moderator(show)
    await show.store.keep_lookup(kept(show, mira, words="audit"))
    show.services.lookups.wake()
    await mira.sees("Nothing was done.", "[Try again]")
    await mira.presses("Try again")
    await mira.sees("older release")
