"""Digests set up and looked after in Slack: the command, its forms, its buttons."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.calls.cases import Event
from bot.calls.search import CaseFilter
from bot.demo.slack.people import Channel
from bot.demo.slack.render import as_text
from bot.demo.slack.shown import View
from bot.demo.stage import Show
from bot.digests.subscription import UNTIL_RESUMED, Subscription
from handlers.blocks.digest_forms import AT, CHANNEL, RHYTHM, SECTIONS, UNTIL, WEEKDAYS
from handlers.blocks.digestvalues import DIGEST_ZONE
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Lead(Moderator):
    """A lead who sets up digests."""

    def __init__(self, show: Show, who: str = "lead") -> None:
        super().__init__(show, who)
        self.channel = show.workspace.add_channel(f"team-{len(show.workspace.channels)}", self.user)

    async def opens(self, words: str) -> View:
        """Type words that open a form; the form."""
        self.show.workspace.modals.clear(self.user.id)
        await self.show.sender.command(self.user, self.show.stage.cast.ops, words)
        return await self.form()

    async def sends(self, form: View, **values: Any) -> dict[str, str]:
        """Fill it in, by the names of FIELDS, and send it; what is said at its fields."""
        said = {FIELDS[name]: value for name, value in values.items()}
        delivery = await self.show.sender.submit(self.user, form, said)
        assert delivery.trouble is None
        return dict(form.errors)

    async def sets_up(self, channel: Channel | None = None, **values: Any) -> Subscription:
        """A digest for a channel of their own."""
        where = channel or self.channel
        form = await self.opens("digest subscribe")
        assert await self.sends(form, channel=where.id, **values) == {}
        made = max(await self.there(where), key=lambda one: one.id)
        await self.sees(f"Digest {made.id} is set up")
        await self.told("set up a digest", channel=where)
        return made

    async def there(self, channel: Channel | None = None) -> list[Subscription]:
        """What is on file for that channel."""
        return list(await self.show.store.subscriptions((channel or self.channel).id))

    async def told(self, *words: str, channel: Channel | None = None) -> str:
        """Wait until a message in the channel has all these words."""
        where = (channel or self.channel).id

        def found() -> str | None:
            texts = [as_text(one) for one in self.show.workspace.messages.get(where, [])]
            return next((text for text in texts if all(word in text for word in words)), None)

        return await self.show.workspace.until(found, 10)

    def said_in(self, channel: Channel | None = None) -> list[str]:
        """Everything that stands in the channel, beside what is in threads."""
        found = self.show.workspace.messages.get((channel or self.channel).id, [])
        return [as_text(one) for one in found if one.thread_ts is None]


FIELDS = {
    "channel": CHANNEL,
    "at": AT,
    "zone": DIGEST_ZONE,
    "weekdays": WEEKDAYS,
    "rhythm": RHYTHM,
    "sections": SECTIONS,
    "until": UNTIL,
}


@pytest_asyncio.fixture(loop_scope="module")
async def leo(show: Show) -> AsyncIterator[Lead]:
    leo = Lead(show)
    leo.user.zone = "Europe/London"
    yield leo
    show.stage.slack.faults.clear()
    for one in await show.store.subscriptions():
        await show.store.change(one.model_copy(update={"stopped": True}))


async def noted(show: Show, event: Event) -> list[str]:
    """What the record says of that kind, newest first."""
    entries = await show.store.audit(CaseFilter(limit=100))
    return [entry.detail for entry in entries if entry.event is event]


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
    assert "from Monday to Friday at 07:30 (America/New_York)" in answer
    told = await leo.told("set up a digest of the calls here", "07:30 (America/New_York)")
    assert leo.user.id in told
    (one,) = await leo.there()
    assert f"digest stop {one.id}" in told
    assert one.owner.user == leo.user.id
    await leo.types("digest list")
    await leo.sees(f"Digest {one.id} for", leo.channel.id, "set up by", "next ")
    (newest, *_) = await noted(leo.show, Event.SUBSCRIBED)
    assert newest.startswith(f"A digest for {leo.channel.id}, from Monday to Friday at 07:30")


async def test_what_is_sent_twice_is_one_digest_and_one_first_message(leo: Lead) -> None:
    form = await leo.opens("digest subscribe")
    before = await noted(leo.show, Event.SUBSCRIBED)
    submit = await leo.show.sender.submit(leo.user, form, {CHANNEL: leo.channel.id})
    again = await asyncio.gather(*(leo.show.sender.redeliver(submit) for _ in range(3)))
    assert [one.trouble for one in (submit, *again)] == [None] * 4
    await leo.told("set up a digest")
    await leo.sees("Digest")
    assert len(await leo.there()) == 1
    assert len(await noted(leo.show, Event.SUBSCRIBED)) == len(before) + 1
    assert len(leo.said_in()) == 1


async def test_two_leads_who_want_the_same_get_one(leo: Lead) -> None:
    first = await leo.sets_up()
    form = await leo.opens("digest subscribe")
    assert await leo.sends(form, channel=leo.channel.id) == {}
    await leo.sees("was so already")
    form = await leo.opens("digest subscribe")
    assert await leo.sends(form, channel=leo.channel.id, at="18:00") == {}
    await leo.sees(f"Digest {first.id}", "is changed", "18:00")
    assert [one.id for one in await leo.there()] == [first.id]
    assert len(leo.said_in()) == 1


@pytest.mark.parametrize("who", ["moderator", "viewer"])
@pytest.mark.parametrize("words", ["subscribe", "edit 1", "pause 1", "resume 1", "stop 1", "now 1"])
async def test_who_is_no_lead_is_told_what_to_add_and_it_is_on_record(
    show: Show, who: str, words: str
) -> None:
    somebody = Moderator(show, who)
    text = await somebody.types(f"digest {words}")
    assert "Setting up digests needs the role lead" in text
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


async def test_a_slack_that_takes_no_first_message_is_told_of_and_the_digest_stays(
    leo: Lead,
) -> None:
    leo.show.stage.slack.faults.error(500, on="chat.postMessage")
    form = await leo.opens("digest subscribe")
    assert await leo.sends(form, channel=leo.channel.id) == {}
    await leo.sees("was not told", "did not take it just now")
    assert len(await leo.there()) == 1


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"at": "25:00"}, AT, "“25:00” is no time of day"),
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


async def test_an_edited_digest_is_told_to_its_new_channel(leo: Lead) -> None:
    one = await leo.sets_up()
    other = Lead(leo.show).channel
    form = await leo.opens(f"digest edit {one.id}")
    assert leo.channel.id in as_text(form)
    assert await leo.sends(form, channel=other.id, rhythm="weekly") == {}
    await leo.sees(f"Digest {one.id}", "is changed", "every Monday at 09:00")
    await leo.told("moved a digest of the calls here", channel=other)
    assert await leo.there() == []
    assert f"Digest {one.id} is now for {other.id}" in (await noted(leo.show, Event.CHANGED))[0]
    form = await leo.opens(f"digest edit {one.id}")
    assert await leo.sends(form) == {}
    await leo.sees("was so already")


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
    leo.show.workspace.modals.clear(leo.user.id)
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
    await leo.sees("preview for you alone", "Your own acts", "next ")
    message, details, _ = [as_text(one) for one in leo.private()[seen:]]
    assert "Details in the thread" in message
    assert "Moderation" in details
    assert leo.said_in() == standing


async def test_the_buttons_of_the_list_preview_and_edit(leo: Lead) -> None:
    one = await leo.sets_up()
    await leo.types("digest list")
    leo.show.workspace.modals.clear(leo.user.id)
    await leo.presses("Edit")
    assert f"Digest {one.id}" in as_text(await leo.form())
    leo.show.workspace.modals.clear(leo.user.id)
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
        await leo.show.store.subscribe(wish, one.owner, one.made_at)
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
    top = leo.show.workspace.modals.top(leo.user.id)
    assert top is not None
    assert "is set up" in as_text(top)
