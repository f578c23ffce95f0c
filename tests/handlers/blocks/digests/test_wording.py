"""A digest's sentences: exact, careful with shares, and silent about nothing that is missing."""

from datetime import timedelta
from typing import Any

import pytest

from bot.digests.digest import Acts, DayOfVendors, Digest, Gap, Unusual, Waiting
from bot.digests.subscription import Rhythm, Section
from handlers.blocks.digests.headline import headline, remarks
from handlers.blocks.digests.wording import (
    SLACK,
    figure,
    joined,
    length,
    minutes,
    terminal,
    times,
    title,
)
from tests.handlers.digest_examples import (
    COMETCHAT,
    MADE,
    REALTIMEKIT,
    STREAM,
    TUESDAY,
    digest,
    only,
    tally,
)

WEEK: dict[str, Any] = {
    "rhythm": Rhythm.WEEKLY,
    "day": TUESDAY - timedelta(days=8),
    "last_day": TUESDAY - timedelta(days=2),
    "usual": None,
}


def strange(what: str, value: float, usual: float, vendor: Any = STREAM, back: int = 0) -> Unusual:
    day = TUESDAY - timedelta(days=back)
    return Unusual(vendor=vendor, what=what, day=day, value=value, usual=usual)


def alone(calls: int, spent: int, before: Any = None, usual: Any = None, **more: Any) -> Digest:
    """A day of Stream Video against (calls, minutes) of the Tuesday before and of a usual one."""
    return digest(
        vendors=only(calls, spent),
        before=before and only(*before),
        usual=usual and only(*usual),
        **more,
    )


HEADLINES = {
    "42 calls, 1,310 minutes, a third more than a usual Tuesday; "
    "RealtimeKit recordings failed twice.": digest(),
    "40 calls, 600 minutes; nothing to compare with yet.": alone(40, 600),
    "40 calls, 600 minutes, about the same as a usual Tuesday.": alone(
        40, 600, (39, 610), (41, 590)
    ),
    "40 calls, 600 minutes, a third more than a usual Tuesday.": alone(
        40, 600, (40, 600), (30, 450)
    ),
    "40 calls, 600 minutes, twice as much as the Tuesday before.": alone(40, 600, (20, 300)),
    "40 calls, 600 minutes, half as much as a usual Tuesday.": alone(40, 600, None, (80, 1200)),
    "40 calls, 600 minutes, a quarter fewer minutes than a usual Tuesday.": alone(
        40, 600, (40, 800), (40, 800)
    ),
    "40 calls, 600 minutes, about as many minutes as a usual Tuesday.": alone(
        40, 600, (20, 600), (20, 600)
    ),
    "40 calls, 600 minutes, half as many minutes again as a usual Tuesday.": alone(
        40, 600, (40, 400), (40, 400)
    ),
    "40 calls, 600 minutes, a third of the minutes of a usual Tuesday.": alone(
        40, 600, (40, 1800), (40, 1800)
    ),
    "40 calls, 600 minutes, more than ten times as much as the Tuesday before.": alone(
        40, 600, (1, 30)
    ),
    "40 calls, 600 minutes, less than a tenth of the Tuesday before.": alone(
        40, 600, (4000, 60_000)
    ),
    "40 calls, 600 minutes, twice as many calls as the Tuesday before.": alone(40, 600, (20, 0)),
    "2 calls, 9 minutes; a usual Tuesday had 1 call and 5 minutes.": alone(2, 9, (1, 4), (1, 5)),
    "1 call, under a minute; the Tuesday before had no calls.": digest(
        vendors={STREAM: tally(1, 0, longest=0).model_copy(update={"seconds": 20})},
        before=only(0, 0),
        usual=None,
    ),
    "No calls; a usual Tuesday had 30 calls and 900 minutes.": alone(0, 0, (38, 1100), (30, 900)),
    "No calls, RealtimeKit and CometChat not counted; the Tuesday before had 8 calls and 9 "
    "minutes.": alone(
        0,
        0,
        (8, 9),
        gaps=(Gap(vendor=COMETCHAT, why="No answer."), Gap(vendor=REALTIMEKIT, why="No answer.")),
    ),
    "No new calls, 12 minutes of earlier ones; nothing to compare with yet.": alone(0, 12),
    "40 calls, 600 minutes; nothing to compare with yet; 1 Stream Video call failed.": digest(
        vendors=only(40, 600, failed=1), before=None, usual=None
    ),
    "40 calls, 600 minutes, a third more than the week before.": alone(40, 600, (30, 450), **WEEK),
    "Nothing is known of this week yet.": digest(vendors={}, **WEEK),
    "Nothing is known of this day yet.": digest(vendors={}),
    "40 calls, 600 minutes without RealtimeKit and CometChat, about the same as a usual "
    "Tuesday.": digest(
        vendors=only(40, 600),
        before={STREAM: tally(40, 600), COMETCHAT: tally(400, 6000)},
        usual={STREAM: tally(40, 600), COMETCHAT: tally(400, 6000)},
        gaps=(Gap(vendor=COMETCHAT, why="No answer."), Gap(vendor=REALTIMEKIT, why="No answer.")),
    ),
    "45 calls, 700 minutes, about the same as the Tuesday before "
    "(counting only Stream Video).": digest(
        vendors={STREAM: tally(40, 600), COMETCHAT: tally(5, 100)},
        before=only(40, 600),
        usual=None,
    ),
}


