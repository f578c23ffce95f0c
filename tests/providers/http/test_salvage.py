"""Lists with an entry that is too large, or that no JSON reader takes: the others are read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from bot.errors import BodyUnreadable
from bot.providers.http.salvage import (
    LARGEST,
    LARGEST_ENTRY,
    LARGEST_SALVAGED,
    MOST_STEPS,
    BoundedBody,
    ListEntries,
    without_unreadable,
)
from tests.fakes.clock import ManualClock

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
BRACKETS = st.text(alphabet='[]{},"\\a1 ').map(str.encode)


def fed(text: bytes, cut: int = 10**9) -> ListEntries:
    entries = ListEntries()
    for at in range(0, len(text), cut):
        entries.feed(text[at : at + cut])
    return entries


async def thinned(text: bytes, cut: int = 64 * 1024) -> bytes:
    body = BoundedBody(ManualClock())
    for at in range(0, len(text), cut):
        await body.feed(text[at : at + cut])
    return body.end()


def page(*calls: object) -> bytes:
    return json.dumps({"calls": list(calls), "next": "more"}).encode()


@given(st.lists(JSON, max_size=5), st.integers(1, 9), st.booleans())
def test_the_entries_of_a_list_are_found_however_it_is_cut(
    entries: list[Any], cut: int, ascii_only: bool
) -> None:
    text = json.dumps({"a": {"b": entries}, "c": 1}, ensure_ascii=ascii_only).encode()
    found = fed(text, cut)
    assert bytes(found.text) == text
    assert [json.loads(text[span.start : span.end]) for span in found.spans] == entries
    found.leave_out(found.spans[::2])
    kept = [None if number % 2 == 0 else entry for number, entry in enumerate(entries)]
    assert json.loads(bytes(found.text)) == {"a": {"b": kept}, "c": 1}


@given(st.binary() | BRACKETS, st.integers(1, 9))
def test_any_bytes_are_passed_on(text: bytes, cut: int) -> None:
    assert bytes(fed(text, cut).text) == text
    without_unreadable(text)


async def test_one_fat_call_is_left_out_and_the_others_are_kept() -> None:
    fat = {"cid": "x", "custom": {"note": 'a\\"]},' * 999 + "x" * LARGEST}}
    text = await thinned(page({"cid": "a"}, fat, {"cid": "b"}))
    assert json.loads(text) == {"calls": [{"cid": "a"}, None, {"cid": "b"}], "next": "more"}


async def test_a_call_with_very_many_members_is_left_out() -> None:
    member = {"user": {"id": "x" * 800, "custom": {"a": {}}}}
    text = await thinned(
        page({"cid": "a"}, {"cid": "x", "members": [member] * 10_000}, {"cid": "b"})
    )
    assert [call and call["cid"] for call in json.loads(text)["calls"]] == ["a", None, "b"]


async def test_of_many_large_calls_as_many_are_kept_as_there_is_room_for() -> None:
    """The largest go first, and no more than are in the way."""
    calls = [{"cid": str(n), "custom": "x" * (100_000 + n)} for n in range(100)]
    kept = [call for call in json.loads(await thinned(page(*calls)))["calls"] if call]
    assert 50 < len(kept) < 90
    assert max(len(call["custom"]) for call in kept) < 100_100


async def test_what_is_not_too_large_is_not_touched() -> None:
    text = page({"cid": "a", "custom": "x" * (LARGEST_ENTRY + 1)}, {"cid": "b"})
    assert await thinned(text) == text


@pytest.mark.parametrize(
    "text",
    [
        b" " * (LARGEST + 1),
        b'{"a": "%b"}' % (b"x" * LARGEST),
        b"[" * (LARGEST + 1),
        b"[" + b"[]," * (LARGEST // 3 + 1),
        b'["' + b"x" * 4 * LARGEST + b'"]',
    ],
    ids=["spaces", "one string", "brackets", "many entries", "without end"],
)
async def test_what_cannot_be_made_smaller_is_given_up(text: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        await thinned(text)


def test_looking_for_entries_ends() -> None:
    with pytest.raises(BodyUnreadable):
        fed(b"[0," * (MOST_STEPS + 1))


DEEP = b"[" * 250 + b"]" * 250


@pytest.mark.parametrize(
    "odd", [DEEP, b"9" * 5000, b'{"a" 1}', b"nope", b'"\x01"'], ids=["deep", "huge", "x", "y", "z"]
)
def test_an_entry_that_cannot_be_read_hides_no_other(odd: bytes) -> None:
    text = b'{"data": {"sessions": [{"id": 1}, {"custom": %b}, {"id": 2}]}}' % odd
    assert from_json(without_unreadable(text)) == {
        "data": {"sessions": [{"id": 1}, None, {"id": 2}]}
    }


def test_a_name_cut_in_the_middle_of_an_emoji_stays_readable() -> None:
    text = rb'{"data": [{"receiver": "Lo\ud83d"}, {"receiver": "b"}]}'
    assert from_json(without_unreadable(text)) == {
        "data": [{"receiver": "Lo\ufffd"}, {"receiver": "b"}]
    }


def test_a_large_text_is_not_looked_through() -> None:
    with pytest.raises(BodyUnreadable):
        without_unreadable(b" " * (LARGEST_SALVAGED + 1))
