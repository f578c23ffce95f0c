"""Digests set up in Slack: the command, the form, what is wrong at which field."""

import asyncio
from typing import Any

import pytest

from bot.calls.actors import Actor
from bot.calls.cases import Event
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.digests.subscription import Wish
from handlers.blocks.digests.digest_values import DIGEST_ZONE
from handlers.blocks.digests.forms import AT, CHANNEL, WEEKDAYS
from tests.fakes.lead import Lead, noted
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")


def zone(name: str) -> dict[str, Any]:
    """An option as Slack sends it, whoever made it."""
    return {"text": {"type": "plain_text", "text": name}, "value": name}


async def test_the_form_begins_with_this_channel_nine_o_clock_and_the_askers_zone(
    leo: Lead,
) -> None:
    form = as_text(await leo.opens("digest subscribe"))
    for part in (leo.show.stage.cast.ops.id, "[09:00]", "Europe/London (UTC+00:00)"):
        assert part in form


async def test_a_digest_is_set_up_told_to_its_channel_listed_and_on_record(leo: Lead) -> None:
    form = await leo.opens("digest subscribe")
    await leo.show.sender.suggest(leo.user, form, DIGEST_ZONE, "new york")
    days = ["0", "1", "2", "3", "4"]
    wrong = await leo.sends(
        form, channel=leo.channel.id, at="07:30", zone="America/New_York", weekdays=days
    )
    assert wrong == {}
    answer = await leo.sees("is set up", "next ")
    assert "weekdays at 07:30 America/New_York" in answer
    told = await leo.told("set up a digest of the calls here", "07:30 America/New_York")
    assert leo.user.id in told
    (one,) = await leo.there()
    assert f"digest stop {one.id}" in told
    assert one.owner.user == leo.user.id
    await leo.types("digest list")
    await leo.sees(f"Digest {one.id} for", leo.channel.id, "set up by", "next ")
    (newest, *_) = await noted(leo.show, Event.SUBSCRIBED)
    assert newest.startswith(f"A digest for {leo.channel.id}, weekdays at 07:30")


async def test_what_is_sent_twice_is_one_digest_and_one_first_message(leo: Lead) -> None:
    form = await leo.opens("digest subscribe")
    before = await noted(leo.show, Event.SUBSCRIBED)
    submit = await leo.show.sender.submit(leo.user, form, {CHANNEL: leo.channel.id})
    again = await asyncio.gather(*(leo.show.sender.redeliver(submit) for _ in range(3)))
    assert [delivery.trouble for delivery in (submit, *again)] == [None] * 4
    await leo.told("set up a digest")
    await leo.sees("Digest")
    assert len(await leo.there()) == 1
    assert len(await noted(leo.show, Event.SUBSCRIBED)) == len(before) + 1
    assert len(leo.said_in()) == 1


async def test_two_leads_who_want_the_same_get_one(leo: Lead) -> None:
    first = await leo.sets_up()
    form = await leo.opens("digest subscribe")
    assert await leo.sends(form, channel=leo.channel.id) == {}
    await leo.sees("Nothing changed")
    form = await leo.opens("digest subscribe")
    assert await leo.sends(form, channel=leo.channel.id, at="18:00") == {}
    await leo.sees(f"Digest {first.id}", "is changed", "18:00")
    assert [person.id for person in await leo.there()] == [first.id]
    assert len(leo.said_in()) == 1


@pytest.mark.parametrize("who", ["moderator", "viewer"])
@pytest.mark.parametrize("words", ["subscribe", "edit 1", "pause 1", "resume 1", "stop 1", "now 1"])
async def test_who_is_no_lead_is_told_what_to_add_and_it_is_on_record(
    show: Show, who: str, words: str
) -> None:
    somebody = Moderator(show, who)
    text = await somebody.types(f"digest {words}")
    assert "Only leads can set up digests" in text
    assert f'Add "{somebody.user.id}" to leads under [people]' in text.replace("`", "")
    assert f"digest {words}" in (await noted(show, Event.REFUSED))[0]
    assert show.workspace.modals.top(somebody.user.id) is None


async def test_who_is_no_lead_may_look_and_has_no_buttons_to_change_it(leo: Lead) -> None:
    await leo.sets_up()
    vic = Moderator(leo.show, "viewer")
    text = await vic.types("digest list")
    assert "[Preview]" in text
    assert not any(label in text for label in ("[Edit]", "[Pause]", "[Stop]", "[Send now]"))
    assert "Set up a digest" not in await vic.types("digest")


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_who_may_not_look_is_told_nothing_of_digests(show: Show, who: str) -> None:
    assert "full member" in await Moderator(show, who).types("digest list")