@pytest.mark.parametrize("said", HEADLINES, ids=lambda said: said[:60])
def test_the_headline_says_how_much_and_what_is_usual(said: str) -> None:
    assert headline(HEADLINES[said], SLACK) == said


GRAVE = [
    ((strange("calls", 80, 42.5),), "Stream Video had 80 calls, usually 42."),
    ((strange("seconds", 3100, 1200),), "Stream Video had 3,100 minutes, usually 1,200."),
    ((strange("people", 1, 3.5),), "Stream Video had 1 person, usually 3.5."),
    (
        (strange("calls", 80, 42), strange("failed", 9, 2)),
        "Stream Video had 9 failed calls, usually 2.",
    ),
    ((strange("calls", 80, 42), strange("failed", 9, 0)), "9 Stream Video calls failed."),
    (
        (strange("calls", 80, 42), strange("recordings_failed", 12, 0, REALTIMEKIT)),
        "RealtimeKit recordings failed 12 times.",
    ),
    ((strange("failed", 0, 7), strange("calls", 80, 42)), "Stream Video had 80 calls, usually 42."),
    (
        (strange("calls", 80, 42), strange("calls", 900, 42, COMETCHAT)),
        "CometChat had 900 calls, usually 42.",
    ),
    ((strange("<!here> *x*", 2, 1),), "Stream Video had 2 &lt;!here&gt; \u2217x\u2217, usually 1."),
]


@pytest.mark.parametrize(("found", "said"), GRAVE)
def test_the_gravest_thing_stands_in_the_headline(found: tuple[Unusual, ...], said: str) -> None:
    made = digest(unusual=found, sections=frozenset({Section.UNUSUAL}))
    assert headline(made, SLACK) == said


def test_of_a_week_the_day_of_what_is_unusual_is_told() -> None:
    found = (strange("calls", 80, 42, back=3),)
    made = digest(**WEEK, unusual=found, sections=frozenset({Section.UNUSUAL}))
    assert headline(made, SLACK) == "Stream Video had 80 calls on Saturday, usually 42."


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({Section.UNUSUAL}, "Nothing unusual."),
        ({Section.MODERATION}, "Nothing to report."),
        (set(), "Nothing to report."),
    ],
)
def test_what_was_not_asked_for_is_not_in_the_headline(sections: set[Section], said: str) -> None:
    assert headline(digest(sections=frozenset(sections), acts=Acts(by_verb={})), SLACK) == said


