"""The private answer to whoever asked: the case told, or the card it came from drawn anew."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.calls.actors import Actor, Reader
from bot.calls.cases import Manner
from bot.calls.outcomes import Result, State
from bot.demo.slack.render import as_text
from bot.errors import (
    DeliveryDeferred,
    DeliveryImpossible,
    VendorTimeout,
)
from bot.policy import Policy, Rules
from bot.policy.rules import People
from tests.fakes.directory import HOME
from tests.handlers.slack_api.notifier_bench import MARY, REMOVED, NotifierBench, ended, finished

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("admin", [False, True])
async def test_why_the_vendor_cannot_be_reached_stands_below_what_came_to_nothing_for_admins(
    mail: NotifierBench, state: State, *, admin: bool
) -> None:
    mail.vendor.diagnosis = "There is no address for the name x (DNS). Check it."
    people = People(admins=(MARY.user,)) if admin else People(leads=(MARY.user,))
    call_cards = mail.cards(Policy(Rules(people=people), mail.directory))
    case_notifier = replace(mail.case_notifier, call_cards=call_cards)
    await case_notifier.show(mail.answer(mail.reply_url()), ended(mail.case, state))
    shown = not (state.open or state.settled) and admin
    assert ("no address for the name" in str(mail.told()[-1].blocks)) is shown
    await case_notifier.show(mail.notice(), ended(mail.case, state))
    assert "no address" not in str([line.blocks for line in mail.lines])


async def test_an_answer_is_private_and_tells_the_case(mail: NotifierBench) -> None:
    assert await mail.case_notifier.show(mail.answer(mail.reply_url()), finished(mail.case)) is None
    assert len(mail.told()) == 1
    assert "confirmed" in mail.told()[0].text
    assert mail.lines == []


async def test_the_answer_for_a_card_redraws_it_in_its_place(mail: NotifierBench) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    await mail.case_notifier.show(mail.of_card(card), finished(mail.case))
    assert mail.told() == [card]
    assert "Room" in str(card.blocks)
    assert "Ann" in str(card.blocks)


VIEWER = Actor(user="U0VIEW", team=HOME)


@pytest.mark.parametrize(
    ("asker", "reader", "joined", "acts"),
    [
        (MARY, None, False, True),
        (VIEWER, None, False, False),
        (MARY, None, True, False),
        (MARY, MARY, False, True),
        (VIEWER, MARY, True, True),
        (MARY, VIEWER, True, False),
    ],
)
async def test_the_card_drawn_anew_offers_what_its_reader_may_do(
    mail: NotifierBench, asker: Actor, reader: Actor | None, joined: bool, acts: bool
) -> None:
    """Who joined another's case reads it too; of an older release it is not known who that was."""
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    known = None if reader is None else Reader(actor=reader, channel=mail.channel.id)
    notice = mail.answer(mail.reply_url(card), manner=Manner.CARD, joined=joined, reader=known)
    case = finished(mail.case.model_copy(update={"actor": asker}))
    await mail.case_notifier.show(notice, case)
    assert ("Lock" in str(card.blocks)) is acts
    assert "Refresh" in str(card.blocks)


async def test_somebody_who_was_taken_out_meanwhile_is_told_the_case_alone(
    mail: NotifierBench,
) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    case = finished(mail.case.model_copy(update={"actor": REMOVED}))
    await mail.case_notifier.show(mail.of_card(card), case)
    assert "confirmed" in str(card.blocks)
    assert "Refresh" not in str(card.blocks)


@pytest.mark.parametrize("away", ["silent", "off"])
async def test_where_the_vendor_is_silent_or_off_the_card_becomes_the_case_alone(
    mail: NotifierBench, away: str
) -> None:
    if away == "silent":
        mail.vendor.silent = VendorTimeout("No answer.", vendor="stream")
    else:
        mail.live_calls.providers = {}
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    await mail.case_notifier.show(mail.of_card(card), finished(mail.case))
    assert "Case #1" in card.text
    assert "confirmed" in str(card.blocks)


