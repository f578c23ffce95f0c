"""Digests looked after in Slack: edited, paused, stopped, previewed, sent, listed."""

import pytest

from bot.calls.cases import Event
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import View
from bot.digests.subscription import UNTIL_RESUMED
from handlers.blocks.digests.digest_values import DIGEST_ZONE
from handlers.blocks.digests.forms import CHANNEL, UNTIL
from tests.fakes.digests import wanted
from tests.fakes.lead import Lead, noted
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_edited_digest_is_told_to_its_new_channel(leo: Lead) -> None:
    one = await leo.sets_up()
    other = Lead(leo.show).channel
    form = await leo.opens(f"digest edit {one.id}")
    assert leo.channel.id in as_text(form)
    assert await leo.sends(form, channel=other.id, rhythm="weekly") == {}
    await leo.sees(f"Digest {one.id}", "is changed", "Mondays at 09:00")
    await leo.told("moved a digest of the calls here", channel=other)
    assert await leo.there() == []
    assert f"Digest {one.id} is now for {other.id}" in (await noted(leo.show, Event.CHANGED))[0]
    form = await leo.opens(f"digest edit {one.id}")
    assert await leo.sends(form) == {}
    await leo.sees("Nothing changed")


async def test_an_edit_that_would_be_another_ones_twin_is_refused_at_the_field(leo: Lead) -> None:
    await leo.sets_up()
    weekly = await leo.sets_up(rhythm="weekly")
    form = await leo.opens(f"digest edit {weekly.id}")
    wrong = await leo.sends(form, rhythm="daily")
    assert list(wrong) == [CHANNEL]


async def test_a_pause_by_its_form_says_what_is_wrong_with_the_day(leo: Lead) -> None:
    one = await leo.sets_up()
    form = await pause_form(leo)
    assert "no day “2027-02-31”" in (await leo.sends(form, until="2027-02-31"))[UNTIL]
    assert "not in the future" in (await leo.sends(form, until="2020-01-01"))[UNTIL]
    assert await leo.sends(form, until="2099-02-01") == {}
    await leo.sees(f"Digest {one.id} is paused", "paused until 2099-02-01")


async def pause_form(leo: Lead) -> View:
    """The form behind the button."""
    await leo.types("digest list")
    await leo.presses("Pause")
    return await leo.form()


async def test_a_pause_without_a_day_lasts_until_somebody_resumes_it(leo: Lead) -> None:
    one = await leo.sets_up()
    assert await leo.sends(await pause_form(leo)) == {}
    await leo.sees("paused until resumed")
    assert (await leo.there())[0].paused_until == UNTIL_RESUMED
    await leo.types("digest list")
    await leo.presses("Resume")
    await leo.sees(f"Digest {one.id} goes on", "next ")
    assert "was not paused" in await leo.types(f"digest resume {one.id}")
    assert (await leo.there())[0].paused_until is None


async def test_a_pause_is_typed_with_its_day(leo: Lead) -> None:
    one = await leo.sets_up()
    assert "paused until 2099-12-01" in await leo.types(f"digest pause {one.id} until 2099-12-01")
    again = await leo.types(f"digest pause {one.id} until 2099-12-01")
    assert "was paused already" in again
    assert "not in the future" in await leo.types(f"digest pause {one.id} until 2020-12-01")
    assert "There is no day" in await leo.types(f"digest pause {one.id} until 2099-02-31")


async def test_a_stop_is_asked_once_more_and_then_it_is_gone(leo: Lead) -> None:
    one = await leo.sets_up()
    assert "Nothing is done yet" in await leo.types(f"digest stop {one.id}")
    assert len(await leo.there()) == 1
    await leo.presses("Stop")
    await leo.sees(f"Digest {one.id} is stopped")
    assert await leo.there() == []
    assert (await noted(leo.show, Event.STOPPED))[0] == f"Digest {one.id} is stopped"
    assert f"There is no digest {one.id}." in await leo.types(f"digest stop {one.id}")


async def test_a_preview_is_the_message_and_its_details_for_the_asker_alone(leo: Lead) -> None:
    one = await leo.sets_up()
    seen, standing = len(leo.private()), leo.said_in()
    await leo.show.sender.command(leo.user, leo.show.stage.cast.ops, f"digest preview {one.id}")
    await leo.sees("preview for you alone", "Your own acts", "Next ")
    message, details, _ = [as_text(item) for item in leo.private()[seen:]]
    assert "Details in the thread" in message
    assert "Moderation" in details
    assert leo.said_in() == standing