def test_where_only_what_waits_was_asked_for_it_is_counted() -> None:
    one = Waiting(kind="asked", case=1, words="Kick Ann: Room", since=MADE)
    made = digest(sections=frozenset({Section.WAITING}), waiting=(one, one))
    assert headline(made, SLACK) == "2 things need attention."


REMARKS: dict[str, dict[str, Any]] = {
    "CometChat's calls of this day were not read yet.": {
        "gaps": (Gap(vendor=COMETCHAT, why="Its calls of this day were not read yet."),)
    },
    "CometChat: no answer within 10 s.": {
        "gaps": (Gap(vendor=COMETCHAT, why="no answer within 10 s"),)
    },
    "Stream Video did not report all of it in time.": {
        "gaps": (Gap(vendor=STREAM, why="Stream Video did not report all of it in time."),)
    },
    "This digest is late: it was due Wednesday 18 November 07:30 (Europe/London).": {
        "late_since": MADE - timedelta(minutes=90)
    },
    "No digest was sent on Tuesday 17 November; Monday 16 November had 39 calls and 390 minutes.": {
        "folded": (TUESDAY,)
    },
    "No digest was sent on Tuesday 17 November; Monday 16 November had 26 calls and 260 minutes "
    "without CometChat.": {
        "folded": (TUESDAY,),
        "trend": (
            DayOfVendors(
                day=TUESDAY - timedelta(days=1),
                vendors={STREAM: tally(13, 130), REALTIMEKIT: tally(13, 130)},
            ),
        ),
    },
    "No digest was sent on Sunday 1 November.": {"folded": (TUESDAY - timedelta(days=16),)},
    "No digest was sent on Monday 9 November; the week before it had 32 calls and 983 minutes.": {
        **WEEK,
        "folded": (TUESDAY - timedelta(days=8),),
    },
    "No digest was sent on Monday 2 November.": {
        **WEEK,
        "folded": (TUESDAY - timedelta(days=15),),
    },
}


@pytest.mark.parametrize("said", REMARKS, ids=lambda said: said[:40])
def test_gaps_lateness_and_digests_that_never_came_are_said(said: str) -> None:
    made = digest(**REMARKS[said])
    assert remarks(made, terminal(made)) == [said]


def test_in_slack_lateness_is_told_in_the_readers_own_zone() -> None:
    [said] = remarks(digest(late_since=MADE), SLACK)
    assert "<!date^" in said


def test_an_ordinary_digest_needs_no_remarks() -> None:
    assert remarks(digest(), SLACK) == []


TITLES = {
    "Tuesday 17 November": digest(),
    "Week of 9 to 15 November": digest(**WEEK),
    "Week of 26 October to 1 November": digest(
        rhythm=Rhythm.WEEKLY,
        day=TUESDAY - timedelta(days=22),
        last_day=TUESDAY - timedelta(days=16),
    ),
}


@pytest.mark.parametrize("said", TITLES)
def test_the_title_names_the_day_or_the_week(said: str) -> None:
    assert title(TITLES[said]) == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (length(0), "0 minutes"),
        (length(29), "under a minute"),
        (length(30), "1 minute"),
        (length(89), "1 minute"),
        (length(90), "2 minutes"),
        (length(1310 * 60 + 29), "1,310 minutes"),
        (figure(3.5), "3.5"),
        (figure(42.4), "42"),
        (figure(1310), "1,310"),
        (figure(-3), "0"),
        (figure(float("nan")), "0"),
        (figure(float("inf")), "0"),
        (figure(10**15), "1,000,000,000,000"),
        (times(1), "once"),
        (times(2), "twice"),
        (times(3), "three times"),
        (times(1200), "1,200 times"),
        (joined(["A"]), "A"),
        (joined(["A", "B", "C"]), "A, B and C"),
        (str(minutes(150)), "3"),
    ],
)
def test_numbers_are_told_as_people_tell_them(told: str, said: str) -> None:
    assert told == said
