"""A case's line: once in the channel, edited as the case goes on, whatever Slack does meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiolimiter import AsyncLimiter
from structlog.testing import capture_logs

from bot.calls.outcomes import State
from bot.demo.slack.render import as_text
from bot.errors import (
    ChannelUnavailable,
    ClaimLost,
    DeliveryDeferred,
    MessageRefused,
)
from bot.held_lease import HeldLease, holding
from handlers.slack_api.channel_errors import SHARED, UNAVAILABLE
from handlers.slack_api.errors import NO_THREAD, UNDRAWABLE
from tests.handlers.slack_api.notifier_bench import (
    COMPLAINT,
    HISTORY,
    MARY,
    POST,
    UPDATE,
    NotifierBench,
    ended,
    finished,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_case_is_posted_once_and_later_states_edit_that_line(mail: NotifierBench) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    assert [line.ts for line in mail.lines] == [ts]
    assert mail.lines[0].metadata == {
        "event_type": "callwarden_case",
        "event_payload": {"key": "line:1"},
    }
    assert "in progress" in str(mail.lines[0].blocks)
    again = await mail.case_notifier.show(mail.notice(posted=ts, version=2), finished(mail.case))
    assert again == ts
    assert [line.ts for line in mail.lines] == [ts]
    assert "confirmed" in str(mail.lines[0].blocks)
    assert (mail.asked(POST), mail.asked(UPDATE)) == (1, 1)


async def test_a_process_that_slept_posts_nothing_with_its_old_claim(mail: NotifierBench) -> None:
    """Whatever it waited for last: its turn, a name, or the network. Another process has it."""
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    over = finished(mail.case)
    notices = mail.notice(key="line:2"), mail.notice(posted=ts), mail.answer(mail.reply_url())
    with holding(HeldLease(mail.clock, timedelta(minutes=1))):
        mail.clock.advance(48)
        for notice in notices:
            with pytest.raises(ClaimLost):
                await mail.case_notifier.show(notice, over)
    assert (mail.asked(POST), mail.asked(UPDATE), mail.told()) == (1, 0, [])
    for notice in notices:
        await mail.case_notifier.show(notice, over)
    assert (mail.asked(POST), mail.asked(UPDATE), len(mail.told())) == (2, 1, 1)


@pytest.mark.parametrize(
    ("state", "taken"), [(State.ASKED, 1), (State.CONFIRMED, 1), (State.NOT_CONFIRMED, 2)]
)
async def test_each_message_in_the_moderation_channel_waits_its_turn(
    mail: NotifierBench, state: State, taken: int
) -> None:
    """Slack takes about one a second there; private answers wait for nobody."""
    pace = AsyncLimiter(3, 3600)
    paced = replace(mail.case_notifier, pace=pace)
    case = ended(mail.case, state)
    await paced.show(mail.answer(mail.reply_url()), case)
    assert pace.has_capacity(3)
    await paced.show(mail.notice(), case)
    assert pace.has_capacity(3 - taken)
    assert not pace.has_capacity(4 - taken)


async def test_a_line_names_the_asker_and_mentions_nobody(mail: NotifierBench) -> None:
    await mail.case_notifier.show(mail.notice(), mail.case)
    said = f"{mail.lines[0].text} {mail.lines[0].blocks}"
    assert "by Mary \u2217M\u2217" in said
    assert "<@" not in said


async def test_a_line_names_the_asker_by_their_id_while_slack_is_silent(
    mail: NotifierBench,
) -> None:
    mail.directory.silent.add(MARY.user)
    await mail.case_notifier.show(mail.notice(), mail.case)
    said = f"{mail.lines[0].text} {mail.lines[0].blocks}"
    assert f"by `{MARY.user}`" in said
    assert "<@" not in said


@pytest.mark.parametrize("state", list(State))
async def test_only_what_did_not_go_as_asked_calls_its_asker_and_only_to_the_thread(
    mail: NotifierBench, state: State
) -> None:
    await mail.case_notifier.show(mail.notice(), ended(mail.case, state))
    called = [as_text(message) for message in mail.thread()]
    if state in {State.ASKED, State.CONFIRMED, State.ALREADY}:
        assert called == []
    else:
        (words,) = called
        assert words.startswith(f"@{MARY.user} ")
        assert "It rained." in words


async def test_the_asker_is_called_once_although_the_answer_was_lost(mail: NotifierBench) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.drop(after=True, on=POST)
    case = ended(mail.case, State.FAILED)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), case)
    again = await mail.case_notifier.show(mail.notice(posted=ts, version=2, attempt=2), case)
    assert (again, len(mail.roots()), len(mail.thread())) == (ts, 1, 1)


async def test_a_call_that_never_arrived_is_made_at_the_next_try(mail: NotifierBench) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.drop(on=POST)
    case = ended(mail.case, State.NOT_CONFIRMED)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), case)
    await mail.case_notifier.show(mail.notice(posted=ts, version=2, attempt=2), case)
    assert len(mail.thread()) == 1


async def test_a_line_whose_answer_was_lost_is_found_again_and_not_posted_twice(
    mail: NotifierBench,
) -> None:
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(), mail.case)
    assert later.value.seconds == 1
    ts = await mail.case_notifier.show(mail.notice(attempt=2), finished(mail.case))
    assert [line.ts for line in mail.lines] == [ts]
    assert "confirmed" in str(mail.lines[0].blocks)


async def test_a_lost_line_is_found_although_slacks_clock_is_behind_ours(
    mail: NotifierBench,
) -> None:
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(), mail.case)
    ahead = mail.case.model_copy(update={"asked_at": mail.clock.now() + timedelta(minutes=4)})
    await mail.case_notifier.show(mail.notice(attempt=2), ahead)
    assert len(mail.lines) == 1


async def test_a_lost_line_is_found_behind_hundreds_of_others(mail: NotifierBench) -> None:
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(), mail.case)
    for number in range(250):
        mail.world.post(mail.channel.id, f"chatter {number}", [])
    await mail.case_notifier.show(mail.notice(attempt=2), mail.case)
    assert len(mail.lines) == 251
    assert mail.asked(HISTORY) == 17


async def test_what_others_put_into_their_messages_is_not_taken_for_ours(
    mail: NotifierBench,
) -> None:
    foreign = (None, {"event_type": "deploy", "event_payload": {"key": "line:1"}})
    for metadata in foreign:
        mail.world.post(mail.channel.id, "hello", [], user=mail.ada.id, metadata=metadata)
    ts = await mail.case_notifier.show(mail.notice(attempt=2), mail.case)
    assert mail.lines[-1].ts == ts
    assert len(mail.lines) == 3


async def test_without_the_scope_to_read_it_says_so_and_posts(mail: NotifierBench) -> None:
    mail.world.credentials.scopes -= {"channels:history"}
    with capture_logs() as log:
        assert await mail.case_notifier.show(mail.notice(attempt=2), mail.case) == mail.lines[0].ts
    assert [(line["event"], line["error"]) for line in log] == [
        ("earlier message not read", "missing_scope")
    ]


async def test_a_line_that_somebody_took_away_is_posted_anew(mail: NotifierBench) -> None:
    first = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.world.delete(mail.lines[0])
    second = await mail.case_notifier.show(
        mail.notice(posted=first, version=2), finished(mail.case)
    )
    assert [line.ts for line in mail.lines] == [second]
    assert second != first


async def test_a_line_posted_anew_whose_answer_was_lost_is_found_too(mail: NotifierBench) -> None:
    first = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.world.delete(mail.lines[0])
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=first), finished(mail.case))
    await mail.case_notifier.show(mail.notice(posted=first, attempt=2), finished(mail.case))
    assert len(mail.lines) == 1


async def test_429_waits_as_long_as_slack_asks(mail: NotifierBench) -> None:
    mail.slack.faults.limit(17, on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(), mail.case)
    assert later.value.seconds == 17
    assert mail.lines == []


@pytest.mark.parametrize("method", [HISTORY, UPDATE])
async def test_429_while_looking_or_editing_posts_nothing(mail: NotifierBench, method: str) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.limit(3, on=method)
    posted = ts if method == UPDATE else None
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(posted=posted, attempt=2), mail.case)
    assert later.value.seconds == 3
    assert len(mail.lines) == 1


async def test_an_archived_channel_takes_no_line_until_it_is_opened_again(
    mail: NotifierBench,
) -> None:
    mail.channel.archived = True
    with pytest.raises(ChannelUnavailable, match="is_archived"):
        await mail.case_notifier.show(mail.notice(), mail.case)
    mail.channel.archived = False
    assert await mail.case_notifier.show(mail.notice(), mail.case) == mail.lines[0].ts


async def test_a_line_in_a_channel_that_was_archived_since_cannot_be_edited_now(
    mail: NotifierBench,
) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.channel.archived = True
    with pytest.raises(ChannelUnavailable, match="is_archived"):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), finished(mail.case))


async def test_a_channel_the_bot_is_not_in_or_knows_nothing_of_takes_no_line_now(
    mail: NotifierBench,
) -> None:
    with pytest.raises(ChannelUnavailable, match="channel_not_found"):
        await mail.case_notifier.show(mail.notice(place="C0GONE"), mail.case)
    mail.channel.members.discard(mail.world.bot.id)
    with pytest.raises(ChannelUnavailable, match="not_in_channel"):
        await mail.case_notifier.show(mail.notice(attempt=6), mail.case)


async def test_every_error_that_somebody_has_to_mend_says_what_and_how_in_private(
    mail: NotifierBench,
) -> None:
    for error in UNAVAILABLE.keys() - {SHARED}:
        mail.channel.refuses = error
        with pytest.raises(ChannelUnavailable) as closed:
            await mail.case_notifier.show(mail.notice(), mail.case)
        await mail.case_notifier.alert(mail.channel.id, closed.value.error)
        words = mail.world.messages[mail.world.direct(mail.ada.id).id][-1].text
        assert UNAVAILABLE[error].says in words
        assert UNAVAILABLE[error].mend in words
        assert "kept" in words


async def test_a_line_is_told_although_its_thread_takes_no_answer(mail: NotifierBench) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    for error in NO_THREAD:
        mail.channel.refuses_answers = error
        case = ended(mail.case, State.FAILED)
        with capture_logs() as log:
            assert await mail.case_notifier.show(mail.notice(posted=ts, version=2), case) == ts
        assert [(item["event"], item["error"]) for item in log] == [("asker not called", error)]
    assert mail.thread() == []


async def test_an_error_of_the_thread_that_passes_is_tried_again(mail: NotifierBench) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.limit(3, on=POST)
    case = ended(mail.case, State.FAILED)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), case)


async def test_lines_are_posted_in_the_order_in_which_they_are_given(mail: NotifierBench) -> None:
    mail.slack.faults.slow(0.05, on=POST)
    cases = [mail.case.model_copy(update={"number": number}) for number in range(1, 5)]
    await asyncio.gather(
        *(mail.case_notifier.show(mail.notice(key=f"line:{case.number}"), case) for case in cases)
    )
    keys = [line.metadata["event_payload"]["key"] for line in mail.lines if line.metadata]
    assert keys == ["line:1", "line:2", "line:3", "line:4"]


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("trouble", ["error", "drop", "html", "malformed", "no timestamp"])
async def test_whatever_slack_answers_the_line_is_tried_again_and_is_there_once(
    mail: NotifierBench, trouble: str, attempt: int
) -> None:
    faults = mail.slack.faults
    if trouble == "no timestamp":
        faults.nulls("ts", on=POST)
    else:
        getattr(faults, trouble)(on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(attempt=attempt), mail.case)
    assert later.value.seconds == {1: 1, 2: 2}[attempt]
    await mail.case_notifier.show(mail.notice(attempt=attempt + 1), mail.case)
    assert len(mail.lines) == 1


async def test_a_history_that_cannot_be_read_posts_nothing(mail: NotifierBench) -> None:
    mail.slack.faults.nulls("messages", on=HISTORY)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(attempt=2), mail.case)
    assert mail.lines == []


async def test_slack_away_altogether_means_later(mail: NotifierBench) -> None:
    mail.case_notifier.client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(), mail.case)


@pytest.mark.parametrize("posted", [False, True])
async def test_blocks_that_slack_refuses_are_sent_once_more_as_text(
    mail: NotifierBench, posted: bool
) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case) if posted else None
    mail.moods.refuses_blocks = True
    act = mail.case.act.model_copy(update={"title": "<!channel> Room"})
    case = mail.case.model_copy(update={"act": act})
    with capture_logs() as log:
        shown = await mail.case_notifier.show(mail.notice(posted=ts), case)
    line = mail.lines[0]
    assert (line.ts, line.blocks, len(mail.lines)) == (shown, [], 1)
    assert "Case #1" in line.text
    assert "<!channel>" not in line.text
    assert (log[0]["event"], log[0]["plain"]) == ("message rejected", False)
    assert log[0]["complaints"] == [COMPLAINT]


@pytest.mark.parametrize("posted", [False, True])
async def test_a_line_that_slack_refuses_for_what_it_is_is_given_up_and_not_tried_for_ever(
    mail: NotifierBench, posted: bool
) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case) if posted else None
    for error in UNDRAWABLE:
        mail.moods.refuses = error
        before = mail.moods.refused
        with capture_logs() as log, pytest.raises(MessageRefused, match=error):
            await mail.case_notifier.show(mail.notice(posted=ts, version=2), mail.case)
        assert mail.moods.refused - before == 2, "once with blocks, and once as text"
        told = [(line["event"], line["plain"]) for line in log]
        assert told == [("message rejected", False), ("message rejected", True)]