async def test_the_buttons_of_the_list_preview_and_edit(leo: Lead) -> None:
    one = await leo.sets_up()
    await leo.types("digest list")
    await leo.presses("Edit")
    assert f"Digest {one.id}" in as_text(await leo.form())
    await leo.presses("Preview")
    await leo.sees("preview for you alone", leo.channel.id)


async def test_before_one_is_set_up_its_preview_shows_what_it_would_say(leo: Lead) -> None:
    vic = Moderator(leo.show, "viewer")
    await leo.show.sender.command(vic.user, leo.show.stage.cast.ops, "digest preview")
    await vic.sees("preview for you alone", "not set up")


async def test_a_preview_asks_which_of_two(leo: Lead) -> None:
    ops = leo.show.stage.cast.ops
    await leo.sets_up(ops)
    await leo.sets_up(ops, rhythm="weekly")
    assert "2 digests come to this channel" in await leo.types("digest preview")


async def test_without_charts_a_preview_says_it_all_in_words(leo: Lead) -> None:
    one = await leo.sets_up()
    leo.show.workspace.switches.charts = False
    try:
        seen = len(leo.private())
        await leo.show.sender.command(leo.user, leo.show.stage.cast.ops, f"digest preview {one.id}")
        await leo.sees("preview for you alone")
        assert "Details in the thread" in as_text(leo.private()[seen])
    finally:
        leo.show.workspace.switches.charts = True


async def test_now_posts_it_once(leo: Lead) -> None:
    one = await leo.sets_up()
    before = len(leo.said_in())
    await leo.show.sender.command(leo.user, leo.show.stage.cast.ops, f"digest now {one.id}")
    await leo.sees("Today's digest", "is posted.")
    await leo.types("digest list")
    await leo.presses("Send now")
    await leo.sees("is posted already")
    assert len(leo.said_in()) == before + 1
    assert f"Digest {one.id} of " in (await noted(leo.show, Event.SENT))[0]


async def test_now_for_a_channel_that_is_gone_says_so_and_pauses_it(leo: Lead) -> None:
    one = await leo.sets_up()
    leo.channel.archived = True
    await leo.show.sender.command(leo.user, leo.show.stage.cast.ops, f"digest now {one.id}")
    await leo.sees("cannot be written to", "paused now")
    leo.channel.archived = False
    form = await leo.opens(f"digest edit {one.id}")
    assert await leo.sends(form) == {}
    await leo.sees("is changed")
    assert (await leo.there())[0].paused_until is None


async def test_zones_are_offered_as_they_are_typed(leo: Lead) -> None:
    form = await leo.opens("digest subscribe")
    found = await leo.show.sender.suggest(leo.user, form, DIGEST_ZONE, "lord howe")
    assert b"Australia/Lord_Howe (UTC+11:00)" in found.body
    nothing = await leo.show.sender.suggest(leo.user, form, DIGEST_ZONE, "atlantis")
    assert nothing.body == b'{"options": []}'


async def test_the_list_has_pages(leo: Lead) -> None:
    one = await leo.sets_up()
    for number in range(10):
        wish = one.wish.model_copy(update={"channel": f"C0MADE{number}"})
        await wanted(leo.show.store, wish, one.owner, one.made_at)
    assert "11 digests" in await leo.types("digest list")
    assert "Page 1 of 2" in await leo.sees("11 digests")
    await leo.presses("Next")
    await leo.sees("Page 2 of 2")
    await leo.presses("Previous")
    await leo.sees("Page 1 of 2")
    assert "Page 2 of 2" in await leo.types("digest list page 9")


async def test_an_overview_tells_of_this_channel_and_counts_the_others(leo: Lead) -> None:
    await leo.sets_up()
    here = await leo.sets_up(leo.show.stage.cast.ops)
    text = await leo.types("digest")
    assert f"Digest {here.id} for" in text
    assert "1 digest elsewhere" in text
    await leo.presses("Set up a digest")
    assert "[09:00]" in as_text(await leo.form())


async def test_a_form_that_was_open_for_too_long_answers_in_its_place(leo: Lead) -> None:
    """Slack takes answers at a command's address for half an hour."""
    form = await leo.opens("digest subscribe")
    form.given["private_metadata"] = '{"v":1,"opened":"2020-01-01T00:00:00Z"}'
    assert await leo.sends(form, channel=leo.channel.id) == {}

    def answered() -> bool:
        top = leo.show.workspace.modals.top(leo.user.id)
        return top is not None and "is set up" in as_text(top)

    assert await leo.show.workspace.until(answered)
