"""The Home tab: of use to everyone, and everything on it works without a message to answer in."""

import asyncio
from typing import Any

import pytest

from bot.calls.outcomes import State
from bot.demo.slack import Delivery, View
from bot.demo.slack.render import as_text
from bot.demo.stage import Show
from bot.ports import AuditQuery
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Visitor(Moderator):
    """Somebody in front of their Home tab."""

    async def opens(self) -> str:
        """Open it, and read it once it was drawn."""
        before = self.home.hash if self.home else ""
        delivery = await self.show.sender.app_home_opened(self.user)
        assert delivery.trouble is None
        return await self.drawn_after(before)

    async def drawn_after(self, before: str) -> str:
        """What Home shows, once it is another drawing than `before`."""
        home = await self._until(lambda: h if (h := self.home) and h.hash != before else None)
        return as_text(home)

    @property
    def home(self) -> View | None:
        """Their Home, once it was published."""
        return self.show.workspace.modals.homes.get(self.user.id)

    async def uses(self, shown: View | None, text: str, near: str | None = None) -> Delivery:
        """Press something in Home or in a modal."""
        assert shown is not None
        delivery = await self.show.sender.press(self.user, shown, text=text, near=near)
        assert delivery.trouble is None
        return delivery

    async def window(self, *words: str) -> View:
        """The modal in front of them, once it has all these words."""

        def there() -> View | None:
            top = self.show.workspace.modals.top(self.user.id)
            return top if top and all(word in as_text(top) for word in words) else None

        return await self._until(there)


async def test_a_moderator_reads_what_they_may_do_and_what_is_live(show: Show) -> None:
    text = await Visitor(show).opens()
    assert "Callwarden moderates live voice and video calls" in text
    assert "Stream Video, as moderator: " in text
    assert "Kick" in text
    assert "9 live calls" in text
    assert "/calls help" in text


async def test_a_role_that_may_do_more_is_told_so(show: Show) -> None:
    moderator, lead = [await Visitor(show, who).opens() for who in ("moderator", "lead")]
    assert "End call" not in moderator.split("live calls")[0]
    assert "End call" in lead.split("live calls")[0]


async def test_a_viewer_is_told_what_it_takes_to_act(show: Show) -> None:
    text = await Visitor(show, "viewer").opens()
    assert "view only. To act you need the role moderator." in text
    assert "9 live calls" in text


@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_an_outsider_is_told_kindly_whom_to_write_to_and_sees_no_call(
    show: Show, who: str
) -> None:
    text = await Visitor(show, who).opens()
    assert "write to one of them" in text
    assert "/calls" not in text
    assert "Support room" not in text
    assert "as moderator" not in text


async def test_only_the_home_tab_is_drawn(show: Show) -> None:
    published = len(show.workspace.asked("views.publish"))
    event = {"type": "app_home_opened", "channel": "D1", "tab": "messages"}
    await show.sender.event(event, show.stage.cast.moderator)
    await show.services.tasks.drain(30)
    assert len(show.workspace.asked("views.publish")) == published


async def test_refresh_draws_it_anew(show: Show) -> None:
    mira = Visitor(show)
    await mira.opens()
    assert mira.home
    before = mira.home.hash
    await mira.uses(mira.home, "Refresh")
    await mira.drawn_after(before)


async def test_a_drawing_that_was_overtaken_is_left_out(show: Show) -> None:
    mira = Visitor(show)
    await mira.opens()
    assert mira.home
    old = mira.home.as_json(team="T", bot_id="B", app_id="A")
    await mira.opens()
    newest = mira.home.hash
    event = {"type": "app_home_opened", "channel": "D1", "tab": "home", "view": old}
    await show.sender.event(event, mira.user)
    await show.services.tasks.drain(30)
    assert mira.home.hash == newest


async def test_a_call_opens_in_a_window_and_is_refreshed_there(show: Show) -> None:
    mira = Visitor(show)
    await mira.opens()
    await mira.uses(mira.home, "Open", near="Support room")
    card = await mira.window("Kofi Mensah", "Back to the list")
    await mira.uses(card, "Refresh")
    await mira.window("Kofi Mensah", "Back to the list")
    assert len(show.workspace.modals.stack(mira.user.id)) == 1


async def test_all_calls_open_in_a_window_and_are_filtered_there(show: Show) -> None:
    mira = Visitor(show)
    await mira.opens()
    await mira.uses(mira.home, "All live calls")
    listed = await mira.window("9 live calls", "Support room")
    await show.sender.press(mira.user, listed, action_id="list.vendor", text="CometChat")
    await mira.window("3 live calls", "dating-night")


