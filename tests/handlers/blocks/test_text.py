"""Outside words become harmless, and short words stay true."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.blocks.text import clean, cut, lines, mrkdwn, span, when, who
from tests.fakes.blocks import (
    NOW,
)


@given(st.text())
def test_outside_words_are_one_harmless_line(text: str) -> None:
    shown = mrkdwn(text)
    assert shown
    assert not set("<>*~`\n\u202e\u200b") & set(shown)
    assert not re.search(r"@\w|:[a-z]+:", shown)
    assert clean(clean(text)) == clean(text)


@given(st.text(), st.integers(2, 20))
def test_cutting_keeps_the_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit


def test_cutting_does_not_halve_a_family() -> None:
    assert cut("ab👩\u200d👩\u200d👧cdef", 7) == "ab…"


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (0, "under a minute"),
        (12, "12 min"),
        (185, "3 h 05 min"),
        (1500, "1 day"),
        (-5, "under a minute"),
    ],
)
def test_spans_read_like_speech(minutes: int, says: str) -> None:
    assert span(NOW - timedelta(minutes=minutes), NOW) == says


def test_times_and_members_are_shown_by_slack() -> None:
    assert when(NOW) == "<!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>"
    assert who("U123") == "<@U123>"
    assert who("<!here>") == "`&lt;!here&gt;`"


def test_lines_that_do_not_fit_are_an_ellipsis() -> None:
    assert lines(["abc", "def", "ghi"], 9) == "abc\ndef\n…"
    assert lines(["abc"], 9) == "abc"