async def test_an_answer_takes_the_place_of_the_message_it_was_asked_in(
    mail: NotifierBench,
) -> None:
    old = mail.world.post(mail.channel.id, "old case", [], to=mail.ada.id)
    notice = mail.answer(mail.reply_url(old), manner=Manner.IN_PLACE)
    await mail.case_notifier.show(notice, mail.case)
    assert mail.told() == [old]
    assert old.text == "Working on it: kick Ann from “Room” (case #1)."
    await mail.case_notifier.show(notice, finished(mail.case))
    assert mail.told() == [old]
    assert as_text(old).startswith("✅ #1 kicked Ann from “Room”")


async def test_who_asked_what_somebody_else_had_asked_reads_so_with_the_outcome(
    mail: NotifierBench,
) -> None:
    for case in (mail.case, finished(mail.case)):
        await mail.case_notifier.show(mail.answer(mail.reply_url(), joined=True), case)
    early, late = map(as_text, mail.told())
    assert early == f"@{MARY.user} already asked for this: case #1.\n[Case #1]"
    assert late.startswith(f"@{MARY.user} already asked for this: case #1.\n✅ #1 kicked Ann")


async def test_a_card_says_above_it_that_somebody_else_had_asked_before(
    mail: NotifierBench,
) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    notice = mail.of_card(card).model_copy(update={"joined": True})
    await mail.case_notifier.show(notice, finished(mail.case))
    assert as_text(card).startswith(f"@{MARY.user} already asked for this: case #1.")
    assert "Refresh" in as_text(card)


async def test_an_answer_whose_blocks_are_refused_is_told_as_text(mail: NotifierBench) -> None:
    mail.moods.refuses_blocks = True
    with capture_logs() as log:
        await mail.case_notifier.show(mail.answer(mail.reply_url()), finished(mail.case))
    assert (mail.told()[0].blocks, "confirmed" in mail.told()[0].text) == ([], True)
    assert (log[0]["event"], log[0]["plain"]) == ("message rejected", False)


async def test_a_used_up_response_url_is_given_up(mail: NotifierBench) -> None:
    url = mail.reply_url()
    for _ in range(5):
        await mail.case_notifier.show(mail.answer(url), mail.case)
    with pytest.raises(DeliveryImpossible, match="used_url"):
        await mail.case_notifier.show(mail.answer(url), mail.case)


async def test_a_response_url_is_good_for_half_an_hour(mail: NotifierBench) -> None:
    url = mail.reply_url()
    mail.clock.advance(31 * 60)
    with pytest.raises(DeliveryImpossible, match="expired_url"):
        await mail.case_notifier.show(mail.answer(url), mail.case)


@pytest.mark.parametrize(("trouble", "seconds"), [("limit", 9), ("error", 1), ("drop", 1)], ids=str)
async def test_an_answer_that_slack_does_not_take_now_is_tried_later(
    mail: NotifierBench, trouble: str, seconds: float
) -> None:
    faults = mail.slack.faults
    if trouble == "limit":
        faults.limit(9, on="respond")
    else:
        getattr(faults, trouble)(on="respond")
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.answer(mail.reply_url()), mail.case)
    assert later.value.seconds == seconds


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/respond/1", "mailto:somebody", "no url"])
async def test_an_address_that_leads_nowhere_is_tried_later_and_breaks_nothing(
    mail: NotifierBench, url: str
) -> None:
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.answer(url), mail.case)


async def test_a_card_whose_act_failed_says_why_and_what_to_do(mail: NotifierBench) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    result = Result(
        person="ann", name="Ann", state=State.NOT_CONFIRMED, evidence="Mist.", next_step="Look."
    )
    case = mail.case.model_copy(
        update={"state": State.NOT_CONFIRMED, "results": (result,), "attempt": 1}
    )
    await mail.case_notifier.show(mail.of_card(card), case)
    shown = as_text(card)
    for words in ("Mist.", "Look.", "Check again", "Do it again", "Refresh"):
        assert words in shown
