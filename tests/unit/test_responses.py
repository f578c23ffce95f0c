"""How much of any answer is read, how long its sender may ask us to wait, and JSON made whole."""

import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import BodyUnreadable
from bot.responses import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Inflater,
    http_date,
    repaired_json,
    retry_after,
    status_phrase,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PIECE = 64 * 1024


def inflated(encodings: list[str], *sent: bytes) -> list[bytes]:
    inflater = Inflater(encodings)
    pieces = [piece for data in sent for piece in inflater.feed(data)]
    inflater.require_end()
    return pieces


@given(st.binary(max_size=3000), st.integers(1, 500), st.booleans())
def test_whatever_is_sent_is_read_however_it_is_cut(body: bytes, cut: int, packed: bool) -> None:
    sent = gzip.compress(body) if packed else body
    pieces = [sent[at : at + cut] for at in range(0, len(sent), cut)]
    assert b"".join(inflated(["gzip"] if packed else [], *pieces)) == body


def test_a_bomb_unfolds_in_small_pieces() -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    inflater = Inflater(["gzip"])
    total = 0
    for piece in inflater.feed(bomb):
        assert len(piece) <= PIECE
        total += len(piece)
    assert total == 20_000_000


@pytest.mark.parametrize(
    "encodings",
    [["gzip, gzip"], ["gzip", "gzip"], ["br"], ["deflate"], ["zstd"], ["gzip,br"], ["rot13"]],
    ids=str,
)
def test_what_was_not_asked_for_is_refused_before_it_is_decoded(encodings: list[str]) -> None:
    with pytest.raises(BodyUnreadable):
        Inflater(encodings)


@pytest.mark.parametrize("encodings", [[], [""], ["identity"], ["Identity, "]], ids=str)
def test_no_encoding_has_several_names(encodings: list[str]) -> None:
    assert inflated(encodings, b"a") == [b"a"]


@pytest.mark.parametrize("name", ["gzip", "GZip", "x-gzip", "gzip, identity"])
def test_gzip_has_several_names(name: str) -> None:
    assert b"".join(inflated([name], gzip.compress(b"a"))) == b"a"


@pytest.mark.parametrize(
    "sent",
    [b"plain", zlib.compress(b"a"), gzip.compress(b"a" * 99)[:-4]],
    ids=["plain", "zlib", "cut"],
)
def test_what_is_no_whole_gzip_is_refused(sent: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        inflated(["gzip"], sent)


def test_nothing_at_all_need_not_be_packed() -> None:
    assert inflated(["gzip"]) == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("30", 30.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("0", SHORTEST_WAIT),
        ("-5", SHORTEST_WAIT),
        ("0.001", SHORTEST_WAIT),
        ("97200", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("-" + "9" * 5000, SHORTEST_WAIT),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 12:00:30 -0000", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", SHORTEST_WAIT),
        ("Sun, 22 Nov 2026 15:00:00 GMT", LONGEST_WAIT),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("1_000", None),
        ("٣", None),
        ("1, 2", None),
    ],
)
def test_how_long_to_wait(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}, NOW) == seconds


def test_a_date_is_counted_from_the_senders_own_clock() -> None:
    headers = {
        "Retry-After": "Sat, 21 Nov 2026 09:00:20 GMT",
        "Date": "Sat, 21 Nov 2026 09:00:00 GMT",
    }
    assert retry_after(headers, NOW) == 20.0
    assert retry_after(headers) == 20.0


def test_a_date_without_a_clock_says_nothing() -> None:
    assert retry_after({"Retry-After": format_datetime(NOW)}) is None
    assert retry_after({}) is None


_DATES = st.from_regex(
    r"\A(Mon, )?\d{1,5}[ -](Jan|Xyz)[ -]\d{1,12} \d{1,4}:\d\d(:\d{1,12})? ?([+-]\d{1,40}|[A-Z]+)?\Z"
)


@given(st.text() | _DATES, st.text() | _DATES)
def test_any_header_asks_for_half_a_second_to_five_minutes_or_for_nothing(
    said: str, date: str
) -> None:
    waited = retry_after({"Retry-After": said, "Date": date}, NOW)
    assert waited is None or SHORTEST_WAIT <= waited <= LONGEST_WAIT


@given(st.text() | _DATES)
@example("Fri, 31 Dec 9999 23:59:59 GMT")
@example("Mon, 01 Jan 0100 00:00:00 +2359")
def test_any_text_is_a_date_that_can_be_reckoned_with_or_none(said: str) -> None:
    when = http_date(said)
    assert when is None or (when + DAY).astimezone(UTC) > when - DAY


@given(st.integers())
def test_any_number_is_a_status(status: int) -> None:
    assert status_phrase(status)


def test_odd_statuses_are_told_by_their_number() -> None:
    assert (status_phrase(404), status_phrase(460), status_phrase(999)) == (
        "Not Found",
        "HTTP status 460",
        "HTTP status 999",
    )


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"\ud800"', "\ufffd"),
        (rb'"\uDE00x"', "\ufffdx"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\\\ud800"', "\\\ufffd"),
        (b'"\xff"', "\ufffd"),
        (b'\xef\xbb\xbf"a"', "a"),
    ],
)
def test_what_breaks_readers_is_mended(sent: bytes, read: str) -> None:
    assert json.loads(repaired_json(sent)) == read


@given(st.text(), st.booleans())
def test_what_is_whole_stays_as_it_is(text: str, ascii_only: bool) -> None:
    sent = json.dumps(text, ensure_ascii=ascii_only).encode()
    assert repaired_json(sent) == sent