async def test_an_order_given_in_home_is_confirmed_in_its_form_and_told_in_home(
    show: Show,
) -> None:
    mira = Visitor(show)
    await mira.opens()
    await mira.uses(mira.home, "Mute everyone (3)", near="Launch show")
    form = await mira.window("Mute everyone", "Reason")
    await show.sender.submit(mira.user, form, {"reasons": "Other", "reason": "feedback loop"})
    done = await mira.window("confirmed", "feedback loop")
    assert done.id == form.id
    await mira._until(lambda: "feedback loop" in as_text(mira.home) if mira.home else None)
    (entry,) = await show.store.audit(AuditQuery(limit=1, by=mira.user.id))
    assert entry.state is State.CONFIRMED


async def test_an_order_given_in_a_window_has_its_form_on_top_of_it(show: Show) -> None:
    mira = Visitor(show)
    await mira.opens()
    await mira.uses(mira.home, "Open", near="Support room")
    card = await mira.window("Amina Okafor")
    await mira.uses(card, "Mute", near="Amina Okafor")
    form = await mira.window("Mute Amina Okafor", "Reason")
    await show.sender.submit(mira.user, form, {"reason": "echo"})
    await mira.window("muted Amina Okafor", "confirmed")
    assert show.workspace.modals.stack(mira.user.id)[0].id == card.id


async def test_a_case_opens_from_home_and_is_looked_at_again(show: Show) -> None:
    mira = Visitor(show)
    await mira.types("mute stream:default:support-room amina shrill")
    await mira.sees("confirmed", "shrill")
    assert "shrill" in await mira.opens()
    await mira.uses(mira.home, "Open", near="shrill")
    await mira.window("Case #", "Reason: shrill")


async def test_what_failed_is_tried_again_in_its_window_and_that_says_how_it_went(
    show: Show,
) -> None:
    mira = Visitor(show)
    show.stage.world.stream.faults.error(400, on="/kick")
    await mira.types("kick stream:default:support-room amina shrill")
    await mira.sees("Could not kick Amina Okafor")
    await mira.opens()
    await mira.uses(mira.home, "Open", near="shrill")
    case = await mira.window("Case #1", "Reason: shrill")
    await mira.uses(case, "Try again")
    await mira.window("✅ #2 kicked Amina Okafor", "Again, after #1")


async def test_a_refusal_is_read_in_a_window(show: Show) -> None:
    """On a Home that was drawn when they still might."""
    mira, vic = Visitor(show), Visitor(show, "viewer")
    await mira.opens()
    assert mira.home
    old = mira.home.given
    show.workspace.modals.publish(vic.user.id, old, None)
    await vic.uses(vic.home, "Mute everyone (5)", near="Support room")
    await vic.window("Only moderators can")


async def test_a_slow_vendor_is_one_line_and_holds_up_nothing(show: Show) -> None:
    mira = Visitor(show)
    show.stage.world.cometchat.faults.hang()
    text = await mira.opens()
    assert "CometChat did not answer" in text
    assert "6 live calls" in text


async def test_slack_away_is_not_the_end_of_anything(show: Show) -> None:
    show.stage.slack.faults.error(500, on="views.publish")
    delivery = await show.sender.app_home_opened(show.stage.cast.moderator)
    await show.services.tasks.drain(30)
    assert delivery.trouble is None
    assert "9 live calls" in await Visitor(show).opens()


async def published(show: Show) -> list[Any]:
    await show.services.tasks.drain(30)
    return show.workspace.asked("views.publish")


async def test_an_event_delivered_again_is_acknowledged_and_does_nothing(show: Show) -> None:
    delivery = await show.sender.app_home_opened(show.stage.cast.lead)
    before = len(await published(show))
    again = await asyncio.gather(*(show.sender.redeliver(delivery, number=n) for n in (1, 2, 3)))
    assert [each.status for each in again] == [200, 200, 200]
    assert len(await published(show)) == before


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "message", "subtype": "channel_join", "text": "hi"},
        {"type": "app_home_opened", "tab": "home"},
    ],
)
async def test_no_event_is_answered_so_that_slack_delivers_it_again(
    show: Show, event: dict[str, Any]
) -> None:
    delivery = await show.sender.event(event)
    assert delivery.status == 200
    await show.services.tasks.drain(30)