async def test_a_bot_that_is_not_there_is_invited_and_the_form_keeps_what_was_typed(
    leo: Lead,
) -> None:
    leo.channel.members.discard(leo.show.workspace.bot.id)
    form = await leo.opens("digest subscribe")
    wrong = await leo.sends(form, channel=leo.channel.id, at="06:45")
    assert "is not in #team" in wrong[CHANNEL]
    assert "/invite @Callwarden" in wrong[CHANNEL]
    assert await leo.there() == []
    leo.channel.members.add(leo.show.workspace.bot.id)
    assert await leo.sends(form) == {}
    await leo.sees("is set up", "06:45")


async def test_an_archived_channel_is_refused_at_its_field(leo: Lead) -> None:
    leo.channel.archived = True
    form = await leo.opens("digest subscribe")
    assert "is archived" in (await leo.sends(form, channel=leo.channel.id))[CHANNEL]


async def test_a_private_channel_works_once_the_bot_is_in_it(leo: Lead) -> None:
    name = f"quiet-{len(leo.show.workspace.channels)}"
    quiet = leo.show.workspace.add_channel(name, leo.user, private=True, with_bot=False)
    form = await leo.opens("digest subscribe")
    wrong = (await leo.sends(form, channel=quiet.id))[CHANNEL]
    assert "does not see that channel" in wrong
    assert name not in wrong
    quiet.members.add(leo.show.workspace.bot.id)
    assert await leo.sends(form) == {}
    await leo.told("set up a digest", channel=quiet)


async def test_a_private_channel_that_the_lead_is_not_in_is_refused_and_not_named(
    leo: Lead,
) -> None:
    form = await leo.opens("digest subscribe")
    name = f"board-{len(leo.show.workspace.channels)}"
    live_calls = leo.show.workspace.add_channel(name, private=True)
    wrong = (await leo.sends(form, channel=live_calls.id))[CHANNEL]
    assert "You are not in that private channel" in wrong
    assert name not in wrong


async def test_a_silent_slack_is_said_at_the_field_and_can_be_tried_again(leo: Lead) -> None:
    form = await leo.opens("digest subscribe")
    leo.show.stage.slack.faults.error(500, on="conversations.info")
    assert "Slack did not say" in (await leo.sends(form, channel=leo.channel.id))[CHANNEL]
    assert await leo.sends(form) == {}


async def test_without_the_scope_the_first_message_tells_what_is_wrong(leo: Lead) -> None:
    known = leo.show.workspace.credentials
    leo.channel.members.discard(leo.show.workspace.bot.id)
    granted, known.scopes = known.scopes, known.scopes - {"channels:read"}
    try:
        form = await leo.opens("digest subscribe")
        assert await leo.sends(form, channel=leo.channel.id) == {}
        await leo.sees("was not told", "/invite @Callwarden")
    finally:
        known.scopes = granted


async def test_what_a_process_that_died_set_up_is_told_to_its_channel_by_the_next_round(
    leo: Lead,
) -> None:
    """Killed after the digest was written down, before anything was posted."""
    by = Actor(user=leo.user.id, team=leo.user.team)
    store, dispatcher = leo.show.store, leo.show.app.dispatcher
    await store.set_up(Wish(channel=leo.channel.id), by, "died", dispatcher.clock.now())
    for _ in range(2):
        await dispatcher.send_due()
    (told,) = leo.said_in()
    assert "set up a digest of the calls here" in told
    assert leo.user.id in told


async def test_a_slack_that_takes_no_first_message_is_told_of_and_the_digest_stays(
    leo: Lead,
) -> None:
    leo.show.stage.slack.faults.error(500, on="chat.postMessage")
    form = await leo.opens("digest subscribe")
    assert await leo.sends(form, channel=leo.channel.id) == {}
    await leo.sees("was not told", "did not take it just now. It is tried again.")
    assert len(await leo.there()) == 1


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"at": "25:00"}, AT, "“25:00” is not a time"),
        ({"zone": zone("Europe/Atlantis")}, DIGEST_ZONE, "no time zone “Europe/Atlantis”"),
        ({"weekdays": []}, WEEKDAYS, "at least one day"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    leo: Lead, values: dict[str, Any], field: str, says: str
) -> None:
    form = await leo.opens("digest subscribe")
    wrong = await leo.sends(form, channel=leo.channel.id, **values)
    assert list(wrong) == [field]
    assert says in wrong[field]
    assert await leo.there() == []
