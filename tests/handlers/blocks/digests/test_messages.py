"""A digest as Slack draws it, and the same digest where Slack draws neither chart nor table."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from bot.calls.outcomes import State
from bot.demo.slack.block_rules.blocks import MESSAGE
from bot.demo.slack.block_rules.check import check
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message as Shown
from bot.demo.slack.screen import complete
from bot.digests.digest import Acts, Cost, DayOfVendors, Difference, Digest, Gap, Unusual, Waiting
from bot.digests.subscription import Section
from handlers.blocks.action_values import CaseValue, load
from handlers.blocks.digests.chart import chart
from handlers.blocks.digests.details import TAKES
from handlers.blocks.digests.messages import channel_drafts, thread_drafts
from handlers.blocks.digests.plain_text import digest_text
from handlers.blocks.message import Message
from tests.fakes.blocks import ANYTHING, OURS, elements, valid_message
from tests.handlers.digest_examples import (
    COMETCHAT,
    DIGESTS,
    HASH,
    MADE,
    REALTIMEKIT,
    STREAM,
    TUESDAY,
    digest,
    only,
    tally,
    trend,
)

COMMAND = "/calls"
FULL = digest(
    unusual=(Unusual(vendor=REALTIMEKIT, what="recordings_failed", day=TUESDAY, value=2, usual=0),),
    gaps=(Gap(vendor=COMETCHAT, why="Its calls of this day were read in part."),),
    differences=(
        Difference(vendor=REALTIMEKIT, what="minutes", day=TUESDAY, counted=380, reported=420),
    ),
    acts=Acts(
        by_verb={
            "mute": {State.CONFIRMED: 12, State.FAILED: 1},
            "kick": {State.NOT_CONFIRMED: 1},
            "mute_all": {State.CONFIRMED: 0},
        },
        refused=3,
        by_moderator={"U0MARY": 14},
    ),
    waiting=(
        Waiting(
            kind="not_confirmed", case=128, words="Kick Ann: Room", since=MADE - timedelta(hours=3)
        ),
        Waiting(kind="asked", case=131, words="Mute Bob: Room", since=MADE),
        Waiting(kind="anchor", case=0, words="no anchor was kept", since=MADE),
    ),
    costs=(
        Cost(vendor=STREAM, minutes=4100, amount=16.4, currency="USD"),
        Cost(vendor=REALTIMEKIT, minutes=1, amount=1000, currency="USD"),
    ),
    late_since=MADE - timedelta(hours=2),
    folded=(TUESDAY,),
)


def read(message: Message) -> str:
    return as_text(Shown("C1", "1.0", "U1", message.text, complete(message.blocks, "s")))


def both(made: Digest) -> str:
    """Everything the finest drafts say."""
    return read(channel_drafts(made)[0]) + read(thread_drafts(made, COMMAND)[0])


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def test_the_channel_message_is_short_and_the_thread_has_the_tables() -> None:
    assert kinds(channel_drafts(FULL)[0]) == [
        "header",
        "section",
        "section",
        "section",
        "actions",
        "data_visualization",
        "context",
    ]
    tables = [kind for kind in kinds(thread_drafts(FULL, COMMAND)[0]) if kind == "data_table"]
    assert len(tables) == 3


def test_the_notification_is_the_headline_with_its_day() -> None:
    first = channel_drafts(digest())[0]
    assert first.text.startswith("Tuesday 17 November: 42 calls, 1,310 minutes, a third more")


def test_what_waits_has_a_button_for_each_case_and_says_how_long() -> None:
    first = channel_drafts(FULL)[0]
    pressed = [load(CaseValue, element["value"]).number for element in elements(first.blocks)]
    assert pressed == [128, 131]
    shown = read(first)
    assert "• #128 Kick Ann: Room · unknown · for 3 h 00 min" in shown
    assert "• no anchor was kept · for under a minute" in shown
    assert "Nothing needs attention" in read(channel_drafts(digest())[0])


def test_the_audit_checksum_is_short_in_the_channel_and_whole_in_the_thread() -> None:
    assert f"Audit checksum of entry 4,211: {HASH[:8]} " in f"{read(channel_drafts(FULL)[0])} "
    assert f"Entry 4,211 of the audit log: {HASH}" in read(thread_drafts(FULL, COMMAND)[0])
    assert HASH not in read(channel_drafts(FULL)[0])
    assert "The audit log is empty" in both(digest(head=(0, "")))


DETAILS = [
    "• 17 Nov: RealtimeKit had 2 failed recordings, usually none.",
    "Unusual: far from the last four Tuesdays.",
    "• RealtimeKit, 17 November: 380 minutes by its calls, 420 in its own report.",
    "14 acts: 12 confirmed, 1 unknown, 1 failed; 3 orders were refused.",
    "• Mute: 12 confirmed, 1 failed",
    "• Stream Video: about USD 16.40 for 4,100 participant minutes.",
    "• Together: about USD 1,016.40.",
    "• Stream Video: “All-hands”, 61 minutes",
    "Recordings failed | 2 | \u2013 | \u2013",
    "Call minutes | 800 | 600 | 600",
    "Number | 17 Nov | the Tuesday before | a usual Tuesday",
    "Not reported by CometChat: participant minutes, audio minutes",
    "To change, pause or stop this digest: /calls digest list.",
]


@pytest.mark.parametrize("words", DETAILS)
def test_the_thread_tells_the_details_in_tables_and_without_them(words: str) -> None:
    fine, written, bare = thread_drafts(FULL, COMMAND)
    assert words in read(fine)
    if "|" not in words:
        assert words in read(written)
        assert words in read(bare)


def test_moderators_are_not_named_in_a_channel() -> None:
    for message in (*channel_drafts(FULL), *thread_drafts(FULL, COMMAND)):
        assert "U0MARY" not in str(message)


def test_a_calm_day_says_so() -> None:
    said = both(digest())
    assert "Nothing unusual." in said
    assert "No call was moderated." in said
    assert "Costs" not in said
    assert "differs" not in said


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            {"unjudged": (STREAM, REALTIMEKIT, COMETCHAT)},
            "Nothing can be judged yet: that takes three of the four weeks before.",
        ),
        ({"vendors": {}}, "Nothing can be judged: no numbers are known."),
        (
            {"unjudged": (COMETCHAT,)},
            f"Nothing unusual.\nNot judged yet: CometChat. That {TAKES}",
        ),
    ],
)
def test_what_could_not_be_judged_is_not_called_usual(more: dict[str, Any], says: str) -> None:
    made = digest(unusual=(), **more)
    assert says in both(made)
    if says.startswith("Nothing unusual"):
        return
    assert "Nothing unusual" not in both(made)
    only_unusual = digest(unusual=(), sections=frozenset({Section.UNUSUAL}), **more)
    assert "Nothing to report." in read(channel_drafts(only_unusual)[0])


def test_that_more_waits_than_is_named_is_said() -> None:
    waiting = (Waiting(kind="asked", case=7, words="Kick Ann: Room", since=MADE),)
    assert "and more" not in read(channel_drafts(digest(waiting=waiting))[0])
    more = read(channel_drafts(digest(waiting=waiting, more_waiting=True))[0])
    assert "• and more, asked later than these" in more


def test_a_vendor_without_a_past_has_no_columns_for_it() -> None:
    said = both(digest(vendors=only(3, 9), before=None, usual=None))
    assert "Stream Video (nothing to compare with yet)" in said
    assert "Number | 17 Nov\n" in said


def test_a_vendor_that_was_not_read_has_a_sentence_and_no_table() -> None:
    gap = Gap(vendor=COMETCHAT, why="Its calls of this day were not read yet.")
    made = digest(vendors=only(3, 9), gaps=(gap,))
    thread = read(thread_drafts(made, COMMAND)[0])
    assert "CometChat's calls of this day were not read yet." in thread
    assert "CometChat\nNumber" not in thread


@pytest.mark.parametrize("made", [FULL, digest()], ids=["full", "calm"])
def test_where_charts_are_refused_the_text_says_every_number(made: Digest) -> None:
    for drafts in (channel_drafts(made), thread_drafts(made, COMMAND)):
        fine, written, bare = drafts
        assert check(fine.blocks, MESSAGE) == []
        assert check(written.blocks, MESSAGE, charts=False) == []
        assert check(fine.blocks, MESSAGE, charts=False)
        numbers = set(re.findall(r"\d[\d,.]*\d|\d", read(fine)))
        for plainer in (written, bare):
            assert numbers <= set(re.findall(r"\d[\d,.]*\d|\d", read(plainer)))


def test_a_terminal_shows_the_same_digest() -> None:
    said = digest_text(FULL)
    for words in ("Needs attention", "Call minutes, last 14 days", HASH, "• #128 Kick Ann"):
        assert words in said
    assert re.search(r"^  Calls +26 +20 +20$", said, re.MULTILINE)
    assert "This digest is late: it was due Wednesday 18 November 07:00 (Europe/London)." in said
    assert not re.search(r"<!date|<@|\*", said)


def test_sections_that_were_not_wished_for_are_left_out() -> None:
    bare = FULL.model_copy(update={"sections": frozenset({Section.MODERATION})})
    channel, thread = channel_drafts(bare)[0], thread_drafts(bare, COMMAND)[0]
    assert kinds(channel) == ["header", "section", "section", "context"]
    assert "data_table" not in kinds(thread)
    said = both(bare)
    assert "14 acts" in said
    for words in ("Unusual", "Costs", HASH, "Needs attention", "differs"):
        assert words not in said


def without(vendor: Any, *lacking: int) -> tuple[DayOfVendors, ...]:
    """Fourteen days of which some lack a vendor, counted from the oldest."""
    return tuple(
        day.model_copy(
            update={"vendors": {v: t for v, t in day.vendors.items() if v is not vendor}}
        )
        if n in lacking
        else day
        for n, day in enumerate(trend())
    )


def drawn(made: Digest) -> dict[str, Any]:
    found = chart(made)
    assert found is not None
    block = found.block()
    assert block is not None
    told_chart: dict[str, Any] = block["chart"]
    return told_chart


def test_a_chart_has_a_line_for_each_vendor_and_a_point_for_each_day() -> None:
    found = drawn(digest())
    assert found["type"] == "line"
    assert [item["name"] for item in found["series"]] == [
        "Stream Video",
        "RealtimeKit",
        "CometChat",
    ]
    assert found["axis_config"]["categories"][0] == "4 Nov"
    assert found["series"][0]["data"][-1] == {"label": "17 Nov", "value": 140}


def test_a_day_that_a_vendor_did_not_tell_is_left_out_and_said_and_never_zero() -> None:
    made = digest(trend=without(COMETCHAT, 3, 4))
    found = drawn(made)
    assert found["type"] == "bar"
    assert len(found["axis_config"]["categories"]) == 12
    assert all(p["value"] > 0 for item in found["series"] for p in item["data"])
    said = both(made)
    assert "7 Nov and 8 Nov are not drawn: not read from CometChat." in said
    assert "7 Nov: Stream Video 40, RealtimeKit 40, CometChat not read" in read(
        channel_drafts(made)[1]
    )


def test_a_vendor_that_told_few_days_is_left_out_and_the_days_stay() -> None:
    made = digest(trend=without(COMETCHAT, *range(8)))
    found = drawn(made)
    assert len(found["axis_config"]["categories"]) == 14
    assert [item["name"] for item in found["series"]] == ["Stream Video", "RealtimeKit"]
    assert "CometChat is not drawn: read on 6 of 14 days." in both(made)


def test_on_the_first_mornings_all_vendors_are_drawn_over_the_days_there_are() -> None:
    """Nobody is left out for a past that none of them has."""
    made = digest(
        trend=tuple(day.model_copy(update={"vendors": {}}) for day in trend()[:11]) + trend()[11:]
    )
    found = drawn(made)
    assert [item["name"] for item in found["series"]] == [
        "Stream Video",
        "RealtimeKit",
        "CometChat",
    ]
    assert found["axis_config"]["categories"] == ["15 Nov", "16 Nov", "17 Nov"]
    assert (
        "4 Nov to 14 Nov are not drawn: not read from Stream Video, RealtimeKit and CometChat."
        in both(made)
    )


def test_the_day_itself_is_drawn_for_whoever_told_it() -> None:
    """A digest is about its last day: one silent vendor does not take it from the others."""
    made = digest(trend=without(COMETCHAT, 13))
    found = drawn(made)
    assert [item["name"] for item in found["series"]] == ["Stream Video", "RealtimeKit"]
    assert found["axis_config"]["categories"][-1] == "17 Nov"
    assert found["type"] == "line"  # none of its days is left out
    assert "CometChat is not drawn: read on 13 of 14 days, not on 17 Nov." in both(made)


def test_days_that_are_left_out_are_told_as_stretches() -> None:
    made = digest(trend=without(COMETCHAT, 0, 3, 4, 5, 11, 12))
    said = "4 Nov, 7 Nov to 9 Nov, 15 Nov and 16 Nov are not drawn: not read from CometChat."
    assert said in both(made)


def test_one_day_is_told_and_not_drawn() -> None:
    made = digest(trend=trend(1))
    first, *_ = channel_drafts(made)
    assert "data_visualization" not in kinds(first)
    assert "• 17 Nov: Stream Video 10, RealtimeKit 10, CometChat 10" in read(first)


def test_without_any_day_there_is_no_chart() -> None:
    assert chart(digest(trend=(DayOfVendors(day=TUESDAY, vendors={}),))) is None
    assert "Call minutes, last" not in both(digest(trend=()))


def test_long_lists_are_counted() -> None:
    many = tuple(
        Unusual(vendor=STREAM, what="calls", day=TUESDAY - timedelta(days=n), value=9, usual=1)
        for n in range(25)
    )
    assert "• and 5 more" in both(digest(unusual=many))


def test_what_comes_from_outside_means_nothing_to_slack() -> None:
    title = "<!channel> https://x.example/secret|here *b*"
    made = digest(vendors={STREAM: tally(9, 90, longest=60, longest_title=title)})
    for message in thread_drafts(made, COMMAND):
        assert "<!channel>" not in str(message)
        assert "verbatim': False" not in str(message)


@ANYTHING
@given(DIGESTS)
def test_any_digest_is_one_that_slack_takes(made: Digest) -> None:
    for drafts in (channel_drafts(made), thread_drafts(made, COMMAND)):
        for draft in drafts[:-1]:
            valid_message(draft)
        for draft in drafts[1:-1]:
            assert check(draft.blocks, MESSAGE, charts=False) == []
        assert 0 < len(drafts[-1].text) <= 40_000
        assert not set("<>") & set(OURS.sub("", drafts[-1].text))
        assert "U0SECRET" not in str(drafts)


@ANYTHING
@given(DIGESTS)
def test_any_digest_can_be_told_in_a_terminal(made: Digest) -> None:
    said = digest_text(made, COMMAND)
    assert said
    assert "U0SECRET" not in said
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
